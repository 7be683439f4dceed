import { type FileHandle, open } from "node:fs/promises";
import { FileWindow } from "./file-window.ts";
import { frameBytesOf } from "./frame-header.ts";
import { loadHead, loadRaw } from "./load-frame.ts";
import { MapBuilder, type SegmentMap } from "./segment-map.ts";
import { walkFrames } from "./walk-frames.ts";

export interface ScanOptions {
  /** What was found before; the scan goes on behind it. */
  readonly known: SegmentMap;
  readonly size: number;
  /** Whether raw bytes are compared with their checksums too. */
  readonly verifiesRaw: boolean;
}

export interface Scan {
  /** Ends behind the last whole frame. */
  readonly map: SegmentMap;
  /** Where bytes begin behind which no whole frame follows: the rest of an append that never ended, or harm to the last. */
  readonly tailFrom: number | null;
}

/** Finds out what stands where in a segment. */
export async function scanSegment(path: string, options: ScanOptions): Promise<Scan> {
  const file = await open(path, "r");
  try {
    return await scan(file, options);
  } finally {
    await file.close();
  }
}

async function scan(file: FileHandle, { known, size, verifiesRaw }: ScanOptions): Promise<Scan> {
  const window = new FileWindow(file);
  const builder = new MapBuilder(known);
  for await (const step of walkFrames({ file, window, from: known.scannedTo, to: size, salt: known.salt })) {
    if (step.kind !== "frame") {
      builder.addDamage(step.offset, step.kind === "gap" ? step.end : size);
      continue;
    }
    const { offset, header } = step;
    const head = await loadHead(window, offset, header);
    const isWhole = head !== null && (!verifiesRaw || (await loadRaw(file, offset, header)) !== null);
    if (isWhole) builder.addFrame(offset, header, head.dictionary.services);
    else builder.addDamage(offset, offset + frameBytesOf(header));
  }
  return { map: builder.map(), tailFrom: builder.tailFrom };
}
