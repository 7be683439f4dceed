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
import { type ScanExports, type ScanImports, startModule } from "../src/platform/log-scan/wasm/start-module.ts";
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

/** A module that tells how many lines it gave back. */
function createCounted() {
  const counted = {
    declined: 0,
    start: (imports: ScanImports): ScanExports =>
      startModule({
        ...imports,
        decline: (...line) => {
          counted.declined++;
          imports.decline(...line);
        },
      }),
  };
  return counted;
}

interface Scanned {
  readonly batch: ScannedBatch;
  readonly tally: unknown;
  readonly others: readonly string[];
}

function scan(scanner: NdjsonScanner, catalog: RecordCatalog, bytes: Uint8Array, given: Partial<ScanTarget>): Scanned {
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

/** The catalogs hold the same names and templates, and count the same. */
function expectSameCatalog(one: RecordCatalog, other: RecordCatalog): void {
  const told = ({ services, hosts, miner }: RecordCatalog) => ({
    services: Array.from({ length: services.size }, (_, index) => services.nameOf(index)),
    hosts: Array.from({ length: hosts.size }, (_, index) => hosts.nameOf(index)),
    templates: Array.from({ length: miner.size }, (_, id) =>
      [miner.groupOf(id), miner.finalOf(id), miner.countOf(id), miner.keyOf(id), miner.textOf(id)].join(" "),
    ),
  });
  expect(told(other)).toEqual(told(one));
}

interface Pair {
  readonly declined: number;
  /** Scans the bytes with both scanners and compares. */
  same(bytes: Uint8Array, given?: Partial<ScanTarget>): void;
  sameCatalog(): void;
}

/** A scanner in JavaScript and one with the module, each with a catalog of its own that lives as long as they do. */
function createPair(limits?: MinerLimits): Pair {
  const plain = { scanner: createNdjsonScanner(), catalog: createCatalog(limits) };
  const counted = createCounted();
  const fast = { scanner: createFastNdjsonScanner({ start: counted.start }), catalog: createCatalog(limits) };
  return {
    get declined() {
      return counted.declined;
    },
    same: (bytes, given = {}) =>
      expectSame(
        scan(plain.scanner, plain.catalog, bytes, given),
        scan(fast.scanner, fast.catalog, bytes, given),
        bytes,
      ),
    sameCatalog: () => expectSameCatalog(plain.catalog, fast.catalog),
  };
}

/** So many lines in bodies of one to many lines; the last body may be the largest. */
function inBodies(count: number, line: () => Buffer, take: (body: Buffer) => void): void {
  const sizes = [1, 3, 100, 5000];
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

    pair.sameCatalog();
  });

  test(`for ${LINES} lines of a few shapes with odd ones among them, and reads most of them`, {
    timeout: 900_000,
  }, () => {
    const random = createRandom(SEED + 1);
    const odd = createOddLines(random);
    const pair = createPair();

    inBodies(
      LINES,
      () => (random() < 0.95 ? odd.calm() : odd.damaged()),
      (body) => pair.same(body, { receivedAtMs: random() < 0.2 ? Number.NaN : RECEIVED_MS }),
    );

    pair.sameCatalog();
    expect(pair.declined).toBeLessThan(LINES * 0.5);
  });

  test.each(LINE_FORMS)("for lines as $name writes them, nearly all of which it reads itself", (form) => {
    const pair = createPair();

    pair.same(linesOf(form, 20_000));

    pair.sameCatalog();
    expect(pair.declined).toBeLessThan(200);
  });
});
