import type { ContextName } from "./shape.ts";

/** What stands before a code, and, where that is not enough, after it. One of them must fit. */
interface Context {
  readonly before: RegExp;
  readonly after?: RegExp;
}

/** How much of the text on either side of a code is looked at. */
export const CONTEXT_LENGTH = 96;

/** Codes that are plain words or numbers say nothing alone: 40001 may be an order. Here is where they are codes. */
export const CONTEXTS: Readonly<Record<ContextName, readonly Context[]>> = {
  // SQLSTATE 40001, SQLSTATE[40001], SQL state: 40001, (SQLSTATE=40001), "sqlState":"40001", pgcode=40001
  sqlstate: [
    { before: /\b(?:sql ?state|pgcode|sqlcode)["']?(?:\s*[:=[(]\s*|\s+)["']?$/iu },
    { before: /\b(?:ERROR|FATAL|PANIC):\s+$/u, after: /^: /u },
  ],
  // ERROR 1205 (HY000), Error 1205 (40001):, errno: 1205, Error Code: 1205, (1205, 'Lock wait …
  mysql: [
    { before: /\berror:? $/iu, after: /^ \((?:HY|\d)\w{3,4}\)/u },
    { before: /\b(?:errno|error code|mysql error)["']?\s*[:=#]?\s*$/iu },
    { before: /\($/u, after: /^, ["']/u },
  ],
  // Msg 1205, Level 13, State 51; Error: 1205, Severity: 13; Error Number:1205,State:51
  "sql-server": [
    { before: /\b(?:Msg|Error:) $/u, after: /^, ?(?:Level|Severity|State)/u },
    { before: /\bError Number: ?$/u },
  ],
  // [Errno 111], errno=111, (os error 111), connect failed (111: Connection refused)
  errno: [{ before: /\b(?:errno|os error)["']?[\s:=]{1,3}-?$/iu }, { before: /\bfailed \($/iu, after: /^: [A-Z]/u }],
  // status=503, "status_code": 503, HTTP/1.1" 503, HTTP 503, response code: 503, GET /carts 503, answered with 503
  http: [
    { before: /\b(?:status|http|response)[._ -]?(?:status[._ -]?)?(?:code)?["']?\s*[:=]\s*["']?$/iu },
    { before: /\bHTTP(?:\/\d(?:\.\d)?)?"? $/u },
    { before: /\bstatus code(?: of)? $/iu },
    { before: /\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) \/\S{0,88} $/u, after: /^(?=[\s",;)\]]|$)/u },
    {
      before: /\b(?:returned|responded|answered|replied|received|got)(?: with)?(?: an?)?(?: status| http)? $/iu,
      after: /^(?! ?(?:ms|s|seconds|bytes|[kmg]b|rows|items|records|requests|messages|events|results|times)\b)/iu,
    },
  ],
  // code = Unavailable, StatusCode.UNAVAILABLE, grpc-status: 14, "code":"UNAVAILABLE", grpc_code=Unavailable
  grpc: [
    { before: /\bcode = $/u },
    { before: /\b(?:StatusCode|codes|Code|Status)\.$/u },
    { before: /\bgrpc[._-](?:status|code)(?:[._-]code)?["']?\s*[:=]\s*["']?$/iu },
    { before: /\bStatusRuntimeException: $/u },
  ],
  // response_flags=UF,URX and the flags behind the status in the usual access log
  envoy: [
    { before: /\bresponse_?flags?["']?\s*[:=]\s*["']?(?:[A-Z]{2,5},)*$/iu },
    { before: /\bHTTP\/\d(?:\.\d)?" \d{3} (?:[A-Z]{2,5},)*$/u, after: /^[ ,"]/u },
  ],
  // exit code 137, exited with status 1, exitCode: 143, Exited (139), exit status 2
  exit: [
    { before: /\bexit(?:ed)?(?: with)?(?:[ _-]?code| status)["']?[ :=(]{1,3}$/iu },
    { before: /\bexited \($/iu, after: /^\)/u },
  ],
  // how the reason of an event is put before its note when it is classified; "Error: …" alone begins lines of anybody
  kubernetes: [{ before: /\bkubernetes event $/u, after: /^: /u }, { before: /\bevent reason["']?\s*[:=]\s*["']?$/iu }],
  // rcode=SERVFAIL, status: SERVFAIL, rcode SERVFAIL
  dns: [{ before: /\b(?:rcode|status|response|answered|returned|dns error)["']?\s*[:=]?\s*["']?$/iu }],
  // alert number 48, tls: alert(48), SSL alert number 48
  "tls-alert": [{ before: /\balert(?: number |\(|: |=)$/iu }],
  // "codeName": "HostUnreachable", codeName=HostUnreachable, errmsg … code: 6
  mongo: [
    { before: /\bcode_?name["']?\s*[:=]\s*["']?$/iu },
    { before: /\bMongo\w{0,24}(?:Error|Exception)?: $/u },
    { before: /\($/u, after: /^\) /u },
  ],
  // reply-code=404 where RabbitMQ closes a channel or connection
  amqp: [{ before: /\b(?:reply-?code|reply_code|AMQP close-reason[^\n]{0,24}code)\s*[:=]\s*$/iu }],
  // a reply that begins with its code: "-OOM command not allowed", "ReplyError: BUSY Redis is busy"
  redis: [
    { before: /\b(?:ReplyError|ResponseError|RedisError|JedisDataException|RedisCommandExecutionException|redis): $/u },
    { before: /(?:^|[\s"'])-$/u, after: /^ /u },
  ],
};
