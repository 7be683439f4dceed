import { gzipSync } from "node:zlib";
import { Random } from "./random.ts";
import type { Headers, Sender } from "./senders.ts";

/** One request of the fuzzer. `isSigned` says what must be answered: 2xx when true, 401 when not. */
export interface FuzzRequest {
  readonly sender: Sender;
  readonly isSigned: boolean;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Values that have broken somebody's receiver, as JSON text. */
const ODD = [
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  "1e400000",
  "-1e400000",
  "-0",
  "123456789012345678901234567890",
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"a":1,"a":2}',
  "[]",
  "{}",
  "null",
  "true",
  '""',
  "NaN",
  '"\u0000"',
  "\u{feff}{}",
  `"${"x".repeat(5_000)}"`,
  `"${"\u{1f525}".repeat(500)}"`,
] as const;

const INVALID_UTF8 = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x22, 0x7d]);
/** 100 MiB of zeros, packed. */
const BOMB = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 9 });

/** The cases that have names, each made to fit the sender's own maximum. */
export function namedBodies(maxBytes: number): Readonly<Record<string, Buffer>> {
  const depth = Math.min(1_000_000, maxBytes - 100);
  return {
    NUL: Buffer.from('{"event":{"id":"a\\u0000b","data":"\\u0000"}}'),
    "raw NUL": Buffer.from('{"a":"\u0000"}'),
    "lone surrogate": Buffer.from('{"event":{"id":"\\ud800"},"title":"\\udfff"}'),
    "1e400000": Buffer.from('{"startedAt":1e400000,"version":-1e400000}'),
    [`depth ${depth}`]: Buffer.from("[".repeat(depth)),
    [`closed depth ${Math.floor(depth / 2)}`]: Buffer.from("[".repeat(depth / 2) + "]".repeat(depth / 2)),
    "100 MiB gzip bomb": BOMB,
    "invalid UTF-8": INVALID_UTF8,
    "duplicate keys": Buffer.from('{"event":{"id":"1"},"event":{"id":"2"},"id":"a","id":"b"}'),
    __proto__: Buffer.from('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    "a million keys": Buffer.from(
      `{${Array.from({ length: Math.floor((maxBytes - 100) / 12) }, (_, at) => `"${at}":1`).join(",")}}`,
    ),
    "nothing at all": Buffer.alloc(0),
  };
}

const HOSTILE: readonly [(random: Random) => Buffer, ...((random: Random) => Buffer)[]] = [
  (random) => Buffer.from("[".repeat(random.below(3_000))),
  (random) => Buffer.from('{"event":'.repeat(random.below(500))),
  (random) => random.bytes(random.below(600)),
  (random) => Buffer.from(random.oneOf(ODD)),
  (random) => Buffer.from(`{"event":${random.oneOf(ODD)},"id":${random.oneOf(ODD)},"alerts":[${random.oneOf(ODD)}]}`),
  (random) => Buffer.from(`payload=${encodeURIComponent(random.oneOf(ODD))}&ssl_check=${random.below(2)}`),
  () => INVALID_UTF8,
  () => Buffer.alloc(0),
];

const SIGNED_SHARE = 0.35;
const ODD_HEADERS: readonly [Headers, ...Headers[]] = [
  [["content-encoding", "gzip"]],
  [["content-type", "constructor"]],
  [["x-webhook-id", "__proto__"]],
  [["x-webhook-id", "\u00e4\u00ff"]],
  [
    ["content-type", "application/json"],
    ["content-type", "text/plain"],
  ],
  [
    ["x-slack-retry-num", "NaN"],
    ["x-slack-retry-reason", ""],
  ],
  [["cookie", "a=b; ".repeat(200)]],
];

/** The request of this number: the same seed and number give the same request, apart from the time of a signature. */
export function fuzzRequest(seed: number, senders: readonly [Sender, ...Sender[]], nowMs: number): FuzzRequest {
  const random = new Random(seed);
  const sender = random.oneOf(senders);
  const content = fuzzContent(random, sender);
  const signed = sender.sign(content, nowMs);
  const extra = random.chance(0.05) ? random.oneOf(ODD_HEADERS) : [];
  if (random.chance(SIGNED_SHARE)) {
    // Slack's type decides how its body is read, so the true one stays.
    return {
      sender,
      isSigned: true,
      body: signed.body,
      headers: [...signed.headers, ...extra.filter(([name]) => name !== "content-type")],
    };
  }
  return {
    sender,
    isSigned: false,
    ...unsigned(random, sender, { ...signed, content }),
    ...(extra.length > 0 ? { headers: extra } : {}),
  };
}

/** Not authentic: no signature, another one, or the right one over other bytes. */
function unsigned(
  random: Random,
  sender: Sender,
  signed: { readonly headers: Headers; readonly body: Buffer; readonly content: Buffer },
): { readonly headers: Headers; readonly body: Buffer } {
  const plain = signed.headers.filter(([name]) => name === "content-type");
  // For these the signature is not in a header or not over the body: only leaving it out makes them unsigned.
  if (sender.name === "alertmanager")
    return { headers: [...plain, ["authorization", "Bearer guess"]], body: signed.body };
  if (sender.name === "cloudwatch") return { headers: signed.headers, body: signed.content };
  if (random.chance(0.5)) return { headers: plain, body: signed.body };
  return { headers: signed.headers, body: Buffer.concat([signed.body, Buffer.from(" ")]) };
}

function fuzzContent(random: Random, { bodies }: Sender): Buffer {
  const kind = random.below(100);
  if (kind < 25) return random.oneOf(HOSTILE)(random);
  const base = random.oneOf(bodies);
  if (kind < 30) return base;
  if (kind < 32) return gzipSync(base, { level: 1 });
  const pressed = kind < 70 ? new URLSearchParams(base.toString()).get("payload") : null;
  // What people press is JSON in a form: changed inside of it, or nearly every change would only break the form.
  if (pressed !== null)
    return Buffer.from(new URLSearchParams({ payload: mutated(random, pressed).toString() }).toString());
  return mutated(random, base);
}

function mutated(random: Random, base: Buffer | string): Buffer {
  let body: Buffer = Buffer.from(base);
  for (let times = 1 + random.below(5); times > 0; times--) body = mutatedOnce(random, body);
  return body;
}

const INTERESTING = [0x00, 0xff, 0x7f, 0x80, 0x0a, 0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0xed, 0xa0, 0xc0] as const;

function mutatedOnce(random: Random, body: Buffer): Buffer {
  const at = random.below(body.length + 1);
  switch (random.below(6)) {
    case 0:
      return body.subarray(0, at);
    case 1:
      return Buffer.concat([body.subarray(0, at), random.bytes(random.below(12)), body.subarray(at)]);
    case 2:
      return Buffer.concat([body.subarray(0, at), body.subarray(Math.min(body.length, at + random.below(12)))]);
    case 3:
      return withOddValue(random, body);
    case 4:
      if (at < body.length) body[at] = random.oneOf(INTERESTING);
      return body;
    default:
      if (at < body.length) body[at] = (body[at] ?? 0) ^ (1 << random.below(8));
      return body;
  }
}

/** Puts an odd value where some value stood, so that what is around stays readable. */
function withOddValue(random: Random, body: Buffer): Buffer {
  const text = body.toString("latin1");
  const places = [...text.matchAll(/(?<=":)\s*(?:"[^"\\]{0,60}"|-?\d+|null|true|false)/gu)];
  const place = places[random.below(places.length)];
  if (place === undefined) return body;
  const odd = Buffer.from(random.oneOf(ODD)).toString("latin1");
  return Buffer.from(text.slice(0, place.index) + odd + text.slice(place.index + place[0].length), "latin1");
}
