import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logsRequest } from "../../../test/support/otlp-bodies.ts";
import { decodeRequest, toProtobuf } from "../../../test/support/otlp-proto.ts";
import { decodeMessage } from "./decode.ts";
import { encodeMessage, WireWriter } from "./encode.ts";
import { LOGS_REQUEST, type Message } from "./schema.ts";
import { msOfNanosAt, WireError, WireReader } from "./wire.ts";

const hex = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Buffer.from(bytes).toString("hex"));
const nanos = fc.bigInt({ min: 1_000_000_000_000_000_000n, max: 4_102_444_799_999_999_999n }).map(String);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const { value } = fc.letrec<{ value: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ stringValue: fc.string({ unit: "grapheme" }) }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({
      doubleValue: fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => (each === 0 ? 0 : each)),
    }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("value"), { minLength: 1, maxLength: 4 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: fc.string({ minLength: 1 }), value: tie("value") }), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
    }),
  ),
}));
/** What protobuf leaves out when it is a default is always there, so that both ways write the same. */
const record = fc.record({
  timeUnixNano: nanos,
  observedTimeUnixNano: nanos,
  severityNumber: fc.integer({ min: 1, max: 24 }),
  severityText: fc.string({ minLength: 1 }),
  body: value,
  attributes: fc.array(fc.record({ key: fc.string({ minLength: 1 }), value }), { minLength: 1, maxLength: 5 }),
  traceId: hex(16),
  spanId: hex(8),
  eventName: fc.string({ minLength: 1 }),
});

const written = (request: object, message: Message): Uint8Array => {
  const writer = new WireWriter();
  encodeMessage(writer, { ...request }, message);
  return writer.written;
};
const withoutScope = (request: object) =>
  JSON.parse(JSON.stringify(request, (key, each: unknown) => (key === "scope" ? undefined : each)));

describe("against protobufjs", () => {
  test("what it writes is read as it was told", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
        const request = withoutScope(logsRequest(records));

        expect(decodeMessage(toProtobuf("logs", request), LOGS_REQUEST)).toEqual(request);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test("what we write is read by it as it was told", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
        const request = withoutScope(logsRequest(records));

        expect(decodeRequest("logs", written(request, LOGS_REQUEST))).toEqual(
          decodeRequest("logs", toProtobuf("logs", request)),
        );
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test("messages around every size of a length are read back", () => {
    for (const size of [0, 100, 126, 127, 128, 16_300, 16_384, 2_097_000, 2_097_152]) {
      const request = withoutScope(logsRequest([{ body: { stringValue: "x".repeat(size) } }]));

      expect(decodeMessage(written(request, LOGS_REQUEST), LOGS_REQUEST)).toEqual(request);
      expect(decodeRequest("logs", written(request, LOGS_REQUEST)).toJSON()).toMatchObject({
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: "x".repeat(size) } }] }] }],
      });
    }
  });
});

test("whole milliseconds of nanoseconds are exact", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (ns) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(ns);

      expect(msOfNanosAt(bytes, 0)).toBe(Number(ns / 1_000_000n));
    }),
    { seed: 5, examples: [[1795225640123999999n], [1795225640124000000n], [2n ** 63n]] },
  );
});

test("random bytes end in a WireError or in a value, never beyond their end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, end) => {
      const wire = new WireReader(bytes);
      const to = Math.min(end, bytes.length);
      let failure: unknown = null;
      try {
        while (wire.at < to) wire.skip(wire.tag(to), to);
      } catch (error) {
        failure = error;
      }

      expect(wire.at).toBeLessThanOrEqual(to);
      expect(failure === null || failure instanceof WireError).toBe(true);
    }),
    { seed: 5, numRuns: 2_000 },
  );
});

test("decoding never throws, however deep the values are nested", () => {
  let inner = Buffer.from([0x0a, 0x01, 0x78]);
  for (let depth = 0; depth < 3_000; depth++) {
    const array = Buffer.concat([
      Buffer.from([0x0a, 0x80 | (inner.length & 0x7f), 0x80 | ((inner.length >> 7) & 0x7f), inner.length >> 14]),
      inner,
    ]);
    inner = Buffer.concat([
      Buffer.from([0x2a, 0x80 | (array.length & 0x7f), 0x80 | ((array.length >> 7) & 0x7f), array.length >> 14]),
      array,
    ]);
  }
  const deep = Buffer.concat([
    Buffer.from([0x2a, 0x80 | (inner.length & 0x7f), 0x80 | ((inner.length >> 7) & 0x7f), inner.length >> 14]),
    inner,
  ]);

  expect(() => decodeMessage(deep, LOGS_REQUEST)).not.toThrow();
});
