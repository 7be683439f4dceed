import { safe } from "../safe.ts";
import type { Rule } from "./rule.ts";

/** Signs of answers: gRPC codes, what an upstream returned, exceptions of the code itself. */
export const PROTOCOL_RULES: readonly Rule[] = [
  {
    category: "timeout",
    pattern: /\bDEADLINE_EXCEEDED\b|code = DeadlineExceeded|\b504 Gateway|gateway time-?out/u,
    because: safe`a call ran into its deadline`,
    isStrong: true,
    intent: "call",
  },
  {
    category: "dependency-unreachable",
    pattern: /\bUNAVAILABLE\b|code = Unavailable|StatusCode\.UNAVAILABLE/u,
    because: safe`the called service was unavailable (gRPC)`,
    isStrong: true,
    intent: "call",
  },
  {
    category: "quota",
    pattern: /\bRESOURCE_EXHAUSTED\b|code = ResourceExhausted/u,
    because: safe`the called service had no resources left (gRPC)`,
    isStrong: true,
    intent: "call",
  },
  {
    category: "upstream-error",
    pattern:
      /\b(?:upstream|downstream|backend|dependency|remote|provider|gateway)\b[^\n]{0,80}(?:\b5\d\d\b|\bfail\w*|\berrors?\b|unavailable)|(?:returned|responded|answered|replied|received|got)(?: with)?(?: an?)?(?: status| code| http| response| error)*[ :=]+5\d\d\b(?! ?(?:ms|s|seconds|bytes|[kmg]b|rows|items|records|requests|messages|events|results|times)\b)|(?:status|response) code[^\w]{1,3}5\d\d\b|\b(?:502 Bad Gateway|503 Service (?:Temporarily )?Unavailable|bad gateway|service (?:temporarily )?unavailable)\b|\b(?:HttpServerErrorException|ServerErrorException|BadGateway\w*|ServiceUnavailable\w*|InternalServerError from)\b|(?<![\w/.=-])5\d\d (?:server error|from)\b/iu,
    because: safe`something this service calls answered with an error`,
    isStrong: true,
    intent: "call",
  },
  {
    category: "upstream-error",
    pattern:
      /\b(?:INTERNAL|UNKNOWN|DATA_LOSS|ABORTED|UNIMPLEMENTED): |code = (?:Internal|Unknown|DataLoss|Aborted|Unimplemented)\b/u,
    because: safe`the called service answered with an error (gRPC)`,
    isStrong: true,
    intent: "call",
  },
  {
    category: "code-error",
    pattern:
      /\b(?:TypeError|ReferenceError|RangeError|NullPointerException|NullReferenceException|AttributeError|KeyError|IndexError|NameError|ImportError|ModuleNotFoundError|ZeroDivisionError|ArithmeticException|ClassCastException|ArrayIndexOutOfBounds\w*|IndexOutOfRange\w*|StackOverflow\w*|AssertionError|UnboundLocalError|NoMethodError|NoSuchMethodError|NoClassDefFoundError|ClassNotFoundException|IllegalStateException|InvalidOperationException|UnhandledPromiseRejection\w*|RecursionError|ConcurrentModificationException)\b|nil pointer dereference|invalid memory address|index out of range|panic: |http: panic serving|recovered from panic|Cannot read propert\w+ of (?:undefined|null)|is not a function\b|segmentation fault|SIGSEGV|unhandled (?:exception|rejection|error)|uncaught (?:exception|error|\w+Error)|Traceback \(most recent call last\)|undefined method|exit(?:ed)?(?: with)?(?: code| status)?[ :=(]+139\b/u,
    because: safe`the service's own code failed`,
    isStrong: true,
  },
  {
    category: "unknown",
    pattern:
      /(?:"|\bGET |\bPOST |\bPUT |\bPATCH |\bDELETE |\bHEAD )(?![^\n]{1,300}? HTTP\/\d(?:\.\d)?"? [1-4]\d\d\b)[^\n]{1,300}?(?<! [1-4]\d\d) 5\d\d(?=[\s",;)\]]|$)|(?:\bstatus|\bhttp\.status_code|\bstatus_code|statusCode)["']?\s*[=: ]\s*["']?5\d\d\b|HTTP\/\d(?:\.\d)?"? 5\d\d\b/u,
    because: safe`a request was answered with a server error`,
    isStrong: true,
    intent: "call",
    impact: "user-facing",
  },
  {
    category: "unknown",
    pattern:
      /\b(?:failed|failure|failing|fatal|crashed|aborted|rejected|giving up|gave up|unable to|could not|cannot|exception|unexpected error|error (?:while|when|during|in|processing|handling|occurred))\b|\b(?:dead letter|dead-letter|data loss|outage)\b/iu,
    because: safe`the text says that something failed`,
    isStrong: false,
  },
];

/** Words that mean failure at any severity although they name no category: requests given up, orders lost. */
export const STRONG_UNKNOWN: Rule = {
  category: "unknown",
  pattern:
    /\b(?:request|payment|order|checkout|transaction|job|task|call|operation|query|login|upload|message|delivery|deploy\w*|sync|backup|import|export|startup|shutdown|write|read|attempt|charge|transfer)s? (?:\S+ )?(?:has |have |was |were )?(?:failed|aborted|rejected|declined by gateway|crashed|could not be (?:completed|processed))\b|giving up after|gave up after|max(?:imum)? retries (?:exceeded|reached)|retries exhausted|RetriesExhausted\w*/iu,
  because: safe`the text says that an operation failed`,
  isStrong: true,
};
