import type { FileHandle } from "node:fs/promises";
import { readFully } from "./file-window.ts";
import { frameBytesOf, HEADER_BYTES, MAGIC_BYTES, readHeader } from "./frame-header.ts";

interface Tail {
  readonly file: FileHandle;
  /** Behind the last whole frame. */
  readonly from: number;
  /** Where the file ends. */
  readonly size: number;
  readonly salt: number | null;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Tells the rest of an append that never ended from harm to what was stored. "torn": a frame cut short by the end of the
 * file, the beginning of a header, or zeros (a file grown before its bytes came): nobody was told that these bytes are
 * stored. "harmed": all others, which may have been stored and acknowledged.
 */
export async function tellTail({ file, from, size, salt }: Tail): Promise<"torn" | "harmed"> {
  const head = await readFully(file, Buffer.alloc(Math.min(HEADER_BYTES, size - from)), from);
  const header = readHeader(head);
  if (header !== null) {
    const isOurs = salt === null || header.salt === salt;
    return isOurs && from + frameBytesOf(header) > size ? "torn" : "harmed";
  }
  const beginning = head.subarray(0, MAGIC_BYTES.length);
  if (head.length < HEADER_BYTES && MAGIC_BYTES.subarray(0, beginning.length).equals(beginning)) return "torn";
  return (await isZeros(file, from, size)) ? "torn" : "harmed";
}

async function isZeros(file: FileHandle, from: number, size: number): Promise<boolean> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = from; at < size; at += CHUNK_BYTES) {
    const bytes = await readFully(file, chunk.subarray(0, Math.min(CHUNK_BYTES, size - at)), at);
    // A shorter read: the file was cut meanwhile, and what is gone is not harmed.
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}
