import { safe } from "../../safe.ts";
import type { ShapeFamily } from "./shape.ts";

/** Error codes of cloud providers' APIs as their SDKs print them. */
export const CLOUD_SHAPES: readonly ShapeFamily[] = [
  {
    name: "AWS",
    found: "word",
    counts: "warned",
    example: "operation PutItem failed: {}: request id 7f3a",
    rows: [
      [
        "rate-limit",
        "ThrottlingException Throttling ThrottledException TooManyRequestsException RequestLimitExceeded RequestThrottled RequestThrottledException BandwidthLimitExceeded PriorRequestNotComplete EC2ThrottledException",
        safe`calls were refused because there were too many`,
      ],
      [
        "rate-limit",
        "SlowDown",
        safe`a bucket or prefix gets more requests than it takes`,
        {
          actions: [safe`Look at the request rate per prefix and at retries without backoff.`],
        },
      ],
      [
        "rate-limit",
        "ProvisionedThroughputExceededException ProvisionedThroughputExceeded",
        safe`a table or stream gets more than the throughput it was given`,
        {
          actions: [safe`Compare consumed with provisioned capacity, per partition key: one hot key is enough.`],
        },
      ],
      [
        "rate-limit",
        "KMSThrottlingException ConcurrentInvocationLimitExceeded",
        safe`calls were refused because there were too many`,
      ],
      [
        "quota",
        "LimitExceededException ServiceQuotaExceededException QuotaExceededException ResourceLimitExceeded AddressLimitExceeded InstanceLimitExceeded VcpuLimitExceeded MaxSpotInstanceCountExceeded AccountLimitExceededException",
        safe`a quota of the account is used up`,
      ],
      [
        "quota",
        "InsufficientInstanceCapacity InsufficientHostCapacity InsufficientCapacityException InsufficientAddressCapacity InsufficientFreeAddressesInSubnet",
        safe`the provider or the subnet has no room left`,
      ],
      [
        "quota",
        "ItemCollectionSizeLimitExceededException EntityTooLarge RequestEntityTooLargeException",
        safe`an object or item is larger than allowed`,
      ],
      [
        "authentication",
        "ExpiredToken ExpiredTokenException RequestExpired",
        safe`credentials have expired`,
        {
          actions: [safe`Check when the role's credentials were last renewed, and the clock of the host.`],
        },
      ],
      [
        "authentication",
        "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId SignatureDoesNotMatch AuthFailure InvalidSignatureException IncompleteSignature MissingAuthenticationToken InvalidIdentityToken NoCredentialProviders NoCredentialsError CredentialsProviderError",
        safe`credentials were not accepted`,
      ],
      ["authentication", "RequestTimeTooSkewed", safe`the clock of the host differs too much`],
      [
        "authorization",
        "AccessDenied UnauthorizedOperation UnauthorizedAccess OptInRequired NotAuthorized AuthorizationErrorException KMSAccessDeniedException",
        safe`a right is missing`,
      ],
      [
        "configuration",
        "NoSuchBucket ResourceNotFoundException RepositoryNotFoundException FunctionNotFound ParameterNotFound NoSuchHostedZone DBInstanceNotFound",
        safe`a resource that the settings name does not exist`,
        { counts: "refines" },
      ],
      [
        "configuration",
        "PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException",
        safe`a bucket is asked for in another region than its own`,
      ],
      ["data", "NoSuchKey", safe`an object does not exist`, { counts: "refines" }],
      [
        "configuration",
        "KMSDisabledException KMSInvalidStateException KMSNotFoundException DisabledException",
        safe`the key that data is encrypted with is not available`,
      ],
      [
        "dependency-unreachable",
        "ServiceUnavailableException ServiceUnavailable EndpointConnectionError",
        safe`a service of the provider was unavailable`,
      ],
      [
        "upstream-error",
        "InternalServerException InternalFailure InternalServiceException InternalServiceError ServiceException",
        safe`a service of the provider failed`,
      ],
      ["timeout", "RequestTimeoutException RequestTimeout TaskTimedOut", safe`something did not answer in time`],
      [
        "deadlock",
        "TransactionConflictException TransactionInProgressException ConditionalCheckFailedException TransactionCanceledException ConcurrentModificationFault ResourceInUseException OptimisticLockFault",
        safe`two writers changed the same item, or it was in use`,
        { counts: "refines" },
      ],
      [
        "validation",
        "ValidationException InvalidParameterValueException InvalidParameterException MalformedPolicyDocument InvalidRequestException InvalidParameterValue InvalidParameterCombination",
        safe`input was not accepted`,
        { counts: "refines" },
      ],
      [
        "image-or-startup",
        "CannotPullContainerError CannotStartContainerError CannotCreateContainerError TaskFailedToStart EssentialContainerExited",
        safe`a task could not be started`,
      ],
      ["configuration", "ResourceInitializationError", safe`a task could not read a secret, an image or a volume`],
      [
        "image-or-startup",
        "Runtime.ExitError Runtime.HandlerNotFound Runtime.ImportModuleError Runtime.InvalidEntrypoint",
        safe`a function could not be started`,
      ],
      ["memory", "Runtime.OutOfMemory", safe`memory ran out`],
      ["disk", "StorageFull InsufficientStorageCapacity", safe`the storage of a database is full`],
    ],
  },
  {
    name: "Google Cloud",
    found: "word",
    counts: "warned",
    example: 'googleapi: Error: "reason": "{}" for project shop',
    rows: [
      [
        "rate-limit",
        "rateLimitExceeded userRateLimitExceeded RATE_LIMIT_EXCEEDED",
        safe`calls were refused because there were too many`,
      ],
      [
        "quota",
        "quotaExceeded dailyLimitExceeded QUOTA_EXCEEDED RESOURCE_QUOTA_EXCEEDED",
        safe`a quota of the project is used up`,
      ],
      [
        "quota",
        "ZONE_RESOURCE_POOL_EXHAUSTED ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS IP_SPACE_EXHAUSTED",
        safe`the provider or the subnet has no room left`,
      ],
      [
        "authorization",
        "accessNotConfigured SERVICE_DISABLED IAM_PERMISSION_DENIED insufficientPermissions ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        safe`a right is missing or an API is not switched on`,
      ],
      [
        "authentication",
        "authError invalid_grant ACCESS_TOKEN_EXPIRED CREDENTIALS_MISSING API_KEY_INVALID",
        safe`credentials were not accepted`,
      ],
      ["quota", "billingNotEnabled BILLING_DISABLED", safe`the project has no billing account`],
      ["upstream-error", "backendError internalError", safe`a service of the provider failed`],
      [
        "deadlock",
        "conditionNotMet resourceInUseByAnotherResource RESOURCE_IN_USE_BY_ANOTHER_RESOURCE",
        safe`a resource was changed or is used by another one`,
        { counts: "refines" },
      ],
      ["data", "resourceNotReady RESOURCE_NOT_READY", safe`a resource is still being made`],
    ],
  },
  {
    name: "Azure",
    found: "word",
    counts: "warned",
    example: "request to Azure failed, Code: {} in westeurope",
    rows: [
      [
        "rate-limit",
        "ServerBusy OperationTimedOutDueToThrottling SubscriptionRequestsThrottled ResourceCollectionRequestsThrottled RequestRateTooLarge",
        safe`calls were refused because there were too many`,
      ],
      [
        "quota",
        "QuotaExceeded SkuNotAvailable AllocationFailed ZonalAllocationFailed OverconstrainedAllocationRequest PublicIPCountLimitReached SubnetIsFull",
        safe`a quota is used up or the provider has no room left`,
      ],
      [
        "authentication",
        "InvalidAuthenticationToken ExpiredAuthenticationToken AuthenticationFailedInvalidHeader InvalidAuthenticationTokenTenant AADSTS7000215 AADSTS7000222 AADSTS700016 AADSTS50034",
        safe`credentials were not accepted`,
        {
          actions: [
            safe`Check the expiry of the application's client secret or certificate and the tenant in the settings.`,
          ],
        },
      ],
      [
        "authorization",
        "AuthorizationFailed LinkedAuthorizationFailed AuthorizationPermissionMismatch ScopeLocked RequestDisallowedByPolicy",
        safe`a right is missing, or a policy or lock forbids it`,
      ],
      [
        "upstream-error",
        "InternalServerError InternalExecutionError",
        safe`a service of the provider failed`,
        { counts: "refines" },
      ],
      [
        "timeout",
        "OperationTimedOut GatewayTimeout VMAgentStatusCommunicationError",
        safe`something did not answer in time`,
      ],
      [
        "configuration",
        "ResourceGroupNotFound ResourceNotFound MissingSubscriptionRegistration SubscriptionNotFound SecretNotFound VaultNotFound",
        safe`a resource that the settings name does not exist`,
      ],
      [
        "deadlock",
        "LeaseIdMissing LeaseAlreadyPresent AnotherOperationInProgress",
        safe`a resource is locked or used by another operation`,
      ],
      [
        "data",
        "BlobNotFound ContainerNotFound EntityAlreadyExists",
        safe`an object does not exist, or exists already`,
        { counts: "refines" },
      ],
    ],
  },
];
