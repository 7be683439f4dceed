import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyEvent } from "../../../test/support/any-event.ts";
import { eventJsonSchema } from "../../app/event-schema.ts";
import type { Event } from "../../core/event.ts";
import { epochNs, eventId } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import { type Arrival, fromWire } from "./event-wire.ts";
import { toWire } from "./to-wire.ts";

const AT = epochNs(1_763_689_640_123_456_789n);
const ARRIVAL: Arrival = { id: eventId("pushed", "1"), ref: "1", source: "pushed", receivedNs: AT };

const read = (record: object, arrival: Arrival | null = ARRIVAL) => fromWire(record, arrival);
function event(record: object): Event<string> {
  const reading = read(record);
  if (reading.status !== "read") throw new Error(JSON.stringify(reading));
  return reading.event;
}
const because = (record: object) => {
  const reading = read(record);
  return reading.status === "invalid" ? reading.because : reading.status;
};

const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(eventJsonSchema()));

describe.each(Object.entries(anyEvent))("an event of kind %s", (_kind, arbitrary) => {
  test("is the same after it was written as a line and read again, and the line keeps to the schema", () => {
    fc.assert(
      fc.property(arbitrary, (written) => {
        const line: unknown = JSON.parse(JSON.stringify(toWire(written)));

        expect(fromWire(line, null)).toEqual({ status: "read", event: written });
        validate(line);
        expect(validate.errors).toBeNull();
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  test("takes its names and its time of receipt from the receiver, whatever the line says", () => {
    fc.assert(
      fc.property(arbitrary, (written) => {
        const { receivedNs, ...names } = ARRIVAL;

        expect(fromWire(JSON.parse(JSON.stringify(toWire(written))), ARRIVAL)).toMatchObject({
          event: { ...names, observedNs: receivedNs, atNs: written.atNs },
        });
      }),
      { seed: 5, numRuns: 20 },
    );
  });
});

const SENTENCE = "a line of kind ";

test("whatever a sender writes is read or answered with a sentence, and never throws", () => {
  const kinds = fc.constantFrom(...Object.keys(anyEvent), "deploy", 7, null);
  const record = fc.tuple(kinds, fc.dictionary(fc.string(), fc.jsonValue()), arbitraryFields());

  fc.assert(
    fc.property(record, fc.boolean(), ([each, more, fields], isReceived) => {
      const reading = fromWire({ ...more, ...fields, kind: each }, isReceived ? ARRIVAL : null);
      const sentence = reading.status === "invalid" ? reading.because : SENTENCE;

      expect(sentence.startsWith(SENTENCE)).toBe(true);
    }),
    { seed: 7, numRuns: 1500 },
  );
});

function arbitraryFields() {
  const names =
    "timestamp severityText body attributes exception repeats semantics name value unit spanKind durationNs status change " +
    "title object involvedObject manifest who text stated resource id ref source durationMs endTimestamp count";
  return fc.dictionary(fc.constantFrom(...names.split(" ")), fc.oneof(fc.jsonValue(), fc.constant(String(AT))));
}

describe("times", () => {
  test.each([["1763689640123456789"], ["2025-11-21T01:47:20.123456789Z"], ["2025-11-21T03:47:20.123456789+02:00"]])(
    "%s is the instant to the nanosecond",
    (timestamp) => {
      expect(event({ kind: "log", timestamp, severityText: "info", body: "x" }).atNs).toBe(AT);
    },
  );

  test("a time without a zone is refused, and the sentence says what to add", () => {
    expect(because({ kind: "log", timestamp: "2025-11-21T01:47:20", severityText: "info", body: "x" })).toBe(
      'a line of kind log cannot be taken: "timestamp" has no zone: add Z for UTC, or +02:00',
    );
  });

  test("a line without a time happened when it was received, a span must say when it began", () => {
    expect(event({ kind: "log", body: "x" }).atNs).toBe(AT);
    expect(because({ kind: "span", name: "GET /", durationNs: "5" })).toContain('"timestamp" is missing');
  });
});

describe("usual spellings", () => {
  test("of loggers are understood in a line of kind log, and what is left becomes an attribute", () => {
    const line = {
      kind: "log",
      time: 1_763_689_640_123,
      level: "WARNING",
      msg: "basket is slow",
      service: "basket",
      hostname: "basket-1",
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      "x-request-id": "req-000017",
      items: 3,
      attributes: { "http.route": "/basket", cart: { size: 9 } },
    };

    expect(event(line)).toMatchObject({
      atNs: 1_763_689_640_123_000_000n,
      severity: "warn",
      body: "basket is slow",
      service: "basket",
      host: "basket-1",
      traceId: "0af7651916cd43dd8448eb211c80319c",
      requestId: "req-000017",
      attributes: { items: 3, "http.route": "/basket", "cart.size": 9 },
    });
  });

  test("of OTLP are understood: severity numbers, resources, span kinds, statuses, ends", () => {
    expect(event({ kind: "log", severityNumber: 17, body: "x", resource: { "service.name": "pay" } })).toMatchObject({
      severity: "error",
      service: "pay",
    });
    const span = { kind: "span", name: "charge", spanKind: "SPAN_KIND_CLIENT", status: { code: 2 } };
    const times = { startTimeUnixNano: "1763689640000000000", endTimeUnixNano: "1763689640250000000" };
    expect(event({ ...span, ...times })).toMatchObject({
      spanKind: "client",
      status: "error",
      durationNs: 250_000_000n,
      attributes: {},
    });
  });

  test("of metrics are understood, and their unit is normalised with the value", () => {
    expect(event({ kind: "metric", metric: "request.duration", value: "250", unit: "msec" })).toMatchObject({
      name: "request.duration",
      unit: "s",
      value: 0.25,
    });
  });

  test("a change may leave out what it does not know", () => {
    expect(event({ kind: "change", service: "pay", change: { kind: "flag", version: "new-totals" } })).toMatchObject({
      service: "pay",
      change: { kind: "flag", status: "deployed", version: "new-totals", by: null, files: [], pullRequest: null },
    });
  });
});

test("what a sender states about the meaning stays with its record", () => {
  const semantics = { category: "timeout", impact: "user-facing", because: "the bank did not answer" };

  expect(event({ kind: "log", severityText: "error", body: "no answer", semantics })).toMatchObject({
    attributes: {
      "traceops.category": "timeout",
      "traceops.impact": "user-facing",
      "traceops.because": "the bank did not answer",
    },
  });
});

test("with a meaning, the line says what the rules say, and still keeps to the schema", () => {
  const written = event({ kind: "log", severityText: "error", body: "no answer" });
  const line = toWire(written, {
    category: "timeout",
    intent: "call",
    impact: "internal",
    isFailure: true,
    peer: null,
    setting: null,
    suggestedActions: [safe`Look at the callee's latency.`],
    because: safe`something did not answer in time`,
  });

  expect(line["semantics"]).toEqual({
    category: "timeout",
    intent: "call",
    impact: "internal",
    suggested_actions: ["Look at the callee's latency."],
    because: "something did not answer in time",
  });
  validate(line);
  expect(validate.errors).toBeNull();
});

test.each([
  [{ kind: "metric", name: "x", value: "many" }, '"value" must be a number'],
  [{ kind: "metric", value: 1 }, '"name" must be a text'],
  [{ kind: "alert", status: "firing" }, '"title" must be a text'],
  [{ kind: "alert", title: "x", status: "open" }, '"status" must be one of firing, acknowledged, resolved'],
  [{ kind: "change", change: { kind: "party" } }, '"change.kind" must be one of deploy, rollout'],
  [{ kind: "log", body: "x", attributes: [1] }, '"attributes" must be an object of texts, numbers, true and false'],
  [{ kind: "log", body: "x", repeats: { seconds: [1], counts: [] } }, '"repeats" must have two lists of one length'],
])("%j is refused with a sentence for its sender", (line, words) => {
  expect(because(line)).toContain(words);
});

test("a line whose kind is none of ours is left to the other readers", () => {
  for (const line of [{ kind: "Pod" }, { kind: "deploy" }, { msg: "x" }, { kind: "toString" }, [], null, "log"]) {
    expect(fromWire(line, ARRIVAL)).toEqual({ status: "foreign" });
  }
});

test("every example of the documentation is read, and keeps to the schema unless it shows another spelling", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../../docs/event-format.md"), "utf8");
  const blocks = [...page.matchAll(/```(json|jsonl other-spellings|jsonl refused)\n([^`]+)```/gu)];
  const lines = blocks.flatMap(([, label = "", block = ""]) =>
    block
      .trim()
      .split("\n")
      .map((line) => [label, line] as const),
  );

  const wrong = lines.filter(([label, line]) => {
    const record: unknown = JSON.parse(line);
    const status = label === "jsonl refused" ? "invalid" : "read";
    return fromWire(record, ARRIVAL).status !== status || validate(record) !== (label === "json");
  });

  expect(lines.length).toBeGreaterThan(12);
  expect(wrong).toEqual([]);
});
