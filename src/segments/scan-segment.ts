import { type FileHandle, open } from "node:fs/promises";
import { FileWindow } from "./file-window.ts";
import { frameBytesOf } from "./frame-header.ts";
import { loadHead, loadRaw } from "./load-frame.ts";
import { MapBuilder, type SegmentMap } from "./segment-map.ts";
import { saltOf } from "./segment-salts.ts";
import { tellTail } from "./tell-tail.ts";
import { walkFrames } from "./walk-frames.ts";

export interface ScanOptions {
  /** What was found before; the scan goes on behind it. */
  readonly known: SegmentMap;
  readonly size: number;
  /** Whether raw bytes are compared with their checksums too. */
  readonly verifiesRaw: boolean;
}

/** Finds out what stands where in a segment, up to the last whole frame, and whether what follows it is harmed. */
export async function scanSegment(path: string, options: ScanOptions): Promise<SegmentMap> {
  const file = await open(path, "r");
  try {
    const window = new FileWindow(file);
    const salt = options.known.salt ?? (await saltOf(path, window));
    const map = await scan({ file, window }, { ...options, known: { ...options.known, salt } });
    const { scannedTo } = map;
    const { size } = options;
    if (size <= scannedTo || (await tellTail({ file, from: scannedTo, size, salt })) === "torn") return map;
    return { ...map, tail: { from: scannedTo, to: size } };
  } finally {
    await file.close();
  }
}

async function scan(
  { file, window }: { readonly file: FileHandle; readonly window: FileWindow },
  { known, size, verifiesRaw }: ScanOptions,
): Promise<SegmentMap> {
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
  return builder.map();
}
