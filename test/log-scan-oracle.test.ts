import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../bench/measure/parsing-lines.ts";
import { createBatchBuilder } from "../src/platform/log-scan/batch-builder.ts";
import { hashOfIdText } from "../src/platform/log-scan/id-hash.ts";
import { createNdjsonScanner, type NdjsonScanner } from "../src/platform/log-scan/scan-ndjson.ts";
import { parseJsonObject } from "../src/platform/records/flat-fields.ts";
import { readLogLine } from "../src/platform/records/log-line.ts";
import { createOddLines } from "./support/odd-lines.ts";
import { createReadableCatalog, type RowInWords, rowInWords } from "./support/scanned-rows.ts";

// Lines of each of the two runs; LOG_SCAN_LINES=1000000 for the long one.
const LINES = Number(process.env["LOG_SCAN_LINES"] ?? 50_000);
const SEED = Number(process.env["LOG_SCAN_SEED"] ?? 20_261_121);
const RECEIVED_MS = 1_795_000_000_000;

/** What JSON.parse and readLogLine say of each line of these bytes. */
function read(bytes: Buffer): { rows: RowInWords[]; refused: number; others: number } {
  const rows: RowInWords[] = [];
  let refused = 0;
  let others = 0;
  let from = 0;
  while (from < bytes.length) {
    const newline = bytes.indexOf(10, from);
    const to = newline < 0 ? bytes.length : newline;
    while (from < to && [9, 13, 32].includes(bytes[from] ?? 0)) from++;
    const text = bytes.toString("utf8", from, to);
    const record = parseJsonObject(text.trim());
    if (from === to) {
      // A blank line.
    } else if (record === null) refused++;
    else if (Object.hasOwn(record, "kind")) others++;
    else rows.push(expectedRow(text, from));
    from = to + 1;
  }
  return { rows, refused, others };
}

function expectedRow(text: string, offset: number): RowInWords {
  const line = readLogLine(text);
  return {
    offset,
    timeMs: line.atNs === null ? RECEIVED_MS : Number(line.atNs / 1_000_000n),
    severity: line.severity,
    service: cut(line.service),
    host: cut(line.host),
    trace: hashOfIdText(line.traceId) || hashOfIdText(line.requestId),
    mined: firstLine(line.body).toWellFormed(),
  };
}

/** As names are kept: 200 bytes of UTF-8. */
const cut = (name: string | null) => name && new TextDecoder().decode(new TextEncoder().encode(name).subarray(0, 200));
const firstLine = (body: string) =>
  body
    .replace(/^[ \t\r\n]+/u, "")
    .replace(/\n[\s\S]*$/u, "")
    .replace(/\r$/u, "");

const taken = () => true;

function scan(scanner: NdjsonScanner, bytes: Buffer) {
  const catalog = createReadableCatalog();
  const batch = createBatchBuilder(catalog, bytes);
  const target = { batch, receivedAtMs: RECEIVED_MS, service: -1, host: -1, other: taken };
  const tally = scanner.scan(target, 0, bytes.length);
  const rows = Array.from({ length: batch.rows }, (_, row) => rowInWords(batch, row, catalog));
  return { rows, tally };
}

function expectSame(scanner: NdjsonScanner, bytes: Buffer): number {
  const { rows, tally } = scan(scanner, bytes);
  const expected = read(bytes);
  const refused = tally.refused + tally.tooLong;
  expect({ rows, refused, others: tally.others }).toEqual(expected);
  return tally.slow;
}

test(`${LINES} odd lines give the fields that JSON.parse and readLogLine give, or none`, { timeout: 600_000 }, () => {
  const random = createRandom(SEED);
  const odd = createOddLines(random);

  const slow = expectAllSame(LINES, () => (random() < 0.5 ? odd.honest() : odd.damaged()));

  expect(slow).toBeLessThan(LINES);
});

test(`so do ${LINES} lines of a few shapes with odd ones among them`, { timeout: 600_000 }, () => {
  const random = createRandom(SEED + 1);
  const odd = createOddLines(random);

  const slow = expectAllSame(LINES, () => (random() < 0.9 ? odd.calm() : odd.damaged()));

  // What is left to the slow way is right without proving anything.
  expect(slow).toBeLessThan(LINES * 0.4);
});

function expectAllSame(count: number, line: () => Buffer): number {
  const scanner = createNdjsonScanner();
  let slow = 0;
  for (let done = 0; done < count; done += 100) {
    const lines = Array.from({ length: 100 }, () => line().toString("latin1"));
    slow += expectSame(scanner, Buffer.from(lines.join("\n"), "latin1"));
  }
  return slow;
}

const nest = (key: string, depth: number) => `${`{"${key}":`.repeat(depth)}{"msg":"deep"}${"}".repeat(depth)}`;
const many = Array.from({ length: 99 }, (_, index) => `"f${index}":${index}`).join(",");
test.each([
  ["names as deep as they are looked at, and deeper", [3, 4, 5, 6].map((depth) => nest("_", depth))],
  ["dots in a key count as depth", ['{"...":{"msg":"a"}}', '{"....":{"msg":"a"}}', '{"_":{"..":{"msg":"a"}}}']],
  [
    "a long key is cut before it is a name",
    [`{"${"_".repeat(197)}msgzz":"a","err":"e"}`, `{"${"_".repeat(190)}msg":"a"}`],
  ],
  ["after 96 fields nothing is looked at", [`{"msg":"a",${many}}`, `{${many},"msg":"a"}`]],
  [
    "text, then an object, then a list under one key",
    ['"b"', '{"message":"c"}', '["d"]', "{}", "null"].map((e) => `{"msg":"a","err":${e}}`),
  ],
  [
    "nested and flat spellings of one name",
    ['{"msg":"a","error":{"message":"b"},"error_message":"c"}', '{"s":{"er_vice":"x"},"msg":"a"}'],
  ],
  [
    "a doubled object",
    ['{"msg":"a","error":{"message":"b"},"error":{"type":"T"}}', '{"msg":"a","foo":{"msg":1},"foo":2}'],
  ],
  [
    "numbers that are written otherwise",
    ["1.0", "-0", "1e3", "-5", "1e400", "12345678901234567890"].map((n) => `{"msg":${n},"service":${n},"level":${n}}`),
  ],
  [
    "what only looks like a number",
    ["01", "-", "1.", ".5", "+1", "1e", "0x1", "NaN"].map((n) => `{"msg":"a","n":${n}}`),
  ],
  [
    "an error that the message says already, and one it does not",
    ['{"msg":"a: b","err":"b"}', '{"msg":"a","err":false}', '{"msg":"a\\nb","err":"c"}'],
  ],
  [
    "byte order marks and odd blanks",
    ['\ufeff{"msg":"a"}', '\u00a0{"msg":"a"}\u00a0', '{"msg":"a"}\v', '{"msg":"a"}\u2028', ' \t{"msg":"a"}\r'],
  ],
  [
    "names of one length that differ in the middle",
    Array.from({ length: 900 }, (_, n) => `{"msg":"a","service":"shop-${n + 1000}-web-"}`),
  ],
])("%s: twice, so that a known shape is met too", (_case, lines) => {
  const scanner = createNdjsonScanner();

  for (const all of [lines, lines, lines.toReversed()]) {
    expect(expectSame(scanner, Buffer.from(all.join("\n")))).toBeLessThanOrEqual(all.length);
  }
});

test("any JSON value under any keys is read alike", () => {
  const scanner = createNdjsonScanner();
  fc.assert(
    fc.property(fc.array(fc.json(), { maxLength: 5 }), (values) => {
      expect(expectSame(scanner, Buffer.from(values.join("\n")))).toBeLessThanOrEqual(values.length);
    }),
    { numRuns: 300 },
  );
});

test("any bytes are read without an error", () => {
  const scanner = createNdjsonScanner();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expectSame(scanner, Buffer.concat([Buffer.from('{"msg":"'), bytes]));
      expect(expectSame(scanner, Buffer.from(bytes))).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 500 },
  );
});
