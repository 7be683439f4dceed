import { describe, expect, test } from "vitest";
import { CORPUS_NAMES, createCorpus } from "../bench/corpora/corpora.ts";
import { createRandom, LINE_FORMS, linesOf } from "../bench/measure/parsing-lines.ts";
import { createNameTable } from "../src/core/columns/name-table.ts";
import type { RecordCatalog } from "../src/core/columns/record-batch.ts";
import { createByteMiner } from "../src/core/log-templates/byte-miner.ts";
import { DEFAULT_MINER_LIMITS, type MinerLimits } from "../src/core/log-templates/template-miner.ts";
import { createBatchBuilder, type ScannedBatch } from "../src/platform/log-scan/batch-builder.ts";
import { createFastNdjsonScanner } from "../src/platform/log-scan/fast-scanner.ts";
import { createNdjsonScanner, type NdjsonScanner, type ScanTarget } from "../src/platform/log-scan/scan-ndjson.ts";
import { createModuleMiner } from "../src/platform/log-scan/wasm/module-miner.ts";
import { type ScanExports, type ScanImports, startModule } from "../src/platform/log-scan/wasm/start-module.ts";
import { createCounted } from "./support/counted-module.ts";
import { createNastyLines, MASKED_MESSAGES } from "./support/nasty-lines.ts";
import { createOddLines } from "./support/odd-lines.ts";

// Lines of each of the runs over odd lines; LOG_SCAN_LINES=1000000 for the long one.
const LINES = Number(process.env["LOG_SCAN_LINES"] ?? 50_000);
const SEED = Number(process.env["LOG_SCAN_SEED"] ?? 20_261_122);
const RECEIVED_MS = 1_795_000_000_000;
const COLUMNS = [
  "formats",
  "kinds",
  "offsets",
  "lengths",
  "contextOffsets",
  "contextLengths",
  "timesMs",
  "services",
  "hosts",
  "severities",
  "templates",
  "traces",
  "zoneless",
] as const;

const createCatalog = (limits?: MinerLimits): RecordCatalog => ({
  services: createNameTable(50),
  hosts: createNameTable(1000),
  miner: createByteMiner(limits),
});

interface Scanning {
  readonly scanner: NdjsonScanner;
  readonly catalog: RecordCatalog;
}

interface Scanned {
  readonly batch: ScannedBatch;
  readonly tally: unknown;
  readonly others: readonly string[];
}

function scan({ scanner, catalog }: Scanning, bytes: Uint8Array, given: Partial<ScanTarget> = {}): Scanned {
  const batch = createBatchBuilder(catalog, bytes);
  const others: string[] = [];
  const other = (from: number, to: number) => others.push(`${from}-${to}`) % 3 !== 0;
  const target = { batch, receivedAtMs: RECEIVED_MS, service: -1, host: -1, other, ...given };
  const { slow: _, ...tally } = scanner.scan(target, 0, bytes.length);
  return { batch, tally, others };
}

/** Both scanners say the same of these bytes, in every column. */
function expectSame(one: Scanned, other: Scanned, bytes: Uint8Array): void {
  expect(other.tally).toEqual(one.tally);
  expect(other.others).toEqual(one.others);
  for (const column of COLUMNS) {
    const expected = one.batch[column].subarray(0, one.batch.rows);
    const found = other.batch[column].subarray(0, one.batch.rows);
    if (Buffer.compare(viewOf(expected), viewOf(found)) === 0) continue;
    const row = expected.findIndex((value, index) => !Object.is(value, found[index]));
    const from = one.batch.offsets[row] ?? 0;
    const line = Buffer.from(bytes.subarray(from, from + (one.batch.lengths[row] ?? 0))).toString("latin1");
    expect({ column, row, line, value: found[row] }).toEqual({ column, row, line, value: expected[row] });
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

const wordsOf = ({ services, hosts, miner }: RecordCatalog) => ({
  services: Array.from({ length: services.size }, (_, index) => services.nameOf(index)),
  hosts: Array.from({ length: hosts.size }, (_, index) => hosts.nameOf(index)),
  templates: Array.from({ length: miner.size }, (_, id) =>
    [miner.groupOf(id), miner.finalOf(id), miner.countOf(id), miner.keyOf(id), miner.textOf(id)].join(" "),
  ),
});

/** The catalogs hold the same names and templates, and count the same. */
function expectSameCatalog(one: RecordCatalog, other: RecordCatalog): number {
  expect(wordsOf(other)).toEqual(wordsOf(one));
  return other.miner.size;
}

interface Pair {
  readonly counted: { readonly read: number; readonly declined: number };
  /** Scans the bytes with both scanners and compares. */
  same(bytes: Uint8Array, given?: Partial<ScanTarget>): void;
  /** Compares the catalogs; gives how many templates they hold. */
  sameCatalog(): number;
}

/** A scanner in JavaScript and one with the module, each with a catalog of its own that lives as long as they do. */
function createPair(limits?: MinerLimits): Pair {
  const plain = { scanner: createNdjsonScanner(), catalog: createCatalog(limits) };
  const counted = createCounted();
  const fast = {
    scanner: createFastNdjsonScanner({ start: counted.start, restBytes: 0 }),
    catalog: createCatalog(limits),
  };
  return {
    counted,
    same: (bytes, given = {}) => expectSame(scan(plain, bytes, given), scan(fast, bytes, given), bytes),
    sameCatalog: () => expectSameCatalog(plain.catalog, fast.catalog),
  };
}

/** So many lines in bodies of one to many lines, every other one without its last newline. */
function inBodies(count: number, line: () => Buffer, take: (body: Buffer) => void): void {
  const sizes = [1, 3, 100, 400, 5000];
  let done = 0;
  for (let body = 0; done < count; body++) {
    const size = Math.min(count - done, sizes[body % sizes.length] ?? 1);
    const lines = Array.from({ length: size }, () => line().toString("latin1"));
    take(Buffer.from(lines.join("\n") + (body % 2 === 0 ? "\n" : ""), "latin1"));
    done += size;
  }
}

describe("the module gives what the scanner in JavaScript gives", () => {
  test(`for ${LINES} odd and damaged lines`, { timeout: 900_000 }, () => {
    const random = createRandom(SEED);
    const odd = createOddLines(random);
    const pair = createPair();

    inBodies(
      LINES,
      () => (random() < 0.5 ? odd.honest() : odd.damaged()),
      (body) => pair.same(body, { service: random() < 0.5 ? -1 : 2 }),
    );

    expect(pair.sameCatalog()).toBeGreaterThan(1);
  });

  test(`for ${LINES} lines of a few shapes with odd ones among them`, { timeout: 900_000 }, () => {
    const random = createRandom(SEED + 1);
    const odd = createOddLines(random);
    const pair = createPair();

    inBodies(
      LINES,
      () => (random() < 0.95 ? odd.calm() : odd.damaged()),
      (body) => pair.same(body, { receivedAtMs: random() < 0.2 ? Number.NaN : RECEIVED_MS }),
    );

    expect(pair.sameCatalog()).toBeGreaterThan(1);
    expect(pair.counted.read).toBeGreaterThan(LINES * 0.5);
  });

  test(`for ${LINES} lines with any value in any place`, { timeout: 900_000 }, () => {
    const random = createRandom(SEED + 2);
    const nasty = createNastyLines(random);
    const pair = createPair();

    inBodies(LINES, nasty, (body) => pair.same(body, random() < 0.5 ? {} : { receivedAtMs: Number.NaN, host: 1 }));

    expect(pair.sameCatalog()).toBeGreaterThan(1);
    expect(pair.counted.read).toBeGreaterThan(LINES * 0.2);
  });

  test.each(LINE_FORMS)("for lines as $name writes them, nearly all of which it reads itself", (form) => {
    const pair = createPair();

    pair.same(linesOf(form, 20_000));

    expect(pair.sameCatalog()).toBeGreaterThan(1);
    expect(pair.counted.declined).toBeLessThan(200);
    expect(pair.counted.read).toBeGreaterThan(19_800);
  });

  test.each(CORPUS_NAMES)(
    "for the messages of the corpus %s, with little room for templates too",
    { timeout: 60_000 },
    (name) => {
      const { bytes } = createCorpus(name, 20_000);
      const random = createRandom(SEED + 3);
      const messages = Buffer.from(bytes).toString("utf8").split("\n").slice(0, -1);
      const lines = messages.map((message) =>
        JSON.stringify({ level: "info", service: `shop-${Math.floor(random() * 3)}`, message }),
      );
      for (const limits of [DEFAULT_MINER_LIMITS, TIGHT]) {
        const pair = createPair(limits);

        pair.same(Buffer.from(`${lines.join("\n")}\n`));

        expect(pair.sameCatalog()).toBeGreaterThan(1);
        expect(pair.counted.read).toBeGreaterThan(19_000);
      }
    },
  );
});

const TIGHT: MinerLimits = { maxTemplates: 60, maxTemplatesPerGroup: 30, maxTokens: 9, maxMessageBytes: 70 };

test.each(CORPUS_NAMES)(
  "many messages at once get the templates that they get one by one: %s",
  { timeout: 60_000 },
  (name) => {
    const { bytes, starts } = createCorpus(name, 20_000);
    const one = createCatalog();
    const other = createCatalog();
    const expected = Array.from({ length: starts.length - 1 }, (_, line) =>
      one.miner.add(0, bytes, starts[line] ?? 0, (starts[line + 1] ?? 0) - 1),
    );
    const module = createModuleMiner(other.miner);
    const found: number[] = [];

    for (const half of [0, 10_000]) {
      const lines = { bytes, from: starts[half] ?? 0, to: starts[half + 10_000] ?? 0 };
      module?.addLines(0, lines, (templates) => found.push(...templates));
    }

    expect(found).toEqual(expected);
    expect(expectSameCatalog(one, other)).toBeGreaterThan(1);
  },
);

test("a message met before is known, whatever is masked in it: the module hashes as the miner does", () => {
  const bytes = Buffer.from(
    MASKED_MESSAGES.map((message) => `{"msg":${JSON.stringify(message)},"service":"basket"}\n`).join(""),
  );
  const counted = createCounted();
  const catalog = createCatalog();
  const scanner = createFastNdjsonScanner({ start: counted.start });
  scan({ scanner, catalog }, bytes);
  counted.mined = 0;

  expect(scan({ scanner, catalog }, bytes).batch.rows).toBe(MASKED_MESSAGES.length);
  expect(counted.mined).toBe(0);
});

describe("the module and who uses it", () => {
  test.each([1, 100, 4096, 262_144, 300_000, 4_194_304])("a body in pieces of %i bytes gives the same rows", (size) => {
    const lines = Buffer.concat(LINE_FORMS.map((form) => linesOf(form, 3000)));
    const whole = createCatalog();
    const all = scan({ scanner: createFastNdjsonScanner(), catalog: whole }, lines);
    const catalog = createCatalog();
    const batch = createBatchBuilder(catalog, lines);
    const scanner = createFastNdjsonScanner();
    let from = 0;
    while (from < lines.length) {
      const cut = lines.indexOf(10, Math.min(lines.length - 1, from + size - 1)) + 1;
      scanner.scan({ batch, receivedAtMs: RECEIVED_MS, service: -1, host: -1 }, from, cut);
      from = cut;
    }

    expectSame(all, { ...all, batch }, lines);
    expect(expectSameCatalog(whole, catalog)).toBeGreaterThan(1);
  });

  test("two scanners and the miner by itself may take turns with one catalog", () => {
    const random = createRandom(SEED + 4);
    const [usual = "", ...forms] = LINE_FORMS.map((form) => Buffer.from(linesOf(form, 4000)).toString());
    const bodies = [usual, ...forms, usual].map((body) => Buffer.from(body));
    const plain = createCatalog();
    const fast = createCatalog();
    const scanners = [createFastNdjsonScanner(), createNdjsonScanner(), createFastNdjsonScanner()];

    for (const body of bodies) {
      const message = Buffer.from(`worker ${random() < 0.5 ? "alpha" : "omega"} took ${Math.floor(random() * 50)} ms`);
      const scanner = scanners[Math.floor(random() * scanners.length)] ?? createNdjsonScanner();
      expectSame(
        scan({ scanner: createNdjsonScanner(), catalog: plain }, body),
        scan({ scanner, catalog: fast }, body),
        body,
      );
      for (const { miner } of [plain, fast]) miner.add(0, message, 0, message.length);
    }

    expect(expectSameCatalog(plain, fast)).toBeGreaterThan(1);
  });

  test("a caller asked about a record may scan another body", () => {
    const scanner = createFastNdjsonScanner();
    const catalog = createCatalog();
    const inner = Buffer.from('{"msg":"inner 1"}\n'.repeat(3));
    const bytes = Buffer.from(`${'{"msg":"outer 2"}\n'.repeat(3)}{"kind":"x","msg":"k"}\n{"msg":"outer 3"}\n`);
    const rows: number[] = [];
    const other = () => {
      rows.push(scan({ scanner, catalog }, inner).batch.rows);
      return true;
    };

    const { batch } = scan({ scanner, catalog }, bytes, { other });

    expect([rows, batch.rows]).toEqual([[3], 4]);
    expect(catalog.miner.countOf(0)).toBe(4);
  });

  test("where it cannot start, or fails in the middle, all lines are read in JavaScript and it says so once", () => {
    const bytes = linesOf(LINE_FORMS[0] ?? fail(), 2000);
    const expected = scan({ scanner: createNdjsonScanner(), catalog: createCatalog() }, bytes);
    for (const start of [noModule, failing]) {
      const told: unknown[] = [];
      const scanner = createFastNdjsonScanner({ start, onFallback: (error) => told.push(error) });
      const catalog = createCatalog();

      expectSame(expected, scan({ scanner, catalog }, bytes), bytes);
      expect(scan({ scanner, catalog }, bytes).batch.rows).toBe(2000);
      expect(told).toHaveLength(1);
    }
  });

  test("an error of the caller comes through, and the next body is read as ever", () => {
    const scanner = createFastNdjsonScanner();
    const catalog = createCatalog();
    const bytes = Buffer.from('{"msg":"a 1"}\n{"msg":"a 2"}\n{"kind":"x"}\n');

    expect(() => scan({ scanner, catalog }, bytes, { other: broken })).toThrow("the caller is broken");

    expect(scan({ scanner, catalog }, bytes, { other: () => false }).tally).toMatchObject({ lines: 3, rows: 3 });
  });
});

const noModule = () => {
  throw new Error("no vectors here");
};

const broken = () => {
  throw new Error("the caller is broken");
};

function fail(): never {
  throw new Error("there are no forms of lines");
}

/** A module that fails at its third call. */
function failing(imports: ScanImports): ScanExports {
  const exports = startModule(imports);
  let calls = 0;
  const scanLines: ScanExports["scan"] = (from, to, base) => {
    calls++;
    if (calls < 3) return exports.scan(from, to, base);
    const half = Math.floor((from + to) / 2);
    exports.scan(from, Buffer.from(exports.memory.buffer).indexOf(10, half) + 1, base);
    throw new WebAssembly.RuntimeError("unreachable");
  };
  return { ...exports, scan: scanLines };
}

declare const WebAssembly: { readonly RuntimeError: new (message: string) => Error };
