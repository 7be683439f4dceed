import { createNameTable } from "../../src/core/columns/name-table.ts";
import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import type { TemplateMiner } from "../../src/core/log-templates/template-miner.ts";
import { createBatchBuilder } from "../../src/platform/log-scan/batch-builder.ts";
import { createFastNdjsonScanner } from "../../src/platform/log-scan/fast-scanner.ts";
import { createNdjsonScanner, type NdjsonScanner } from "../../src/platform/log-scan/scan-ndjson.ts";
import { isJsonObject } from "../../src/platform/records/flat-fields.ts";
import { readLogObject } from "../../src/platform/records/log-line.ts";
import { SLICES, sliceStart } from "./turns.ts";

/** Some of the lines: those of `bytes[from, to)`. */
export interface Slice {
  readonly lines: number;
  readonly from: number;
  readonly to: number;
}

/** One way to read the lines; `run` reads a slice of them and gives how many it found. */
export interface Arm {
  readonly name: string;
  run(slice: Slice): number;
}

const NEWLINE = 10;
const NO_MINER: TemplateMiner = {
  add: () => 0,
  size: 0,
  finalOf: (template) => template,
  textOf: () => "",
  groupOf: () => 0,
  keyOf: () => "",
  countOf: () => 0,
};

/** The lines in slices of nearly the same number, in order. */
export function slicesOf(bytes: Uint8Array, lines: number): readonly Slice[] {
  let end = 0;
  return Array.from({ length: SLICES }, (_, slice) => {
    const size = sliceStart(lines, slice + 1) - sliceStart(lines, slice);
    const from = end;
    for (let line = 0; line < size; line++) end = bytes.indexOf(NEWLINE, end) + 1;
    return { lines: size, from, to: end };
  });
}

/** The arms, from counting newlines to everything that is done with a line. All read the same bytes. */
export function armsFor(bytes: Uint8Array): readonly Arm[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const eachLine = ({ from, to }: Slice, take: (line: string) => boolean): number => {
    let found = 0;
    for (let at = from; at < to; ) {
      const newline = buffer.indexOf(NEWLINE, at);
      if (take(buffer.toString("utf8", at, newline))) found++;
      at = newline + 1;
    }
    return found;
  };
  return [
    { name: "count newlines", run: (slice) => countNewlines(buffer, slice) },
    { name: "JSON.parse", run: (slice) => eachLine(slice, (line) => isJsonObject(JSON.parse(line))) },
    {
      name: "JSON.parse + readLogObject",
      run: (slice) =>
        eachLine(slice, (line) => {
          const value: unknown = JSON.parse(line);
          return isJsonObject(value) && readLogObject(value).body !== "";
        }),
    },
    scanArm("scan → columns", bytes, { scanner: createNdjsonScanner(), miner: NO_MINER }),
    scanArm("scan → columns, mined", bytes, { scanner: createNdjsonScanner(), miner: createByteMiner() }),
    scanArm("scan + mine, wasm", bytes, { scanner: createFastNdjsonScanner(), miner: createByteMiner() }),
  ];
}

interface Scanning {
  readonly scanner: NdjsonScanner;
  readonly miner: TemplateMiner;
}

function scanArm(name: string, bytes: Uint8Array, { scanner, miner }: Scanning): Arm {
  const catalog = { services: createNameTable(1000), hosts: createNameTable(1000), miner };
  return {
    name,
    run: ({ lines, from, to }) => {
      const batch = createBatchBuilder(catalog, bytes, lines);
      return scanner.scan({ batch, receivedAtMs: 0, service: -1, host: -1 }, from, to).rows;
    },
  };
}

function countNewlines(buffer: Buffer, { from, to }: Slice): number {
  let found = 0;
  for (let at = buffer.indexOf(NEWLINE, from); at >= 0 && at < to; at = buffer.indexOf(NEWLINE, at + 1)) found++;
  return found;
}
