import { safe } from "../safe.ts";
import type { Rule } from "./rule.ts";

/** Signs of settings, rights, limits on callers, and input that was not accepted. */
export const ACCESS_RULES: readonly Rule[] = [
  {
    category: "configuration",
    pattern:
      /(?:missing|required|undefined|unset|invalid|unknown|unrecogni[sz]ed|bad|malformed|unexpected|unparse?able|illegal|unsupported|negative) (?:\w+ )?(?:environment variables?|env(?:ironment)?(?: var\w*)?|settings?|config(?:uration)?(?: (?:value|key|option|property))?|propert(?:y|ies)|feature flag|option)\b|(?:environment variable|env var|setting|config(?:uration)?(?: value| key| option)?|property|option) ["'`]?[\w.<>-]*["'`]? ?(?:is |was )?(?:missing|required|not set|undefined|unset|invalid|not defined|not found|malformed|must be|not allowed|out of range|cannot be)|config(?:uration)? (?:error|invalid|parse error|validation (?:error|failed))|(?:failed|unable|could not|cannot) (?:to )?(?:load|parse|read|apply|reload) (?:\w+ )?(?:config\w*|settings?|properties (?:file|from))|InvalidConfigurationPropertyValueException|CreateContainerConfigError|ConfigurationError|ImproperlyConfigured|(?:secret|configmap) ["'`]?[\w.<>-]+["'`]? not found|couldn't find key/iu,
    because: safe`a setting is missing or not accepted`,
    isStrong: true,
    intent: "start",
  },
  {
    category: "configuration",
    pattern:
      /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b["'`]?(?:=\S+)? ?(?:is |was |has )?(?:not set|missing|unset|undefined|invalid|required|empty|out of range|not a (?:valid )?\w+|too (?:low|small|high|large)|must be)/u,
    because: safe`the text names a setting whose value is not accepted`,
    isStrong: true,
    intent: "start",
  },
  {
    category: "rate-limit",
    pattern:
      /rate[ -]?limit(?:ed|s|ing)?(?: (?:exceeded|reached|hit|error|violation))?\b|(?:rejected|refused|denied|throttled) (?:with |by )?(?:http |status |code )*429\b|ResourceExhausted desc = 429|too many requests|ThrottlingException|ThrottledException|ProvisionedThroughputExceeded\w*|RequestLimitExceeded|SlowDown: |\b(?:status|code|http|returned|got|answered|responded)[^\w]{1,4}(?:with )?429\b|\b429 Too/iu,
    because: safe`calls were refused because there were too many`,
    isStrong: true,
    intent: "call",
    impact: "degraded",
  },
  {
    category: "authentication",
    pattern:
      /\b(?:UNAUTHENTICATED|InvalidClientTokenId|ExpiredToken(?:Exception)?|UnrecognizedClientException|SignatureDoesNotMatch|ER_ACCESS_DENIED_ERROR|28P01|WRONGPASS|NOAUTH|BadCredentials\w*|AuthenticationException|AuthenticationError)\b|(?:password |peer )?authentication failed|(?:token|jwt|session|credentials?|api key) (?:has |is |was |are )?(?:expired|revoked|invalid|not valid|rejected)|(?:invalid|expired|bad|wrong|missing) (?:credentials?|password|token|api key|signature|jwt)|(?:status|code|returned|got|answered|responded)(?: with)?[^\w]{1,4}401\b|401 Unauthorized/iu,
    because: safe`credentials were not accepted`,
    isStrong: false,
    intent: "connect",
  },
  {
    category: "authorization",
    pattern:
      /\b(?:PERMISSION_DENIED|AccessDenied(?:Exception)?|UnauthorizedOperation|EACCES|EPERM|NOPERM|AuthorizationException)\b|permission denied|access (?:is |was )?denied|not authori[sz]ed to|is forbidden|insufficient (?:permissions?|privileges?|rights|scope)|(?:status|code|returned|got|answered|responded)(?: with)?[^\w]{1,4}403\b|403 Forbidden/iu,
    because: safe`a right is missing`,
    isStrong: false,
    intent: "call",
  },
  {
    category: "validation",
    pattern:
      /\b(?:ValidationError|ValidationException|ConstraintViolationException|MethodArgumentNotValid\w*|INVALID_ARGUMENT|FAILED_PRECONDITION|OUT_OF_RANGE|BadRequestException|ZodError|IllegalArgumentException)\b|validation (?:failed|error)|invalid (?:input|request|argument|parameter|payload|value|format)|bad request|unprocessable|(?:missing|required) (?:field|parameter|header|property)/iu,
    because: safe`input was not accepted`,
    isStrong: false,
  },
];
