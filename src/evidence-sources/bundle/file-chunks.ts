import { type FileHandle, open } from "node:fs/promises";
import type { BundleLimits } from "./limits.ts";
import { type OpenFile, readChunks } from "./lines.ts";

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** Whole lines of a file: `bytes[from, to)` ends in a newline, unless the file does not. Valid until the next chunk. */
export interface LineChunk {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** It is a part of a line that goes on in the next chunk. */
  readonly goesOn: boolean;
  /** Where `from` stands in the file, once it is unpacked. */
  readonly offset: number;
}

/** Where the last whole record of `bytes[from, end)` ends; `from` when there is none. */
export type Cut = (bytes: Buffer, from: number, end: number) => number;

const behindLastLine: Cut = (bytes, from, end) => Math.max(from, bytes.lastIndexOf(NEWLINE, end - 1) + 1);

/** Fills a buffer; how many bytes it got, 0 at the end. */
type Fill = (into: Buffer, from: number) => Promise<number>;

export interface Chunking {
  readonly signal: AbortSignal;
  readonly cut: Cut;
  /** Only lines that begin here; `to` is null for all of the rest. */
  readonly range: { readonly from: number; readonly to: number | null };
}

/**
 * Reads a file in chunks of whole lines; the next one is being read while one is looked at. Of a line that is longer than
 * a chunk only parts are seen. Throws `InflateLimitError` past the limit of a compressed file.
 */
export async function* lineChunks(
  file: OpenFile,
  limits: BundleLimits,
  { signal, cut, range }: Chunking,
): AsyncGenerator<LineChunk> {
  const handle = file.gzip ? null : await open(file.path, "r");
  // From one byte before, to see whether a line begins right here.
  const start = handle === null ? 0 : Math.max(0, range.from - 1);
  const fill = handle === null ? fromStream(readChunks(file, limits, signal)) : fromHandle(handle, start);
  try {
    yield* within(chunksOf(fill, signal, cut), range, start);
  } finally {
    await handle?.close();
  }
}

async function* within(
  chunks: AsyncGenerator<LineChunk>,
  range: Chunking["range"],
  start: number,
): AsyncGenerator<LineChunk> {
  let isInside = range.from === 0;
  for await (const chunk of chunks) {
    const first = isInside ? chunk.from : chunk.bytes.indexOf(NEWLINE, chunk.from) + 1;
    // Of a line that began before and does not end here nothing is wanted.
    if (first === 0 || first > chunk.to) continue;
    isInside = true;
    const offset = chunk.offset + start + first - chunk.from;
    const to = range.to === null ? chunk.to : endIn(chunk, first + range.to - offset);
    if (to > first) yield { ...chunk, from: first, to, offset };
    if (to < chunk.to) return;
  }
}

/** Where the lines of a chunk end that begin before `limit`. */
function endIn({ bytes, from, to }: LineChunk, limit: number): number {
  if (limit <= from) return from;
  const last = bytes.indexOf(NEWLINE, limit - 1);
  return last === -1 || last >= to ? to : last + 1;
}

async function* chunksOf(fill: Fill, signal: AbortSignal, cut: Cut): AsyncGenerator<LineChunk> {
  // What is left of the last line stands in front of what is read next.
  const [one, other] = [Buffer.allocUnsafe(2 * CHUNK_BYTES), Buffer.allocUnsafe(2 * CHUNK_BYTES)];
  let bytes = one;
  let next = fill(bytes, CHUNK_BYTES);
  let from = CHUNK_BYTES;
  let offset = 0;
  for (;;) {
    const read = await next;
    signal.throwIfAborted();
    const end = CHUNK_BYTES + read;
    const whole = read === 0 ? end : cutOff(cut, bytes, { from, end });
    const spare = bytes === one ? other : one;
    const left = end - whole;
    next = read === 0 ? Promise.resolve(0) : fill(spare, CHUNK_BYTES);
    // It is waited for in the next round; until then, or when nobody asks for more, a failure is nobody's.
    next.catch(() => 0);
    bytes.copy(spare, CHUNK_BYTES - left, whole, end);
    const goesOn = read > 0 && bytes[whole - 1] !== NEWLINE;
    if (whole > from) yield { bytes, from, to: whole, offset, goesOn };
    if (read === 0) return;
    offset += whole - from;
    bytes = spare;
    from = CHUNK_BYTES - left;
  }
}

/** A record that never seems to end is cut behind a line, and a line behind the bytes that fit in. */
function cutOff(cut: Cut, bytes: Buffer, { from, end }: { readonly from: number; readonly end: number }): number {
  const to = cut(bytes, from, end);
  if (to > from || end - from < CHUNK_BYTES) return to;
  const line = behindLastLine(bytes, from, end);
  return line > from ? line : end;
}

function fromHandle(handle: FileHandle, start: number): Fill {
  let position = start;
  return async (into, from) => {
    const { bytesRead } = await handle.read(into, from, CHUNK_BYTES, position);
    position += bytesRead;
    return bytesRead;
  };
}

function fromStream(chunks: AsyncGenerator<Buffer>): Fill {
  let rest: Buffer = Buffer.alloc(0);
  return async (into, from) => {
    let filled = 0;
    while (filled < CHUNK_BYTES) {
      if (rest.length === 0) {
        const { value, done } = await chunks.next();
        if (done === true) break;
        rest = value;
      }
      const copied = rest.copy(into, from + filled, 0, Math.min(rest.length, CHUNK_BYTES - filled));
      filled += copied;
      rest = rest.subarray(copied);
    }
    return filled;
  };
}
