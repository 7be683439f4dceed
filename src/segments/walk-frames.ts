import type { FileHandle } from "node:fs/promises";
import type { FileWindow } from "./file-window.ts";
import { readFully } from "./file-window.ts";
import { type FrameHeader, frameBytesOf, HEADER_BYTES, MAGIC_BYTES, readHeader } from "./frame-header.ts";

export type WalkStep =
  | { readonly kind: "frame"; readonly offset: number; readonly header: FrameHeader }
  /** Bytes that are no frame although whole frames follow: damage. */
  | { readonly kind: "gap"; readonly offset: number; readonly end: number }
  /** No whole frame follows: the rest of an append that never ended, or harm to what ends the segment (`tellTail`). */
  | { readonly kind: "torn"; readonly offset: number };

export interface Walk {
  readonly file: FileHandle;
  readonly window: FileWindow;
  readonly from: number;
  /** Where the file, or the part to be looked at, ends. */
  readonly to: number;
  /** Salt of the segment; null when nothing tells it (`saltOf`): then the first frame does, or nothing is read. */
  readonly salt: number | null;
}

const SEARCH_BYTES = 1024 * 1024;

/** The frames of a part of a segment, by their headers. What is damaged is passed over when a later frame can be found. */
export async function* walkFrames(walk: Walk): AsyncGenerator<WalkStep> {
  const { window, from, to } = walk;
  let { salt } = walk;
  let at = from;
  while (at < to) {
    const header = await headerAt(window, at, to);
    if (header !== null && (salt === null || header.salt === salt)) {
      salt = header.salt;
      yield { kind: "frame", offset: at, header };
      at += frameBytesOf(header);
      continue;
    }
    const next = await findFrame({ ...walk, from: at + 1, salt });
    if (next === null) {
      yield { kind: "torn", offset: at };
      return;
    }
    yield { kind: "gap", offset: at, end: next };
    // Without a salt anybody's bytes could pass for a frame: none of them is read.
    if (salt === null) return;
    at = next;
  }
}

async function headerAt(window: FileWindow, at: number, to: number): Promise<FrameHeader | null> {
  const header = readHeader(await window.bytes(at, HEADER_BYTES));
  return header !== null && at + frameBytesOf(header) <= to ? header : null;
}

/** Where the next whole frame of this segment begins; null when there is none. */
async function findFrame({ file, from, to, salt }: Omit<Walk, "window">): Promise<number | null> {
  const chunk = Buffer.allocUnsafe(SEARCH_BYTES);
  for (let at = from; at + HEADER_BYTES <= to; at += SEARCH_BYTES - HEADER_BYTES) {
    const bytes = await readFully(file, chunk, at);
    for (let found = bytes.indexOf(MAGIC_BYTES); found !== -1; found = bytes.indexOf(MAGIC_BYTES, found + 1)) {
      const header = readHeader(bytes.subarray(found));
      const fits = header !== null && at + found + frameBytesOf(header) <= to;
      if (fits && (salt === null || header.salt === salt)) return at + found;
    }
  }
  return null;
}
