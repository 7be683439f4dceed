import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createNameTable } from "../../src/core/columns/name-table.ts";
import { DEFAULT_TENANT, epochMs } from "../../src/core/ids.ts";
import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import { decodeRecord } from "../../src/ingest/decode-record.ts";
import { readLines } from "../../src/ingest/ndjson/index.ts";
import { otlp } from "../../src/ingest/otlp/index.ts";
import { aMixedNight, answerTo, countsOf, messageOf, type Written } from "../support/condensed-records.ts";
import { BASELINE, WINDOW } from "../support/observations.ts";
import { attribute, logsRequest, text } from "../support/otlp-bodies.ts";
import { toProtobuf } from "../support/otlp-proto.ts";
import { segmentsOfTests } from "../support/segments.ts";

const { start, end } = segmentsOfTests();
afterEach(end);

const NUMBERS = { info: 9, warn: 13, error: 17 } as const;
const RESOURCE = { attributes: [text("service.name", "packing"), text("host.name", "packing-1")] };

const asJson = (line: Written) =>
  JSON.stringify({
    timestamp: new Date(line.atMs).toISOString(),
    level: line.level,
    "service.name": "packing",
    message: messageOf(line),
    ...line.fields,
  });

const asOtlp = (line: Written) => ({
  timeUnixNano: `${line.atMs}000000`,
  severityNumber: NUMBERS[line.level],
  body: { stringValue: messageOf(line) },
  attributes: Object.entries(line.fields).map(([name, value]) =>
    typeof value === "number" ? attribute(name, { intValue: String(value) }) : text(name, value),
  ),
});

const protobuf = otlp.find(({ path }) => path === "/v1/logs")?.protocols["application/x-protobuf"];
const BODIES = {
  json: { write: (lines: readonly Written[]) => Buffer.from(lines.map(asJson).join("\n")), read: readLines },
  protobuf: {
    write: (lines: readonly Written[]) => Buffer.from(toProtobuf("logs", logsRequest(lines.map(asOtlp), RESOURCE))),
    read: (body: Parameters<typeof readLines>[0]) => (protobuf === undefined ? readLines(body) : protobuf.read(body)),
  },
};

/** A window of these lines, sent as batches and stored: up to `limit` lines one by one. */
async function storedWindow(lines: readonly Written[], form: keyof typeof BODIES) {
  const { segments } = await start({ decode: decodeRecord });
  const catalog = { services: createNameTable(100), hosts: createNameTable(100), miner: createByteMiner() };
  const { write, read } = BODIES[form];
  for (let at = 0; at < lines.length; at += 400) {
    const request = { headers: {}, query: {}, receivedAtMs: WINDOW.toMs };
    const reading = await read({ bytes: write(lines.slice(at, at + 400)), request, catalog } as never);
    if (reading.status === "read" && reading.records !== null) await segments.append(DEFAULT_TENANT, reading.records);
  }
  return async (limit: number) => {
    const range = { fromMs: BASELINE.fromMs, toMs: epochMs(WINDOW.toMs), limit };
    return (await segments.read(DEFAULT_TENANT, range, new AbortController().signal)).events;
  };
}

describe("a window of which most lines are counted", () => {
  test.each(["json", "protobuf"] as const)(
    "says of peers, exceptions, statuses, events and words in %s what the whole window says",
    async (form) => {
      await fc.assert(
        fc.asyncProperty(aMixedNight, async (lines) => {
          const read = await storedWindow(lines, form);

          const [whole, counted] = [await read(100_000), await read(30)];

          expect(whole).toHaveLength(lines.length);
          expect(counted.length).toBeLessThan(whole.length / 2);
          expect(countsOf(counted)).toEqual(countsOf(whole));
          expect(answerTo(counted)).toEqual(answerTo(whole));
        }),
        { seed: 5, numRuns: 8 },
      );
    },
  );

  test("a failing status in an attribute of OTLP is not counted with those that went well", async () => {
    const lines = Array.from({ length: 300 }, (_, number) => ({
      level: "info" as const,
      place: "till",
      fields: { "http.response.status_code": number % 50 === 49 ? 503 : 200 },
      atMs: BASELINE.fromMs + number * 1000,
      number,
    }));

    const counted = await (await storedWindow(lines, "protobuf"))(10);

    expect(counted.length).toBeLessThan(40);
    expect(countsOf(counted)).toEqual(countsOf(await (await storedWindow(lines, "protobuf"))(1000)));
  });
});
