import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../bench/measure/parsing-lines.ts";
import { recordFromText } from "../src/evidence-sources/bundle/log-record.ts";
import { createBatchBuilder } from "../src/platform/log-scan/batch-builder.ts";
import { hashOfIdText } from "../src/platform/log-scan/id-hash.ts";
import { createTextScanner, lastRecordStart, type TextLine } from "../src/platform/log-scan/scan-text.ts";
import { createReadableCatalog, rowInWords } from "./support/scanned-rows.ts";

const YEAR = 2026;

/** The reader of strings that files of evidence have. */
function readLine(text: string): TextLine {
  const record = recordFromText(text, YEAR);
  return {
    timeMs: record.atNs === null ? Number.NaN : Number(record.atNs / 1_000_000n),
    zoneless: record.zoneless,
    severity: record.severity,
    host: record.host,
    traceId: record.traceId ?? record.requestId,
    body: record.body,
  };
}

const scanner = createTextScanner(readLine);

function scan(text: string | Uint8Array, receivedAtMs = Number.NaN) {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const catalog = createReadableCatalog();
  const batch = createBatchBuilder(catalog, bytes);
  const tally = scanner.scan({ batch, receivedAtMs, service: -1, host: -1 }, 0, bytes.length);
  const rows = Array.from({ length: batch.rows }, (_, row) => ({
    ...rowInWords(batch, row, catalog),
    zoneless: batch.zoneless[row] === 1,
    length: batch.lengths[row],
  }));
  return { rows, tally };
}

const HEADS = [
  "2026-11-21T01:47:20.123Z ",
  "2026-11-21 01:47:20,5 ",
  "[2026-11-21 01:47:20.123456+01:00] ",
  "2026/11/21 01:47:20 - ",
  "2026-11-21 01:47:20 +0200 ",
  "2026-11-21T01:47:20Z|",
  "2026-11-21 01:47:20",
  "2026-11-21T01:47:20.5Z:",
  '"2026-11-21T01:47:20Z" ',
  "Nov 21 01:47:20 basket-1 ",
  "E1121 01:47:20.5   12 ",
  "1795225640 ",
  "2026-13-21T01:47:20Z ",
  "",
];
const LEVELS = [
  "INFO ",
  "[WARN] ",
  "error: ",
  "<ERROR>",
  "INFO|",
  "|FATAL|x",
  "WARNING-",
  "Error: ",
  "[main] DEBUG ",
  "x (PANIC) ",
];
const WORDS = [
  "pool is full",
  "request failed",
  "request_id=abcdef-17",
  "req: 17",
  "Trace-Id: 0af7651916cd43dd8448eb211c80319c",
  "stacktrace follows",
  "[req-17ab]",
  "[8f14e45f-ceea-467e-a8b5-0d3a3b1c2d4e]",
  "Zürich",
  "Zookeeper",
  "UTC",
  "2026-11-21T02:00:00Z",
  "[21/Nov/2026:01:47:20 +0000] x",
  "Got it",
  "12 of 17",
  "NOTICE",
  "\u00a0",
  "requeſt_id=abcdef-17",
  "W1121 ",
  " - ",
  "x".repeat(88),
];

test("text lines give time, level, ids and message as the reader of strings does", () => {
  const random = createRandom(5);
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? "";
  const part = () => (random() < 0.3 ? "" : pick(random() < 0.5 ? LEVELS : WORDS));
  let fast = 0;
  for (let index = 0; index < 20_000; index++) {
    const line = `${pick(HEADS)}${part()}${part()}${pick(["", " "])}${part()}`;
    if (line.trim() === "" || line.startsWith("{") || line.startsWith(" ")) continue;
    const { rows, tally } = scan(line);
    const expected = readLine(line);

    fast += 1 - tally.slow;
    expect({ line, rows: rows.length }).toEqual({ line, rows: Number.isNaN(expected.timeMs) ? 0 : 1 });
    if (rows[0] === undefined) continue;
    expect({ line, ...rows[0] }).toMatchObject({
      line,
      timeMs: expected.timeMs,
      zoneless: expected.zoneless,
      severity: expected.severity,
      host: expected.host,
      trace: hashOfIdText(expected.traceId),
      mined: expected.body.replace(/^[ \t\r\n]+/u, "").replace(/\r$/u, ""),
    });
  }
  expect(fast).toBeGreaterThan(4000);
});

describe("lines that belong together", () => {
  test("a stack trace is part of the row before it, and the next time begins a row", () => {
    const first =
      "2026-11-21T01:47:20Z ERROR could not pay\njava.net.ConnectException: refused\n\tat Shop.pay(Shop.java:7)";
    const { rows, tally } = scan(`${first}\n2026-11-21T01:47:21Z INFO next\n`);

    expect(rows).toMatchObject([
      { offset: 0, length: first.length, severity: "error", mined: "could not pay" },
      { offset: first.length + 1, mined: "next" },
    ]);
    expect(tally).toMatchObject({ lines: 4, rows: 2, joined: 2, timeless: 0 });
  });

  test("lines of a log without times are rows of their own, but for those of a stack trace", () => {
    const { rows } = scan("starting\npay failed\n    at pay (/app/pay.js:4:2)\nTypeError: x is null\nready\n", 17);

    expect(rows.map(({ mined, timeMs }) => [mined, timeMs])).toEqual([
      ["starting", 17],
      ["pay failed", 17],
      ["ready", 17],
    ]);
  });

  test("JSON lines among text keep their own fields, and nothing joins them", () => {
    const { rows, tally } = scan(
      '2026-11-21T01:47:20Z up\n{"ts":1795225641,"level":"warn","msg":"slow","service":"basket"}\n  at x\n{"broken\n',
    );

    expect(rows).toMatchObject([
      { mined: "up", service: null },
      { mined: "slow", service: "basket", severity: "warn", timeMs: 1_795_225_641_000 },
    ]);
    expect(tally).toMatchObject({ lines: 4, refused: 1, timeless: 1 });
  });

  test("a record of many lines is bounded, and so is a line", () => {
    const { rows, tally } = scan(
      `2026-11-21T01:47:20Z x\n${"  at f\n".repeat(20_000)}2026-11-21T01:47:21Z ${"y".repeat(70_000)}\n`,
    );

    expect(rows).toHaveLength(1);
    expect(rows[0]?.length).toBeLessThanOrEqual(64 * 1024);
    expect(tally).toMatchObject({ joined: 20_000, tooLong: 1 });
  });
});

test("the last record of a piece of a file is found by its time, past the lines that belong to it", () => {
  const text = "2026-11-21T01:47:20Z a\n[2026-11-21 01:47:21,5] b\n  at x\nmore\n";
  const bytes = new TextEncoder().encode(text);

  expect(lastRecordStart(bytes, 0, bytes.length)).toBe(text.indexOf("["));
  expect(lastRecordStart(bytes, 0, 10)).toBe(0);
});

test("any bytes are read without an error, and every line is accounted for", () => {
  const pieces = fc.array(
    fc.oneof(fc.constantFrom(...HEADS, ...LEVELS, ...WORDS, "\n", "\r\n", "\n{", '{"msg":"x"}'), fc.string()),
    {
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(pieces, fc.uint8Array({ maxLength: 20 }), (texts, noise) => {
      const { tally } = scan(Buffer.concat([Buffer.from(texts.join("")), noise]));
      const { lines, rows, others, refused, tooLong, timeless, joined } = tally;
      expect(lines).toBe(rows + others + refused + tooLong + timeless + joined);
    }),
    { numRuns: 1000 },
  );
});
