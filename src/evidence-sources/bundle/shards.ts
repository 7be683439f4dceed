import { closeSync, openSync, readSync } from "node:fs";
import type { BundleLimits } from "./limits.ts";
import type { TimeRange } from "./sink.ts";
import type { BundleFile } from "./walk.ts";

const HEAD_BYTES = 4096;
/** The place of a line is its number in its shard, above the number of the shard. */
export const PLACES_PER_SHARD = 2 ** 32;
/** Behind a byte order mark and blanks. */
const FIRST_IS_OBJECT = /^(?:\u00ef\u00bb\u00bf)?\s*\{/u;

/** A log file to be counted. */
export interface LargeFile {
  readonly file: BundleFile;
  /** For times without a year. */
  readonly year: number;
}

/** The lines of a file that begin in `[from, to)`; `to` is null for all of the rest. */
export interface Piece extends LargeFile {
  readonly from: number;
  readonly to: number | null;
  /** Its number among the files. */
  readonly index: number;
}

/** What one thread counts at a time. Plain data. */
export interface Shard {
  readonly index: number;
  readonly pieces: readonly Piece[];
  readonly range: TimeRange | null;
  readonly limits: BundleLimits;
}

/**
 * Divides files into shards of about the same length, in their order. It depends on the files alone, never on how many
 * threads there are, so neither does what is counted.
 */
export function shardsOf(
  files: readonly LargeFile[],
  { limits, range }: Pick<Shard, "limits" | "range">,
): readonly Shard[] {
  const shards: Piece[][] = [];
  let room = 0;
  for (const [index, large] of files.entries()) {
    for (const piece of piecesOf({ ...large, index }, limits.shardBytes)) {
      // What is compressed stands alone: it may turn out to be a trap, and is left out as a whole then.
      const bytes = piece.file.gzip ? limits.shardBytes : (piece.to ?? piece.file.bytes) - piece.from;
      if (bytes > room || shards.length === 0) {
        shards.push([]);
        room = limits.shardBytes;
      }
      shards.at(-1)?.push(piece);
      room -= bytes;
    }
  }
  return shards.map((pieces, index) => ({ index, pieces, range, limits }));
}

/** Only lines of JSON stand for themselves: text may go on in the next line, and what is compressed has no middle. */
function piecesOf(large: Omit<Piece, "from" | "to">, most: number): readonly Piece[] {
  const { bytes, gzip, path } = large.file;
  if (gzip || bytes <= most || !beginsWithObject(path)) return [{ ...large, from: 0, to: null }];
  const count = Math.ceil(bytes / most);
  const size = Math.ceil(bytes / count);
  return Array.from({ length: count }, (_, at) => ({
    ...large,
    from: at * size,
    to: at === count - 1 ? null : (at + 1) * size,
  }));
}

function beginsWithObject(path: string): boolean {
  try {
    const handle = openSync(path, "r");
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return isObjectHead(head, 0, readSync(handle, head, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    // Whoever reads it will say why it cannot be read.
    return false;
  }
}

/** Whether a file that begins like this holds lines of JSON. */
export function isObjectHead(bytes: Buffer, from: number, end: number): boolean {
  return FIRST_IS_OBJECT.test(bytes.toString("latin1", from, Math.min(end, from + HEAD_BYTES)));
}
