import { createNameTable } from "../../src/core/columns/name-table.ts";
import { type RecordCatalog, SEVERITIES } from "../../src/core/columns/record-batch.ts";
import type { ScannedBatch } from "../../src/platform/log-scan/batch-builder.ts";

/** A row in words, as tests compare them. */
export interface RowInWords {
  readonly offset: number;
  readonly timeMs: number;
  readonly severity: string;
  readonly service: string | null;
  readonly host: string | null;
  readonly trace: number;
  readonly mined: string;
}

/** A catalog that tells what was given to its miner. */
export interface ReadableCatalog extends RecordCatalog {
  readonly minedOf: (template: number) => string;
}

/** A catalog whose miner numbers each message, so that a test can read what was mined. */
export function createReadableCatalog(): ReadableCatalog {
  const mined: string[] = [];
  return {
    services: createNameTable(1000),
    hosts: createNameTable(1000),
    minedOf: (template) => mined[template] ?? "",
    miner: {
      // oxlint-disable-next-line max-params -- as the interface has it
      add: (_group, bytes, from, to) => mined.push(new TextDecoder().decode(bytes.subarray(from, to))) - 1,
      size: 0,
      finalOf: (template) => template,
      textOf: () => "",
      groupOf: () => 0,
      keyOf: () => "",
      countOf: () => 0,
    },
  };
}

/** One row of a batch, read back. */
export function rowInWords(batch: ScannedBatch, row: number, { minedOf }: ReadableCatalog): RowInWords {
  const nameAt = (indexes: Int32Array, table: { nameOf(index: number): string }) => {
    const index = indexes[row] ?? -1;
    return index < 0 ? null : table.nameOf(index);
  };
  return {
    offset: batch.offsets[row] ?? -1,
    timeMs: batch.timesMs[row] ?? -1,
    severity: SEVERITIES[batch.severities[row] ?? 0] ?? "",
    service: nameAt(batch.services, batch.catalog.services),
    host: nameAt(batch.hosts, batch.catalog.hosts),
    trace: batch.traces[row] ?? -1,
    mined: minedOf(batch.templates[row] ?? -1),
  };
}
