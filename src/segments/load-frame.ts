import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { type FileWindow, readFully } from "./file-window.ts";
import { columnsOver, type FrameColumns } from "./frame-columns.ts";
import { type FrameDictionary, readDictionary } from "./frame-dictionary.ts";
import { type FrameHeader, HEADER_BYTES, headBytesOf } from "./frame-header.ts";

/** What is known of a frame's rows without their bytes. */
export interface FrameHead {
  readonly header: FrameHeader;
  readonly columns: FrameColumns;
  readonly dictionary: FrameDictionary;
}

/** Columns and dictionary of a frame; null when they are damaged. */
export async function loadHead(window: FileWindow, offset: number, header: FrameHeader): Promise<FrameHead | null> {
  const length = headBytesOf(header) - HEADER_BYTES;
  const bytes = await window.bytes(offset + HEADER_BYTES, length);
  if (bytes.length < length || crc32(bytes) !== header.headCrc) return null;
  // Arrays of eight-byte numbers must begin at a multiple of eight: a copy does.
  const memory = new ArrayBuffer(header.columnsBytes);
  new Uint8Array(memory).set(bytes.subarray(0, header.columnsBytes));
  const dictionary = dictionaryIn(bytes.subarray(header.columnsBytes));
  return dictionary === null ? null : { header, columns: columnsOver(memory, 0, header), dictionary };
}

/** The raw bytes of a frame; null when they are damaged. */
export async function loadRaw(file: FileHandle, offset: number, header: FrameHeader): Promise<Buffer | null> {
  const bytes = await readFully(file, Buffer.allocUnsafe(header.rawBytes), offset + headBytesOf(header));
  return bytes.length === header.rawBytes && crc32(bytes) === header.rawCrc ? bytes : null;
}

function dictionaryIn(bytes: Buffer): FrameDictionary | null {
  try {
    return readDictionary(bytes);
  } catch {
    return null;
  }
}
