import { open, stat } from "node:fs/promises";
import { scanSegment } from "./scan-segment.ts";
import { loadIndex, saveIndex } from "./segment-index.ts";
import { EMPTY_MAP } from "./segment-map.ts";
import { type SegmentPath, segmentsOf } from "./segment-paths.ts";

export interface Recovery {
  /** Every earlier segment of the writer is sealed; the next one gets this sequence. */
  readonly nextSequence: number;
  /** Bytes of an append that never ended, now cut off. */
  readonly cutBytes: number;
  /** Damaged parts between whole frames: they stay, and every read of them says so. */
  readonly damagedParts: number;
}

/**
 * Brings a writer's folder in order after whatever ended its process: cuts a torn tail off the last segment and seals it.
 * Only what no whole frame follows is cut, so nothing acknowledged goes. Null when the writer has no segments.
 */
export async function recoverWriter(root: string, tenant: string, writer: string): Promise<Recovery | null> {
  const last = (await segmentsOf(root, tenant, writer)).at(-1);
  if (last === undefined) return null;
  const { cutBytes, damagedParts } = await sealLast(last);
  return { nextSequence: last.sequence + 1, cutBytes, damagedParts };
}

async function sealLast({ path }: SegmentPath): Promise<Omit<Recovery, "nextSequence">> {
  const { size } = await stat(path);
  const sealed = await loadIndex(path);
  if (sealed !== null) {
    // Everything in the index was stored: what of it is damaged now stays, for reads to say so.
    if (size > sealed.scannedTo) await cutTo(path, sealed.scannedTo);
    return { cutBytes: Math.max(0, size - sealed.scannedTo), damagedParts: sealed.damaged.length };
  }
  const { map } = await scanSegment(path, { known: EMPTY_MAP, size, verifiesRaw: true });
  const cutBytes = size - map.scannedTo;
  if (cutBytes > 0) await cutTo(path, map.scannedTo);
  await saveIndex(path, map);
  return { cutBytes, damagedParts: map.damaged.length };
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
