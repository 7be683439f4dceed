import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { BundleLimits } from "./limits.ts";

/** One line of a file: its text, its number from 1, and whether its end was cut off. */
export interface FileLine {
  readonly text: string;
  readonly number: number;
  readonly cut: boolean;
}

/** A file that is compressed so much that it looks like a trap. */
export class InflateLimitError extends Error {
  override readonly name = "InflateLimitError";
}

export interface OpenFile {
  readonly path: string;
  readonly bytes: number;
  readonly gzip: boolean;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Small files may be all blanks and still honest. */
const INFLATE_FLOOR_BYTES = 1024 * 1024;

/**
 * Streams the lines of a file, those of one chunk at a time. A line over the limit is cut while it streams, so memory
 * stays bounded on any file.
 */
export async function* readLines(
  file: OpenFile,
  limits: BundleLimits,
  signal: AbortSignal,
): AsyncGenerator<readonly FileLine[]> {
  const splitter = createSplitter(limits.maxLineBytes);
  for await (const chunk of readChunks(file, limits, signal)) yield splitter.push(chunk);
  yield splitter.end();
}

/** Streams the bytes of a file, inflated when it is compressed. Throws `InflateLimitError` past the ratio limit. */
export async function* readChunks(file: OpenFile, limits: BundleLimits, signal: AbortSignal): AsyncGenerator<Buffer> {
  const source = createReadStream(file.path, { signal, highWaterMark: 256 * 1024 });
  const stream: Readable = file.gzip ? inflated(source, signal) : source;
  const allowed = Math.max(INFLATE_FLOOR_BYTES, file.bytes * limits.maxInflateRatio);
  let seen = 0;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      seen += chunk.length;
      if (file.gzip && seen > allowed) throw new InflateLimitError(file.path);
      yield chunk;
    }
  } finally {
    source.destroy();
    stream.destroy();
  }
}

function inflated(source: Readable, signal: AbortSignal): Readable {
  const gunzip = createGunzip();
  // The error reaches the reader through the gunzip stream; without this catch it would also be unhandled.
  pipeline(source, gunzip, { signal }).catch((cause: unknown) => {
    gunzip.destroy(cause instanceof Error ? cause : new Error("reading stopped"));
  });
  return gunzip;
}

function createSplitter(maxLineBytes: number) {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let cut = false;
  let number = 0;

  const hold = (piece: Buffer): void => {
    const room = maxLineBytes - heldBytes;
    if (piece.length > room) cut = true;
    if (room <= 0) return;
    const kept = piece.length > room ? piece.subarray(0, room) : piece;
    held.push(kept);
    heldBytes += kept.length;
  };
  const finish = (): FileLine => {
    number++;
    const bytes = held.length === 1 ? (held[0] ?? Buffer.alloc(0)) : Buffer.concat(held);
    const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const to = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    const line = { text: bytes.toString("utf8", from, to), number, cut };
    held = [];
    heldBytes = 0;
    cut = false;
    return line;
  };
  return {
    push(chunk: Buffer): readonly FileLine[] {
      const lines: FileLine[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        hold(chunk.subarray(start, end));
        lines.push(finish());
        start = end + 1;
      }
      if (start < chunk.length) hold(chunk.subarray(start));
      return lines;
    },
    end: (): readonly FileLine[] => (heldBytes > 0 ? [finish()] : []),
  };
}
