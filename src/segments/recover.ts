import { open, stat } from "node:fs/promises";
import { scanSegment } from "./scan-segment.ts";
import { loadIndex, saveIndex } from "./segment-index.ts";
import { EMPTY_MAP, endedAt } from "./segment-map.ts";
import { type SegmentPath, segmentsOf } from "./segment-paths.ts";

export interface Recovery {
  /** The segment that was looked through. */
  readonly path: string;
  /** Every earlier segment of the writer is sealed; the next one gets this sequence. */
  readonly nextSequence: number;
  /** Bytes of an append that never ended, now cut off. */
  readonly cutBytes: number;
  /** Bytes behind the last whole frame that may have been stored and acknowledged: they stay where they are. */
  readonly keptBytes: number;
  /** Damaged parts, those kept bytes included: they stay, and every read of them says so. */
  readonly damagedParts: number;
}

/**
 * Brings a writer's folder in order after whatever ended its process: seals the last segment, and cuts off the rest of an
 * append that never ended. Only what is certainly such a rest is cut (see `tellTail`). Everything else behind the last
 * whole frame stays and counts as damage: nothing that was acknowledged goes, and nothing of it is silently missing. Null
 * when the writer has no segments.
 */
export async function recoverWriter(root: string, tenant: string, writer: string): Promise<Recovery | null> {
  const last = (await segmentsOf(root, tenant, writer)).at(-1);
  if (last === undefined) return null;
  return { path: last.path, nextSequence: last.sequence + 1, ...(await sealLast(last)) };
}

async function sealLast({ path }: SegmentPath): Promise<Omit<Recovery, "path" | "nextSequence">> {
  const { size } = await stat(path);
  const sealed = await loadIndex(path);
  if (sealed !== null) {
    // Everything in the index was stored: what of it is damaged now stays, for reads to say so. What follows was refused.
    if (size > sealed.scannedTo) await cutTo(path, sealed.scannedTo);
    const missing = size < sealed.scannedTo ? 1 : 0;
    const cutBytes = Math.max(0, size - sealed.scannedTo);
    return { cutBytes, keptBytes: 0, damagedParts: sealed.damaged.length + missing };
  }
  const found = await scanSegment(path, { known: EMPTY_MAP, size, verifiesRaw: true });
  const rest = size - found.scannedTo;
  const isTorn = rest > 0 && found.tail === null;
  if (isTorn) await cutTo(path, found.scannedTo);
  const map = endedAt(found, isTorn ? found.scannedTo : size);
  await saveIndex(path, map);
  return { cutBytes: isTorn ? rest : 0, keptBytes: isTorn ? 0 : rest, damagedParts: map.damaged.length };
}

async function cutTo(path: string, size: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(size);
    await file.datasync();
  } finally {
    await file.close();
  }
}
