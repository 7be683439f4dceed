import type { Event } from "../event.ts";
import { type Safe, sliceSafe } from "../safe.ts";
import { createPatternSet } from "./prefilter/pattern-set.ts";

// A name is tried only where one begins, else a long text is searched once for each of its letters.
const HOST = String.raw`(?<![\w.-])(?<host>[A-Za-z0-9](?:[\w.-]{0,250}[A-Za-z0-9])?)`;

/** How texts name the other side of a call, most telling first. */
const PEER_PATTERNS: readonly RegExp[] = [
  /\b(?:ENOTFOUND|EAI_AGAIN|EAI_NONAME)\s+HOST/u,
  /\blookup\s+HOST(?=[\s:])/u,
  /(?:UnknownHostException|could not resolve(?: host)?|cannot resolve(?: host)?|no such host|name resolution for)[: "']+HOST/iu,
  /\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNABORTED|EPIPE)\s+(?:to\s+|by\s+)?HOST/u,
  /\bdial (?:tcp|udp)\d?(?: \S+->)? ?HOST:\d+/u,
  /\bhttps?:\/\/(?:[^@/\s"']*@)?HOST/u,
  /\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?|kafka|nats|grpc):\/\/(?:[^@/\s"']*@)?HOST/u,
  /\b(?:upstream|peer|peer\.service|server\.address|target|dependency|downstream|callee|remote|endpoint|backend|host|broker|provider)(?:["' ]*[=:]["' ]*|[ ]["'`]?)HOST/iu,
  /\b(?:refused|reset|closed|rejected|dropped) by (?:peer )?["'`]?HOST/iu,
  /\b(?:connect(?:ing|ion)?|connections?|reach(?:ing)?|request|call|calls|handshake|calling) (?:to |with |with host )?["'`]?HOST(?=:\d+\b|["'` ,;)]|$)/iu,
  /\b(?:calling|calls? to|requests? to|response from|answer from|reply from|error from|errors from|failed to reach|failed to call|waiting for|timed out (?:calling|waiting for)|unable to reach|cannot reach)\s+["'`]?HOST/iu,
  /["'`]?HOST["'`]?\s+(?:returned|responded|answered|replied|is (?:down|unavailable|unreachable|not responding)|unavailable|unreachable|timed out|did not (?:answer|respond)|refused)/iu,
  /\bHOST:\d{2,5}\b/u,
].map((pattern) => new RegExp(pattern.source.replace("HOST", HOST), `${pattern.flags}d`));

const MAY_NAME_PEER = createPatternSet(PEER_PATTERNS);

const PEER_ATTRIBUTES = ["peer.service", "server.address", "net.peer.name", "peer.hostname", "upstream", "db.host"];

/** Words that stand where a host could, and are none. */
const NO_HOST =
  /^(?:a|an|the|to|of|for|in|at|on|by|is|was|and|or|not|no|with|from|after|before|while|when|timeout|timed|error|errors|failed|failure|connect|connection|connections|request|requests|response|service|server|host|client|upstream|downstream|backend|peer|remote|endpoint|call|calls|it|this|that|these|them|unknown|undefined|null|none|unavailable|unreachable|refused|returned|reset|http|https|tcp|unexpected|returning|closed|all|any|read|write|status|code|localhost|free|idle|available|new|prematurely|answered|responded|has|had|did|does|do|be|been|got|log|line|query|message|handshake|sent|we|i|you|they|us|its|their|our|your)$/iu;
const DIGITS_ONLY = /^[\d.:]+$|^v?\d/u;
/** A bare word is no name unless it is written like one (api-x, a.b) or the text leaves no doubt (a port, a URL, a socket error). */
const NAME_LIKE = /[-.]|\d/u;
const SURE_PATTERNS = 7;
const MAX_TEXT = 1000;

/** The other side of the call as the text or the attributes name it, with its port when that stands beside it; null when none is named. */
export function peerOf(event: Event, text: Safe): Safe | null {
  const attribute = peerAttribute(event);
  if (attribute !== null) return attribute;
  const cut = cutText(text);
  MAY_NAME_PEER.read(cut);
  for (const [index, pattern] of PEER_PATTERNS.entries()) {
    if (!MAY_NAME_PEER.may(index)) continue;
    const span = pattern.exec(cut)?.indices?.groups?.["host"];
    const peer = span === undefined ? null : hostAt(cut, span, index < SURE_PATTERNS);
    if (peer !== null) return peer;
  }
  return null;
}

function cutText(text: Safe): Safe {
  return text.length > MAX_TEXT ? sliceSafe(text, 0, MAX_TEXT) : text;
}

function hostAt(text: Safe, [from, to]: readonly [number, number], isSure: boolean): Safe | null {
  const port = PORT.exec(text.slice(to, to + 7))?.[0] ?? "";
  return isHost(sliceSafe(text, from, to), isSure || port !== "") ? sliceSafe(text, from, to + port.length) : null;
}

const PORT = /^:\d{2,5}\b/u;

function isHost(host: Safe, isSure: boolean): boolean {
  if (host.length < 2 || NO_HOST.test(host)) return false;
  if (DIGITS_ONLY.test(host)) return /^\d{1,3}(?:\.\d{1,3}){3}$/u.test(host) && !host.startsWith("127.");
  return !/\.(?:js|ts|py|go|java|rb|php|cs|rs|json|ya?ml|log|html?)$/iu.test(host) && (isSure || NAME_LIKE.test(host));
}

function peerAttribute(event: Event): Safe | null {
  if (!("attributes" in event)) return null;
  for (const name of PEER_ATTRIBUTES) {
    const value = event.attributes[name];
    if (typeof value === "string" && isHost(value, true)) return value;
  }
  return null;
}

const SUFFIX =
  "MS|SECONDS|SECS|MINUTES|TIMEOUT|URL|URI|HOST|HOSTNAME|PORT|KEY|SIZE|MAX|MIN|LIMIT|ENABLED|DISABLED|POOL|TOKEN|SECRET|PATH|DIR|NAME|USER|USERNAME|PASSWORD|ENDPOINT|ADDR|ADDRESS|REGION|BUCKET|RETRIES|INTERVAL|TTL|RATE|WORKERS|THREADS|CONNECTIONS|MODE|LEVEL|FLAG|CONCURRENCY|BACKOFF|DSN|ENV|VERSION|THRESHOLD|COUNT|TOPIC|QUEUE";
const SETTING_PATTERNS: readonly RegExp[] = [
  /(?<name>\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)["'`]?\s*(?:=|:\s|is |was |has |must |not set|missing|unset|undefined|invalid|->|changed)/du,
  /\b(?:env(?:ironment)?(?: var\w*)?|settings?|config(?:uration)?(?: (?:value|key|option))?|variables?|property|key|option|flag|missing|required|invalid)[ :="'`]+(?<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/diu,
  new RegExp(String.raw`(?<name>\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:${SUFFIX}))\b`, "du"),
  /\b(?:settings?|config(?:uration)?(?: (?:value|key|option))?|property|option|flag)[ :="'`]+(?<name>[a-z][\w-]*(?:\.[a-z][\w-]*){1,6})\b/diu,
  /(?<![\w/.@-])(?<name>[a-z][\w-]*(?:\.[a-z][\w-]*){1,6})\s*=\s*\S/du,
];
/** Every setting has one of these; most lines have none. */
const MAY_NAME_SETTING = /[A-Z0-9]_[A-Z0-9]|[a-z]\.[a-z]/u;
const NO_SETTING =
  /^(?:ERR_|ER_|E?AI_|CERT_|UND_ERR|DEADLINE_|RESOURCE_|PERMISSION_|FAILED_|INVALID_ARG|HTTP_\d|SELF_|UNABLE_|DEPTH_)/u;

/** The setting that the text names (an environment variable or a dotted key); null when it names none. */
export function settingOf(text: Safe): Safe | null {
  const cut = cutText(text);
  if (!MAY_NAME_SETTING.test(cut)) return null;
  for (const pattern of SETTING_PATTERNS) {
    const span = pattern.exec(cut)?.indices?.groups?.["name"];
    if (span === undefined) continue;
    const name = sliceSafe(cut, span[0], span[1]);
    if (!NO_SETTING.test(name) && (name.includes(".") || name === name.toUpperCase())) return name;
  }
  return null;
}
