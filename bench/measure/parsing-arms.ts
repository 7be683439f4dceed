import { createNameTable } from "../../src/core/columns/name-table.ts";
import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import type { TemplateMiner } from "../../src/core/log-templates/template-miner.ts";
import { createBatchBuilder } from "../../src/platform/log-scan/batch-builder.ts";
import { createFastNdjsonScanner } from "../../src/platform/log-scan/fast-scanner.ts";
import { createNdjsonScanner, type NdjsonScanner } from "../../src/platform/log-scan/scan-ndjson.ts";
import { isJsonObject } from "../../src/platform/records/flat-fields.ts";
import { readLogObject } from "../../src/platform/records/log-line.ts";

/** One way to read the lines; `run` gives how many it found. */
export interface Arm {
  readonly name: string;
  run(): number;
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

/** The arms, from counting newlines to everything that is done with a line. All read the same bytes. */
export function armsFor(bytes: Uint8Array, lines: number): readonly Arm[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const eachLine = (take: (line: string) => boolean): number => {
    let found = 0;
    let from = 0;
    for (let to = buffer.indexOf(NEWLINE); to >= 0; to = buffer.indexOf(NEWLINE, from)) {
      if (take(buffer.toString("utf8", from, to))) found++;
      from = to + 1;
    }
    return found;
  };
  return [
    { name: "count newlines", run: () => countNewlines(buffer) },
    { name: "JSON.parse", run: () => eachLine((line) => isJsonObject(JSON.parse(line))) },
    {
      name: "JSON.parse + readLogObject",
      run: () =>
        eachLine((line) => {
          const value: unknown = JSON.parse(line);
          return isJsonObject(value) && readLogObject(value).body !== "";
        }),
    },
    scanArm("scan → columns", bytes, { lines, scanner: createNdjsonScanner(), miner: NO_MINER }),
    scanArm("scan → columns, mined", bytes, { lines, scanner: createNdjsonScanner(), miner: createByteMiner() }),
    scanArm("scan + mine, wasm", bytes, { lines, scanner: createFastNdjsonScanner(), miner: createByteMiner() }),
  ];
}

interface Scanning {
  readonly lines: number;
  readonly scanner: NdjsonScanner;
  readonly miner: TemplateMiner;
}

function scanArm(name: string, bytes: Uint8Array, { lines, scanner, miner }: Scanning): Arm {
  const catalog = { services: createNameTable(1000), hosts: createNameTable(1000), miner };
  return {
    name,
    run: () => {
      const batch = createBatchBuilder(catalog, bytes, lines);
      return scanner.scan({ batch, receivedAtMs: 0, service: -1, host: -1 }, 0, bytes.length).rows;
    },
  };
}

function countNewlines(buffer: Buffer): number {
  let found = 0;
  for (let at = buffer.indexOf(NEWLINE); at >= 0; at = buffer.indexOf(NEWLINE, at + 1)) found++;
  return found;
}
