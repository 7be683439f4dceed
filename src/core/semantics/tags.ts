import type { LogEvent } from "../event.ts";
import { joinSafe, type Safe, safe, sliceSafe } from "../safe.ts";
import type { FailureCategory, Meaning } from "./meaning.ts";

/** What a message says stands at its beginning; the cost must not follow its length. */
const MAX_TEXT = 400;
const MAX_TAG = 64;
const MAX_WORDS = 4;
const MAX_WORD = 24;

/** The kind of a record: the tag that its program gave it (`event.name`), else the one of its template. */
export function tagOfLog(event: LogEvent, template: Safe, meaning: Meaning): Safe | null {
  const given = event.attributes["event.name"];
  return typeof given === "string" && given !== "" ? sliceSafe(given, 0, MAX_TAG) : tagOf(template, meaning);
}

/**
 * Names the kind of an ordinary log message as if its program had tagged it: CONNECTION_REFUSED, SESSION_DROP. Upper-case
 * words joined by underscores, at most 64 characters, from the category or from the constant words of the template, never
 * from its variable parts; the same for the same template everywhere. Null when the template has no word to go by.
 */
export function tagOf(template: Safe, meaning: Meaning): Safe | null {
  const whole = template.slice(0, MAX_TEXT);
  const text = meaning.isFailure ? whole : whole.replace(COUNTED_TROUBLE, " ");
  const name = tagInText(text, meaning) ?? tagOfCategory(text, meaning) ?? tagOfWords(text);
  return name === null ? null : spelled(name);
}

/**
 * "0 errors", "failed: 0", "no timeouts": of a record that reports no failure, troubles that were only counted name
 * nothing. The count itself is masked in a template; whether there was trouble is for the meaning to say.
 */
const COUNTED_TROUBLE =
  /(?:<num>|\b(?:\d{1,9}|no|zero|without(?: any)?))(?: \w{1,24})? (?:errors?|failures?|exceptions?|timeouts?|retries|warnings?|crashes|restarts)\b|(?:<num>|\b\d{1,9}) failed\b|\b(?:errors?|failures?|failed|exceptions?|timeouts?|retries|warnings?|crashes|restarts)["']?\s?[=:(]\s?["']?(?:<num>|\d{1,9}\b)/giu;

/** "SESSION_DROP: …", "[SESSION_DROP] …", "WARN SESSION_DROP …": a tag that the text itself begins with. */
const TAG_AT_HEAD =
  /^(?:\W{0,3}(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\W{1,3})?\[?([A-Z]{2,24}(?:_[A-Z]{2,24}){1,6})\]?(?=$|[:\s])(?!:? (?:is|was|has|must|not|missing|invalid|undefined)\b)/u;

/** The name of a setting stands at the head, too; then it says what is wrong, not what happened. */
function tagInText(text: string, { category, setting }: Meaning): string | null {
  const found = TAG_AT_HEAD.exec(text)?.[1];
  return found === undefined || (category === "configuration" && found === setting) ? null : found;
}

type Refinement = readonly [pattern: RegExp, tag: string];

/** What a category is called, and what a telling word in the text makes of it. The first that matches speaks. */
const TAGS: Readonly<
  Partial<Record<FailureCategory, { readonly tag: string; readonly finer?: readonly Refinement[] }>>
> = {
  "dependency-unreachable": {
    tag: "DEPENDENCY_UNREACHABLE",
    finer: [
      [/reset|ECONNRESET|hang up|EPIPE|broken pipe|prematurely/iu, "CONNECTION_RESET"],
      [/circuit ?breaker/iu, "CIRCUIT_BREAKER_OPEN"],
      [/leader|quorum|election/iu, "LEADER_LOST"],
      [/evict/iu, "POD_EVICTED"],
      [/node/iu, "NODE_NOT_READY"],
    ],
  },
  timeout: { tag: "TIMEOUT", finer: [[/lock wait/iu, "LOCK_TIMEOUT"]] },
  "connection-refused": { tag: "CONNECTION_REFUSED" },
  "name-resolution": { tag: "NAME_RESOLUTION_FAILED" },
  authentication: { tag: "AUTHENTICATION_FAILED", finer: [[/expired/iu, "CREDENTIALS_EXPIRED"]] },
  authorization: { tag: "PERMISSION_DENIED" },
  quota: { tag: "QUOTA_EXCEEDED", finer: [[/schedul/iu, "POD_UNSCHEDULABLE"]] },
  memory: {
    tag: "MEMORY_PRESSURE",
    finer: [[/oom|out of memory|OutOfMemory|ENOMEM|cannot allocate|heap|bad_alloc|MemoryError|137/iu, "OUT_OF_MEMORY"]],
  },
  disk: {
    tag: "DISK_FULL",
    finer: [
      [/EMFILE|ENFILE|too many open files/iu, "TOO_MANY_OPEN_FILES"],
      [/mount|attach|volume/iu, "VOLUME_FAILED"],
      [/\bEIO\b|input\/output|I\/O error/u, "DISK_ERROR"],
    ],
  },
  "cpu-throttling": { tag: "CPU_SATURATED" },
  "connection-pool": {
    tag: "CONNECTION_POOL_EXHAUSTED",
    finer: [
      [/too many (?:connections|clients)|max_connections|remaining connection slots/iu, "TOO_MANY_CONNECTIONS"],
      [/queue|RejectedExecution|worker|thread|bulkhead|backpressure/iu, "QUEUE_FULL"],
    ],
  },
  "read-only": { tag: "READ_ONLY" },
  deadlock: { tag: "DEADLOCK" },
  data: {
    tag: "DATA_INVALID",
    finer: [
      [/migration|schema|column|relation|table/iu, "SCHEMA_MISMATCH"],
      [/duplicate|unique/iu, "DUPLICATE_KEY"],
      [/constraint|violates/iu, "CONSTRAINT_VIOLATED"],
      [/parse|decod|deseriali|unmarshal|unexpected token/iu, "DECODE_FAILED"],
      [/corrupt|checksum/iu, "DATA_CORRUPT"],
    ],
  },
  validation: { tag: "VALIDATION_FAILED" },
  configuration: {
    tag: "CONFIGURATION_INVALID",
    finer: [[/not set|missing|unset|required|not found/iu, "CONFIGURATION_MISSING"]],
  },
  certificate: {
    tag: "CERTIFICATE_REJECTED",
    finer: [
      [/expired/iu, "CERTIFICATE_EXPIRED"],
      [/handshake/iu, "TLS_HANDSHAKE_FAILED"],
    ],
  },
  "rate-limit": { tag: "RATE_LIMITED" },
  "image-or-startup": {
    tag: "START_FAILED",
    finer: [
      [/image|manifest unknown/iu, "IMAGE_PULL_FAILED"],
      [/CrashLoop|back-off restarting/iu, "CRASH_LOOP"],
    ],
  },
  probe: { tag: "PROBE_FAILED" },
  "upstream-error": { tag: "UPSTREAM_ERROR" },
};

function tagOfCategory(text: string, { category, isFailure }: Meaning): string | null {
  if (!isFailure) return null;
  if (category === "code-error") return tagOfException(text);
  const named = TAGS[category];
  return named === undefined ? null : (named.finer?.find(([pattern]) => pattern.test(text))?.[1] ?? named.tag);
}

const EXCEPTION = /\b([A-Z][A-Za-z]{1,40}(?:Error|Exception))\b/u;

function tagOfException(text: string): string {
  const type = EXCEPTION.exec(text)?.[1];
  if (type !== undefined) return underscored(type);
  return /panic|SIGSEGV|segmentation|nil pointer/iu.test(text) ? "PANIC" : "CODE_ERROR";
}

/** What changes from record to record: marks of masking and redaction, quoted values, values after a name. */
const VARIABLE =
  /<[^<>\s]{0,40}>|\[redacted[^\]]{0,40}\]|"[^"]{0,200}"|'[^']{0,200}'|`[^`]{0,200}`|[\w.-]{1,60}[=:](?=\S)\S{0,200}|\S*[\d/\\@<>#%$&*{}|~^+=]\S*/gu;
const WORD = /[A-Za-z]{2,40}/gu;
const FILLERS = new Set(
  (
    "a an the of for to from by in on at as is was were are be been being has have had will would could should can may did " +
    "does do it its this that these those we you they our your their with and or but than then so if when while after before " +
    "because due via into onto over about again please now still also only just very more most some any all each " +
    "trace debug info notice warn warning error err fatal critical log logger msg message level ms sec am pm utc gmt"
  ).split(" "),
);
/** Verbs of logs, so that "dropped", "dropping" and "drops" are one word: DROP. */
const VERBS =
  "abort accept acquire allocate authenticate authorize block call cancel capture change charge check close commit complete connect " +
  "consume crash create decline delete deliver deny disable disconnect drop elect enable evict exceed execute expire fail fetch finish " +
  "flush handle kill load log listen miss open process publish queue reach receive refresh refund refuse register reject release reload " +
  "remove request reset resolve respond restart resume retry return revoke rotate save schedule serve skip start stop submit succeed " +
  "suspend switch throttle time trigger update upload validate wait write";
const BASES = basesOf(VERBS.split(" "));
const IRREGULAR: Readonly<Record<string, string>> = {
  failure: "FAIL",
  failures: "FAIL",
  cannot: "NOT",
  unable: "NOT",
  lost: "LOSE",
  sent: "SEND",
  sending: "SEND",
  written: "WRITE",
  denied: "DENY",
  cancelled: "CANCEL",
  ok: "OK",
};

/** The first constant words that say something; a word that is only a filler or a level says nothing. */
function tagOfWords(text: string): string | null {
  const words: string[] = [];
  let length = 0;
  for (const [word] of text.replace(VARIABLE, " ").matchAll(WORD)) {
    const said = saidBy(word);
    if (said === null || said === words.at(-1)) continue;
    length += said.length + 1;
    if (length > MAX_TAG || words.length >= MAX_WORDS) break;
    words.push(said);
  }
  return words.length === 0 ? null : words.join("_");
}

function saidBy(word: string): string | null {
  const plain = word.toLowerCase();
  if (word.length > MAX_WORD || FILLERS.has(plain)) return null;
  return (Object.hasOwn(IRREGULAR, plain) ? IRREGULAR[plain] : BASES.get(plain)) ?? underscored(word);
}

/** "SessionManager" is two words. */
function underscored(name: string): string {
  return name.replace(/([a-z])([A-Z])/gu, "$1_$2").toUpperCase();
}

/** Every regular form of each verb, with the verb: drops, dropped, dropping; closes, closed, closing; retries, retried. */
function basesOf(verbs: readonly string[]): ReadonlyMap<string, string> {
  const bases = new Map<string, string>();
  for (const verb of verbs) {
    for (const form of formsOf(verb)) if (!bases.has(form)) bases.set(form, verb.toUpperCase());
  }
  return bases;
}

function formsOf(verb: string): readonly string[] {
  const stem = verb.replace(/e$/u, "");
  const doubled = verb + verb.slice(-1);
  const changed = verb.replace(/y$/u, "i");
  return [
    verb,
    `${verb}s`,
    `${changed}es`,
    `${stem}ed`,
    `${stem}ing`,
    `${doubled}ed`,
    `${doubled}ing`,
    `${changed}ed`,
    `${verb}ing`,
  ];
}

const ALPHABET = safe`ABCDEFGHIJKLMNOPQRSTUVWXYZ_`;

/** The name in our own letters: nothing foreign can be in it. */
function spelled(name: string): Safe {
  const letters: Safe[] = [];
  for (let index = 0; index < Math.min(name.length, MAX_TAG); index++) {
    const at = ALPHABET.indexOf(name.charAt(index));
    if (at >= 0) letters.push(sliceSafe(ALPHABET, at, at + 1));
  }
  return joinSafe(letters, "");
}
