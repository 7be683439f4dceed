import { gzipSync } from "node:zlib";
import { LOG, logsRequest, METRICS, metricsRequest, SPAN, tracesRequest } from "./otlp-bodies.ts";
import { toProtobuf } from "./otlp-proto.ts";

export interface FuzzBody {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;
const below = (random: Random, limit: number) => Math.floor(random() * limit);
const oneOf = <T>(random: Random, items: readonly [T, ...T[]]): T => items[below(random, items.length)] ?? items[0];

const AT = Date.UTC(2026, 10, 21, 1, 47);
const LINES = [
  '{"time":"2026-11-21T01:47:20Z","level":"error","msg":"charge 17 failed","service":"checkout","trace_id":"0af7651916cd43dd8448eb211c80319c"}',
  '{"kind":"metric","timestamp":"2026-11-21T01:47:20Z","name":"duration","unit":"ms","value":3,"service.name":"checkout"}',
  '{"kind":"span","timestamp":"2026-11-21T01:47:20Z","name":"pay","spanKind":"client","durationNs":"5","status":"ok","service.name":"checkout","traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"}',
  '{"kind":"change","timestamp":"2026-11-21T01:45:00Z","service.name":"payments","change":{"kind":"flag","version":"new-totals"}}',
  '{"kind":"kubernetes","timestamp":"2026-11-21T01:46:30Z","object":"Pod/a","reason":"OOMKilling","type":"Warning","note":"out of memory","count":3}',
  '{"kind":"person","timestamp":"2026-11-21T01:52:00Z","who":"ada","text":"restarted"}',
  '{"kind":"log","timestamp":"2026-11-21T01:47:20Z","severityText":"warn","body":"w\\u00e4rm \\"quoted\\"","service.name":"basket"}',
];
const TEXT =
  "2026-11-21T01:47:20Z ERROR sale failed\nshop.Failure: jammed\n\tat shop.Till.sell(Till.java:42)\nCaused by: x\nplain";

const packedDelivery = (logEvents: readonly object[]) =>
  gzipSync(JSON.stringify({ messageType: "DATA_MESSAGE", logGroup: "/a/b", logStream: "s", logEvents })).toString(
    "base64",
  );
const delivery = (...data: readonly string[]) =>
  Buffer.from(JSON.stringify({ requestId: "r", timestamp: AT, records: data.map((each) => ({ data: each })) }));

const JSON_TYPE = { "content-type": "application/json" };
const PROTOBUF = { "content-type": "application/x-protobuf" };
const FIREHOSE = { ...JSON_TYPE, "x-amz-firehose-request-id": "r" };

const VALID: readonly [FuzzBody, ...FuzzBody[]] = [
  { path: "/v1/events", headers: { "content-type": "application/x-ndjson" }, body: Buffer.from(LINES.join("\n")) },
  { path: "/v1/text?service=till", headers: { "content-type": "text/plain" }, body: Buffer.from(TEXT) },
  { path: "/v1/logs", headers: PROTOBUF, body: Buffer.from(toProtobuf("logs", logsRequest([LOG, LOG]))) },
  { path: "/v1/traces", headers: PROTOBUF, body: Buffer.from(toProtobuf("traces", tracesRequest([SPAN, SPAN]))) },
  { path: "/v1/metrics", headers: PROTOBUF, body: Buffer.from(toProtobuf("metrics", metricsRequest())) },
  { path: "/v1/logs", headers: JSON_TYPE, body: Buffer.from(JSON.stringify(logsRequest())) },
  { path: "/v1/traces", headers: JSON_TYPE, body: Buffer.from(JSON.stringify(tracesRequest())) },
  { path: "/v1/metrics", headers: JSON_TYPE, body: Buffer.from(JSON.stringify(metricsRequest(METRICS))) },
  {
    path: "/v1/firehose",
    headers: FIREHOSE,
    body: delivery(packedDelivery(LINES.map((message) => ({ id: "1", timestamp: AT, message })))),
  },
  {
    path: "/v1/deploys",
    headers: JSON_TYPE,
    body: Buffer.from('{"service":"checkout","version":"v2","at":"2026-11-21T01:45:00Z"}'),
  },
];

const ODD = [
  '"\\ud800"',
  '"\\u0000"',
  "1e400000",
  "-0",
  "123456789012345678901234567890",
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":1}}',
  '{"a":1,"a":2}',
  "[]",
  "null",
  "{}",
  '"' + "x".repeat(5_000) + '"',
  '""',
  "true",
  "\u{feff}{}",
  '"\u0000"',
  "NaN",
  '{"stringValue":{}}',
  '{"intValue":"1e9999"}',
  '{"kvlistValue":{"values":[{"key":"__proto__","value":{"stringValue":"x"}}]}}',
] as const;

/** AnyValues in arrays in AnyValues, so deep. */
function nestedValue(depth: number): Buffer {
  let inner: Buffer = Buffer.from([0x0a, 0x01, 0x78]);
  for (let level = 0; level < depth && inner.length < 16_000; level++) inner = field(5, field(1, inner));
  return inner;
}

function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  let rest = content.length;
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length, rest]), content]);
}

const DEEP_LOG = field(1, field(2, field(2, field(5, nestedValue(2_000)))));
const DEEP_ATTRIBUTE = field(
  1,
  field(2, field(2, field(6, Buffer.concat([field(1, Buffer.from("k")), field(2, nestedValue(500))])))),
);
const BOMB = gzipSync(Buffer.alloc(40_000_000, 0x20));
const ALMOST_BOMB = gzipSync(Buffer.alloc(2_000_000, 0x0a));

const HOSTILE: readonly [(random: Random) => Buffer, ...((random: Random) => Buffer)[]] = [
  (random) => Buffer.from("[".repeat(below(random, 3_000))),
  (random) => Buffer.from('{"a":'.repeat(below(random, 500))),
  (random) => Buffer.from(`{"resourceLogs":${"[".repeat(below(random, 70))}`),
  () => DEEP_LOG,
  () => DEEP_ATTRIBUTE,
  (random) => randomBytes(random, below(random, 600)),
  (random) =>
    Buffer.from(`{"msg":${oneOf(random, ODD)},"kind":${oneOf(random, ODD)},"time":${oneOf(random, ODD)}}\n`.repeat(3)),
  (random) =>
    Buffer.from(
      JSON.stringify(logsRequest()).replaceAll(/"[A-Za-z]+":("[^"]{1,40}"|\d+)/gu, (each) =>
        random() < 0.2 ? `${each.split(":")[0]}:${oneOf(random, ODD)}` : each,
      ),
    ),
  (random) =>
    Buffer.from(
      JSON.stringify(metricsRequest()).replaceAll(/(?<=[:[])(-?\d+(\.\d+)?|"\d+")/gu, (each) =>
        random() < 0.3 ? oneOf(random, ODD) : each,
      ),
    ),
  (random) =>
    delivery(
      oneOf(random, [
        "",
        "!!!",
        BOMB.toString("base64").slice(0, 400),
        packedDelivery([
          { timestamp: 1e300, message: "\ud800" },
          { timestamp: -5, message: "{" },
        ]),
      ]),
    ),
  (random) =>
    Buffer.concat([
      Buffer.from([0x0a]),
      Buffer.from([0xff, 0xff, 0xff, 0xff, below(random, 256)]),
      randomBytes(random, 20),
    ]),
  (random) => Buffer.from("\n".repeat(below(random, 3_000))),
  (random) => Buffer.from("{}\n".repeat(below(random, 300))),
  () => Buffer.alloc(0),
];

function randomBytes(random: Random, size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, () => below(random, 256)));
}

/** One request that a receiver must survive; the same for the same seed. */
export function fuzzBody(seed: number): FuzzBody {
  const random = randomOf(seed);
  const base = oneOf(random, VALID);
  const kind = random();
  if (kind < 0.0005) return { ...base, body: random() < 0.5 ? BOMB : ALMOST_BOMB };
  const body = kind < 0.03 ? base.body : kind < 0.25 ? oneOf(random, HOSTILE)(random) : mutated(random, base.body);
  if (kind < 0.3) return packed(random, { ...base, body });
  return kind > 0.98 ? { ...base, body, headers: { ...base.headers, ...oddHeaders(random) } } : { ...base, body };
}

function packed(random: Random, body: FuzzBody): FuzzBody {
  const how = random();
  if (how > 0.3) return body;
  const zipped = gzipSync(body.body, { level: 1 });
  return {
    ...body,
    body: how < 0.1 ? mutated(random, zipped) : zipped,
    headers: { ...body.headers, "content-encoding": "gzip" },
  };
}

function oddHeaders(random: Random): Readonly<Record<string, string>> {
  return oneOf<Readonly<Record<string, string>>>(random, [
    { "content-encoding": "zstd" },
    { "content-encoding": "gzip" },
    { "content-type": "application/json; charset=utf-8" },
    { "content-type": "constructor" },
    { "content-type": "__proto__" },
    { "content-type": ";;;" },
    { "x-amz-firehose-request-id": "other" },
  ]);
}

const INTERESTING = [0x00, 0xff, 0x7f, 0x80, 0x0a, 0x12, 0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0xed, 0xa0, 0xc0] as const;

function mutated(random: Random, valid: Buffer): Buffer {
  let body: Buffer = Buffer.from(valid);
  for (let times = 1 + below(random, 6); times > 0; times--) body = mutatedOnce(random, body);
  return body;
}

function mutatedOnce(random: Random, body: Buffer): Buffer {
  const at = below(random, body.length + 1);
  const size = below(random, 12);
  switch (below(random, 7)) {
    case 0:
      return body.subarray(0, at);
    case 1:
      return Buffer.concat([body.subarray(0, at), randomBytes(random, size), body.subarray(at)]);
    case 2:
      return Buffer.concat([body.subarray(0, at), body.subarray(Math.min(body.length, at + size))]);
    case 3:
      return Buffer.concat([body.subarray(0, at), Buffer.from(oneOf(random, ODD)), body.subarray(at)]);
    case 4: {
      const from = below(random, body.length + 1);
      return Buffer.concat([body.subarray(0, at), body.subarray(from, from + 200), body.subarray(at)]);
    }
    case 5:
      if (at < body.length) body[at] = oneOf(random, INTERESTING);
      return body;
    default:
      if (at < body.length) body[at] = (body[at] ?? 0) ^ (1 << below(random, 8));
      return body;
  }
}
