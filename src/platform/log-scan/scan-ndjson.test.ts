import { describe, expect, test } from "vitest";
import { LINE_FORMS, linesOf } from "../../../bench/measure/parsing-lines.ts";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { createReadableCatalog, rowInWords } from "../../../test/support/scanned-rows.ts";
import { createByteMiner } from "../../core/log-templates/byte-miner.ts";
import { createBatchBuilder } from "./batch-builder.ts";
import { hashOfId, hashOfIdText, hashOfRawId } from "./id-hash.ts";
import { createNdjsonScanner, type ScanTarget } from "./scan-ndjson.ts";

const hashOf = (id: string) => hashOfId(new TextEncoder().encode(id), 0, new TextEncoder().encode(id).length);
const RECEIVED_MS = 1_795_000_000_000;
const scanner = createNdjsonScanner();

function scan(text: string | Uint8Array, given: Partial<ScanTarget> = {}) {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const catalog = createReadableCatalog();
  const batch = createBatchBuilder(catalog, bytes);
  const target = { batch, receivedAtMs: RECEIVED_MS, service: -1, host: -1, ...given };
  const tally = scanner.scan(target, 0, bytes.length);
  const rows = Array.from({ length: batch.rows }, (_, row) => rowInWords(batch, row, catalog));
  return { rows, tally, batch };
}

describe("a JSON line", () => {
  test("gives its fields without JSON.parse, nested or not, whatever their spelling", () => {
    const line = JSON.stringify({
      "@timestamp": "2026-11-21T01:47:20.123Z",
      "log.level": "WARN",
      message: 'pool "main" is full',
      Service: { name: "basket" },
      host: { name: "basket-1" },
      trace: { id: "0AF7651916CD43DD8448EB211C80319C" },
      error: { message: "timeout" },
    });

    const { rows, tally } = scan(line);

    expect(rows).toEqual([
      {
        offset: 0,
        timeMs: Date.UTC(2026, 10, 21, 1, 47, 20, 123),
        severity: "warn",
        service: "basket",
        host: "basket-1",
        trace: hashOfIdText("0af7651916cd43dd8448eb211c80319c"),
        mined: 'pool "main" is full: timeout',
      },
    ]);
    expect(tally).toEqual({ lines: 1, rows: 1, others: 0, refused: 0, tooLong: 0, timeless: 0, slow: 0 });
  });

  test("of a usual logger is read the fast way", () => {
    for (const form of LINE_FORMS) {
      const { tally } = scan(linesOf(form, 2000));
      expect({ form: form.name, ...tally }).toMatchObject({ rows: 2000, slow: 0 });
    }
  });

  test.each([
    ['{"level":"info","level":"error","msg":"x"}', "error", "x"],
    ['{"msg":"x","error":{"message":"a"},"error":null}', "unspecified", "x"],
    ['{"m\\u0073g":"x","level":"warn"}', "warn", "x"],
    ['{"msg":"\\ud83d\\ude80"}', "unspecified", "🚀"],
    ['{"msg":["x"],"level":30}', "info", '["x"]'],
    ['{"a":1}', "unspecified", '{"a":1}'],
    ['{"message":{"text":"x"},"level":"nonsense"}', "unspecified", '{"message":{"text":"x"},"level":"nonsense"}'],
  ])("with something odd is read all the same: %s", (line, severity, mined) => {
    expect(scan(line)).toMatchObject({ rows: [{ severity, mined }], tally: { slow: 1 } });
  });

  test.each([
    '{"msg":"x","a":01}',
    '{"a":1,}',
    '{"a":"\t"}',
    '{"a":tru}',
    '{"a":1}}',
    '{"a":1',
    '{"a" 1}',
    '{"a":"\\x"}',
    "[1]",
    "x",
    '{"msg":"x","a":-}',
    '{"msg":"x","a":1.}',
  ])("that JSON.parse refuses is refused: %s", (line) => {
    expect(scan(`{"msg":"a"}\n${line}\n{"msg":"b"}`)).toMatchObject({
      rows: [{ mined: "a" }, { mined: "b" }],
      tally: { lines: 3, refused: 1 },
    });
  });

  test("with a kind goes to whoever wants it, else it is a log line", () => {
    const text = '{"kind":"deploy","service":"basket"}\n{"msg":"x","tags":{"kind":"y"}}\n{"k\\u0069nd":"metric"}\n';
    const seen: string[] = [];
    const { rows, tally } = scan(text, { other: (from, to) => seen.push(text.slice(from, to)) > 0 });

    expect(seen).toEqual(['{"kind":"deploy","service":"basket"}', '{"k\\u0069nd":"metric"}']);
    expect([rows.length, tally.others]).toEqual([1, 2]);
    expect(scan(text).rows).toHaveLength(3);
  });

  test("without time, service or host takes what the caller knows; without any time it is only counted", () => {
    expect(scan('{"msg":"x"}', { service: 3, host: 4 }).batch).toMatchObject({
      timesMs: expect.objectContaining({ 0: RECEIVED_MS }),
      services: expect.objectContaining({ 0: 3 }),
      hosts: expect.objectContaining({ 0: 4 }),
    });
    expect(scan('{"msg":"x"}\n{"msg":"y","a":[1],"a":2}', { receivedAtMs: Number.NaN }).tally).toMatchObject({
      rows: 0,
      timeless: 2,
    });
  });

  test("whose time names no zone is marked", () => {
    const { batch } = scan(
      '{"time":"2026-11-21 01:47:20","msg":"x"}\n{"time":"2026-11-21 01:47:20Z","msg":"x"}\n{"msg":"x"}\n',
    );
    expect([...batch.zoneless.subarray(0, 3)]).toEqual([1, 0, 0]);
  });
});

describe("bytes of every kind", () => {
  test("over 64 KiB in a line are refused and not kept, with or without a newline", () => {
    const long = `{"msg":"${"x".repeat(64 * 1024)}"}`;
    expect(scan(`${long}\n{"msg":"y"}\n${long}`)).toMatchObject({
      rows: [{ mined: "y" }],
      tally: { lines: 3, tooLong: 2, slow: 0 },
    });
  });

  test.each([
    ["quotes", '"'],
    ["backslashes", "\\"],
    ["braces", "{"],
    ["opened fields", '{"a":'],
    ["keys", '"a":1,'],
    ["newlines", "\n{"],
    ["blanks", " \t\r"],
    ["letters beyond ASCII", "é"],
    ["broken letters", "\ud800"],
  ])("4 MB of %s cost time in proportion", (_name, piece) => {
    const bytes = Buffer.from(`{"msg":"x","error":"${piece.repeat(4_000_000 / piece.length)}`);
    // Seconds would be hours if the cost were quadratic; the limit allows for a slow machine.
    expect(cpuMs(() => scan(bytes))).toBeLessThan(5000);
  });

  test("64 KiB lines of near misses between message and error cost time in proportion", () => {
    const line = JSON.stringify({ msg: "a".repeat(40_000), err: `${"a".repeat(20_000)}b` });
    expect(cpuMs(() => scan(`${line}\n`.repeat(60)))).toBeLessThan(5000);
  });

  test("an object nested ten thousand deep is refused or read, without an error", () => {
    const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    const { tally } = scan(`${deep}\n${"[".repeat(30_000)}\n{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}\n`);
    expect(tally).toMatchObject({ lines: 3 });
  });

  test("of ever new shapes are read right", () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, index) => `{"f${index}":1,"msg":"m${index}","g${index % 7}":[${index}]}`,
    );
    const { rows } = scan(lines.join("\n"));
    expect(rows.map(({ mined }) => mined)).toEqual(lines.map((_, index) => `m${index}`));
  });

  test("in a part of a larger buffer give offsets into the whole", () => {
    const whole = Buffer.from(`xxxx{"msg":"a"}\r\n\n  {"msg":"b"}yyyy`);
    const bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.length);
    const batch = createBatchBuilder({ ...createReadableCatalog(), miner: createByteMiner() }, bytes);

    scanner.scan({ batch, receivedAtMs: 0, service: -1, host: -1 }, 4, bytes.length - 4);

    const told = [0, 1].map((row) =>
      whole.toString("utf8", batch.offsets[row], (batch.offsets[row] ?? 0) + (batch.lengths[row] ?? 0)),
    );
    expect(told).toEqual(['{"msg":"a"}', '{"msg":"b"}']);
  });
});

describe("the hash of an id", () => {
  test("is the same in every process, for both cases, and for text, digits and raw bytes", () => {
    const id = "0af7651916cd43dd8448eb211c80319c";
    const raw = Buffer.from(id, "hex");

    expect(hashOf(id)).toBe(2_341_350_042);
    expect([hashOf(id.toUpperCase()), hashOfIdText(id), hashOfRawId(raw, 0, raw.length)]).toEqual(
      Array(3).fill(hashOf(id)),
    );
  });

  test("is 0 for none: nothing, zeros, dashes", () => {
    expect([
      hashOf(""),
      hashOf("0000000000000000"),
      hashOf("-"),
      hashOfIdText(null),
      hashOfRawId(new Uint8Array(16), 0, 16),
    ]).toEqual(Array(5).fill(0));
    expect(hashOf("00000001")).not.toBe(0);
  });
});
