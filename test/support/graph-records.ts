import type { RecordBatch } from "../../src/core/columns/record-batch.ts";
import { type IngestServer, post } from "./otlp-server.ts";

/** One half of a call as an application sends it. */
export interface SentSpan {
  readonly trace: number;
  readonly id: number;
  readonly parent: number | null;
  readonly service: string;
  readonly isFailing?: boolean;
  /** Whom a client span says it calls. */
  readonly peer?: string;
}

const MORNING_NS = BigInt(Date.UTC(2026, 10, 21, 8)) * 1_000_000n;
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");

/** An OTLP/JSON request with these spans, each with the resource of its service. */
export function spansRequest(spans: readonly SentSpan[]): object {
  return {
    resourceSpans: spans.map(({ trace, id, parent, service, isFailing = false, peer }) => ({
      resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: hex(trace + 1, 32),
              spanId: hex(id + 1, 16),
              ...(parent !== null && { parentSpanId: hex(parent + 1, 16) }),
              name: "call",
              kind: peer === undefined ? 2 : 3,
              startTimeUnixNano: String(MORNING_NS + BigInt(id) * 1_000_000n),
              endTimeUnixNano: String(MORNING_NS + BigInt(id + 5) * 1_000_000n),
              attributes: peer === undefined ? [] : [{ key: "server.address", value: { stringValue: peer } }],
              status: isFailing ? { code: 2 } : {},
            },
          ],
        },
      ],
    })),
  };
}

/** An OTLP/JSON request with log records of services that share a trace id: a call that only logs show. */
export function logsOfCall(trace: number, [caller, callee]: readonly [string, string]): object {
  const record = (service: string, afterMs: number) => ({
    resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
    scopeLogs: [
      {
        logRecords: [
          {
            timeUnixNano: String(MORNING_NS + BigInt(trace * 1000 + afterMs) * 1_000_000n),
            severityNumber: 9,
            body: { stringValue: "order placed" },
            traceId: hex(trace + 1, 32),
          },
        ],
      },
    ],
  });
  return { resourceLogs: [record(caller, 0), record(callee, 10), record(caller, 20)] };
}

/** What the real receiver makes of a request. */
export async function batchesOf(server: IngestServer, path: "traces" | "logs", body: object): Promise<RecordBatch[]> {
  server.clear();
  const { status } = await post(server, `/v1/${path}`, { body: JSON.stringify(body) });
  if (status !== 200) throw new Error(`the receiver answered ${status}`);
  return server.batches.splice(0);
}

/** A small shop: web calls checkout, checkout calls payments; every seventh payment fails, every fifth call goes outside. */
export function night(count: number): readonly SentSpan[] {
  return Array.from({ length: count }, (_, trace): SentSpan[] => {
    const id = trace * 10;
    const isFailing = trace % 7 === 0;
    return [
      { trace, id, parent: null, service: "web" },
      { trace, id: id + 1, parent: id, service: "checkout" },
      { trace, id: id + 2, parent: id + 1, service: "payments", isFailing },
      ...(trace % 5 === 0
        ? [{ trace, id: id + 3, parent: id + 2, service: "payments", peer: "api.bank.example" }]
        : []),
    ];
  }).flat();
}

/** What the graph of 300 such calls is. */
export const NIGHT_OF_300 = [
  "checkout->payments trace 300/43",
  "payments->api.bank.example peer 60/0",
  "web->checkout trace 300/0",
];

/** The same random numbers in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The same items in an order of chance. */
export function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** At most so many at once, in order. */
export function inBatches<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
