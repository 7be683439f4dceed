import { safe } from "../../safe.ts";
import type { ShapeFamily } from "./shape.ts";

/** Errors of Python and .NET with their usual libraries. */
export const PYTHON_AND_DOTNET_SHAPES: readonly ShapeFamily[] = [
  {
    name: "Python",
    found: "word",
    counts: "warned",
    example: "task raised {} in worker 3",
    rows: [
      ["connection-refused", "ConnectionRefusedError", safe`the other side refused the connection`],
      [
        "dependency-unreachable",
        "ConnectionResetError BrokenPipeError RemoteDisconnected IncompleteRead ServerDisconnectedError ChunkedEncodingError",
        safe`the other side closed the connection`,
      ],
      [
        "dependency-unreachable",
        "NewConnectionError MaxRetryError ClientConnectorError",
        safe`no connection could be made after all retries`,
      ],
      [
        "name-resolution",
        "gaierror NameResolutionError ClientConnectorDNSError",
        safe`a host name could not be resolved`,
      ],
      [
        "timeout",
        "ReadTimeout ReadTimeoutError ConnectTimeout ConnectTimeoutError ServerTimeoutError SoftTimeLimitExceeded TimeLimitExceeded",
        safe`something did not answer in time`,
      ],
      ["connection-pool", "PoolTimeout EmptyPoolError", safe`no connection of the client's pool became free in time`],
      [
        "connection-pool",
        "QueuePool",
        safe`no connection was left in the pool of the database client`,
        { counts: "refines" },
      ],
      [
        "certificate",
        "SSLCertVerificationError SSLError CertificateError",
        safe`the text names a certificate that was not accepted`,
      ],
      ["memory", "MemoryError", safe`memory ran out`],
      ["image-or-startup", "WorkerLostError", safe`a worker process was lost`],
      [
        "image-or-startup",
        "ModuleNotFoundError ImportError",
        safe`a module is missing in the image or of another version`,
        { intent: "start" },
      ],
      ["configuration", "ImproperlyConfigured", safe`a setting is missing or not accepted`, { intent: "start" }],
      [
        "code-error",
        "AttributeError KeyError IndexError NameError UnboundLocalError ZeroDivisionError RecursionError AssertionError NotImplementedError",
        safe`the service's own code failed`,
      ],
      [
        "validation",
        "ValueError UnicodeDecodeError UnicodeEncodeError RequestValidationError",
        safe`input was not accepted`,
        { counts: "refines" },
      ],
      ["data", "JSONDecodeError UnpicklingError", safe`a message could not be decoded`],
      [
        "data",
        "IntegrityError UniqueViolation ForeignKeyViolation NotNullViolation",
        safe`the data breaks one of its own rules`,
      ],
      [
        "data",
        "ProgrammingError UndefinedTable UndefinedColumn NoSuchTableError",
        safe`code and database schema do not agree`,
      ],
      [
        "deadlock",
        "DeadlockDetected SerializationFailure LockNotAvailable StaleDataError",
        safe`transactions waited for each other's locks`,
      ],
      ["dependency-unreachable", "InterfaceError DisconnectionError", safe`the connection to the database was lost`],
      ["disk", "BlockingIOError", safe`a file or socket was not ready`, { counts: "refines" }],
      ["authorization", "PermissionError", safe`a right is missing`],
      ["configuration", "FileNotFoundError", safe`a file is not where it is looked for`, { counts: "refines" }],
    ],
  },
  {
    name: ".NET",
    found: "word",
    counts: "warned",
    example: "request failed: System.{}: see inner",
    rows: [
      [
        "code-error",
        "NullReferenceException IndexOutOfRangeException InvalidCastException ObjectDisposedException DivideByZeroException InvalidOperationException KeyNotFoundException StackOverflowException AccessViolationException",
        safe`the service's own code failed`,
      ],
      [
        "validation",
        "ArgumentNullException ArgumentException ArgumentOutOfRangeException FormatException",
        safe`the code was given an argument that it does not accept`,
      ],
      [
        "timeout",
        "TaskCanceledException OperationCanceledException",
        safe`a call was given up, mostly because it took too long`,
        { counts: "refines" },
      ],
      ["timeout", "TimeoutRejectedException", safe`something did not answer in time`],
      [
        "dependency-unreachable",
        "HttpRequestException WebException EndpointNotFoundException",
        safe`a called service could not be reached`,
      ],
      [
        "dependency-unreachable",
        "BrokenCircuitException",
        safe`a circuit breaker opened: calls to a dependency kept failing`,
        { impact: "degraded" },
      ],
      ["memory", "OutOfMemoryException InsufficientMemoryException", safe`memory ran out`],
      [
        "image-or-startup",
        "TypeLoadException TypeInitializationException BadImageFormatException MissingMethodException FileLoadException DllNotFoundException",
        safe`a library is missing in the image or of another version`,
      ],
      [
        "configuration",
        "OptionsValidationException ConfigurationErrorsException",
        safe`a setting is missing or not accepted`,
      ],
      ["deadlock", "DbUpdateConcurrencyException", safe`two writers changed the same row`],
      ["data", "DbUpdateException", safe`the database did not take a change`],
      ["data", "JsonReaderException JsonSerializationException", safe`a message could not be decoded`],
      ["authorization", "UnauthorizedAccessException SecurityException", safe`a right is missing`],
      [
        "authentication",
        "SecurityTokenExpiredException SecurityTokenInvalidSignatureException",
        safe`credentials were not accepted`,
      ],
      [
        "dependency-unreachable",
        "RedisConnectionException BrokerUnreachableException",
        safe`a store or broker cannot be reached`,
      ],
      ["timeout", "RedisTimeoutException", safe`the cache did not answer in time`],
    ],
  },
];
