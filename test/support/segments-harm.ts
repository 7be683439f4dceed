import { readFileSync, writeFileSync } from "node:fs";
import { frameBytesOf, HEADER_BYTES, headBytesOf, readHeader } from "../../src/segments/frame-header.ts";

/** Places of a frame where damage differs in what it breaks. */
export const FRAME_PLACES = [
  "magic",
  "version",
  "header checksum",
  "salt",
  "rows",
  "raw size",
  "times",
  "first column byte",
  "middle of the columns",
  "dictionary",
  "first raw byte",
  "middle of the raw bytes",
  "last raw byte",
] as const;

export type FramePlace = (typeof FRAME_PLACES)[number];

/** Where each frame of a healthy segment begins and ends, and its places. */
export function framesOf(path: string) {
  const bytes = readFileSync(path);
  const frames: { from: number; to: number; places: Record<FramePlace, number> }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const header = readHeader(bytes.subarray(at));
    if (header === null) throw new Error("no frame");
    const columns = at + HEADER_BYTES;
    const dictionary = columns + header.columnsBytes;
    const raw = at + headBytesOf(header);
    const to = at + frameBytesOf(header);
    frames.push({
      from: at,
      to,
      places: {
        magic: at,
        version: at + 4,
        "header checksum": at + 8,
        salt: at + 12,
        rows: at + 20,
        "raw size": at + 35,
        times: at + 50,
        "first column byte": columns,
        "middle of the columns": columns + Math.floor(header.columnsBytes / 2),
        dictionary: dictionary + 3,
        "first raw byte": raw,
        "middle of the raw bytes": Math.floor((raw + to) / 2),
        "last raw byte": to - 1,
      },
    });
    at = to;
  }
  return frames;
}

/** Damages one byte. */
export function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}
