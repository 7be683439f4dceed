import { stableHash } from "../../src/core/ids.ts";
import { MORNING_MS, type TestRow } from "./segments.ts";

/** The records of a batch by its name: the same in every process. */
export function rowsOfBatch(id: string): readonly TestRow[] {
  const spread = Number.parseInt(stableHash(id).slice(-4), 36);
  return Array.from({ length: 1 + (spread % 40) }, (_, row) => ({
    atMs: MORNING_MS + (spread % 1000) + row,
    body: `${id}.${row} ${"x".repeat(spread % 300)}`,
    service: ["checkout", "basket", "payments"][row % 3] ?? null,
  }));
}

/** The names of all records of these batches. */
export function namesOfBatches(ids: Iterable<string>): readonly string[] {
  return [...ids].flatMap((id) => rowsOfBatch(id).map((_, row) => `${id}.${row}`));
}
