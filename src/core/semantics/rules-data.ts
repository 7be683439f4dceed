import { safe } from "../safe.ts";
import type { Rule } from "./rule.ts";

/** Signs of databases, pools, locks and the data itself: SQLSTATE names and driver words. */
export const DATA_RULES: readonly Rule[] = [
  {
    category: "connection-pool",
    pattern:
      /\b(?:too many (?:connections|clients)|remaining connection slots|ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS|PoolTimeoutError|QueuePool limit|PoolExhausted\w*|SQLTransientConnectionException|connection is not available, request timed out|ResourcePoolTimeout|P2024|MaxClientsInSessionMode)\b|pool (?:is )?(?:exhausted|timed? ?out|at capacity|full|empty)|exhausted (?:the )?(?:connection )?pool|(?:no|zero) (?:free|available|idle) connections?|timed? ?out (?:while |when )?(?:fetching|acquiring|waiting for|getting|obtaining) (?:a |an |free |new )*(?:\w+ )?connection|(?:unable|failed|could not|cannot) (?:to )?(?:acquire|obtain|get|check ?out) (?:a |an |new |database |db |jdbc )*connection|connection limit (?:reached|exceeded)|sorry, too many clients/iu,
    because: safe`no connection was left in a pool or at a server`,
    isStrong: true,
    intent: "connect",
  },
  {
    category: "deadlock",
    pattern:
      /\bdeadlock(?:s| detected| found)?\b|ER_LOCK_DEADLOCK|40P01|could not serialize access|lock (?:wait )?timeout exceeded|ER_LOCK_WAIT_TIMEOUT|LockAcquisition\w*Exception|55P03|could not obtain lock/iu,
    because: safe`transactions waited for each other's locks`,
    isStrong: true,
    intent: "write",
  },
  {
    category: "read-only",
    pattern:
      /\bread-?only (?:file ?system|transaction|mode|replica|database|standby|table)|\bEROFS\b|in a read-only|READONLY You can't write|NotWritablePrimary|not (?:the )?(?:primary|master)\b|--read-only option|25006/iu,
    because: safe`a write went to something that only reads`,
    isStrong: true,
    intent: "write",
  },
  {
    category: "data",
    pattern:
      /(?:relation|table|column|function|view|schema|database|collection|index) ["'`]?[\w.<>]+["'`]? (?:of relation \S+ )?(?:does not|doesn't) exist|unknown column|no such (?:table|column)|invalid object name|ER_NO_SUCH_TABLE|ER_BAD_FIELD_ERROR|42P01|42703|migrations? (?:\S+ )?(?:failed|pending|not applied)|undefined (?:table|column)|schema mismatch|incompatible schema/iu,
    because: safe`code and database schema do not agree`,
    isStrong: true,
    intent: "read",
  },
  {
    category: "data",
    pattern:
      /duplicate key value|unique constraint|UniqueViolation|foreign key constraint|violates (?:not-null|check|foreign key|unique)|integrity constraint|ER_DUP_ENTRY|IntegrityError|DataIntegrityViolation\w*|data (?:is )?corrupt\w*|checksum mismatch|corrupt(?:ed)? (?:record|file|index|page|message|block)/iu,
    because: safe`the data breaks one of its own rules`,
    isStrong: false,
    intent: "write",
  },
  {
    category: "data",
    pattern:
      /\b(?:JSONDecodeError|JsonParseException|JsonMappingException|SyntaxError: Unexpected|Unexpected (?:token|end of JSON)|UnmarshalTypeError|SerializationException|DeserializationException|InvalidProtocolBuffer\w*|MalformedJson\w*)\b|(?:failed|unable|cannot|could not) (?:to )?(?:parse|decode|deserialize|unmarshal)|json: cannot unmarshal|poison (?:message|pill)/iu,
    because: safe`a message could not be decoded`,
    isStrong: false,
    intent: "read",
  },
  {
    category: "upstream-error",
    pattern:
      /\b(?:SQLException|PSQLException|OperationalError|PrismaClientUnknownRequestError|MongoServerError|RedisError|ReplyError)\b/u,
    because: safe`a database driver reported an error`,
    isStrong: false,
    intent: "read",
  },
];
