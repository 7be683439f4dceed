import { crc32 } from "node:zlib";
import { columnsBytesOf } from "./frame-columns.ts";
import { MAX_FRAME_BYTES, MAX_FRAME_ROWS } from "./limits.ts";

/**
 * One appended batch on disk: header, columns, dictionary, raw bytes. Everything is little-endian: columns are the memory
 * of typed arrays, and a machine of the other kind would refuse the magic number.
 */
export interface FrameHeader {
  /** Random per segment: bytes that somebody sends cannot pass for a frame when the real ones are looked for. */
  readonly salt: number;
  /** Counted from 0 in each segment. */
  readonly number: number;
  readonly rows: number;
  readonly hasContexts: boolean;
  readonly columnsBytes: number;
  readonly dictionaryBytes: number;
  readonly rawBytes: number;
  /** Checksum of columns and dictionary, so that a window needs no raw bytes to trust them. */
  readonly headCrc: number;
  readonly rawCrc: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly receivedAtMs: number;
}

export const HEADER_BYTES = 72;
const MAGIC = 0x31475354;
const VERSION = 1;
const HAS_CONTEXTS = 1;
const CHECKED_FROM = 12;

/** "TSG1", as it stands in a file. */
export const MAGIC_BYTES = Buffer.from("TSG1", "latin1");

export const headBytesOf = (header: FrameHeader): number => HEADER_BYTES + header.columnsBytes + header.dictionaryBytes;
export const frameBytesOf = (header: FrameHeader): number => headBytesOf(header) + header.rawBytes;

/** Writes a header to the beginning of `target`, which has room for it. */
export function writeHeader(target: Buffer, header: FrameHeader): void {
  target.writeUInt32LE(MAGIC, 0);
  target.writeUInt16LE(VERSION, 4);
  target.writeUInt16LE(header.hasContexts ? HAS_CONTEXTS : 0, 6);
  target.writeUInt32LE(header.salt, 12);
  target.writeUInt32LE(header.number, 16);
  target.writeUInt32LE(header.rows, 20);
  target.writeUInt32LE(header.columnsBytes, 24);
  target.writeUInt32LE(header.dictionaryBytes, 28);
  target.writeUInt32LE(header.rawBytes, 32);
  target.writeUInt32LE(header.headCrc, 36);
  target.writeUInt32LE(header.rawCrc, 40);
  target.writeUInt32LE(0, 44);
  target.writeDoubleLE(header.minMs, 48);
  target.writeDoubleLE(header.maxMs, 56);
  target.writeDoubleLE(header.receivedAtMs, 64);
  target.writeUInt32LE(crc32(target.subarray(4, 8), crc32(target.subarray(CHECKED_FROM, HEADER_BYTES))), 8);
}

/** The header that stands at the beginning of `bytes`; null when none does or it does not agree with itself. */
export function readHeader(bytes: Buffer): FrameHeader | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt16LE(4) !== VERSION) return null;
  const crc = crc32(bytes.subarray(4, 8), crc32(bytes.subarray(CHECKED_FROM, HEADER_BYTES)));
  if (crc !== bytes.readUInt32LE(8)) return null;
  const header: FrameHeader = {
    hasContexts: (bytes.readUInt16LE(6) & HAS_CONTEXTS) !== 0,
    salt: bytes.readUInt32LE(12),
    number: bytes.readUInt32LE(16),
    rows: bytes.readUInt32LE(20),
    columnsBytes: bytes.readUInt32LE(24),
    dictionaryBytes: bytes.readUInt32LE(28),
    rawBytes: bytes.readUInt32LE(32),
    headCrc: bytes.readUInt32LE(36),
    rawCrc: bytes.readUInt32LE(40),
    minMs: bytes.readDoubleLE(48),
    maxMs: bytes.readDoubleLE(56),
    receivedAtMs: bytes.readDoubleLE(64),
  };
  const agrees =
    header.rows <= MAX_FRAME_ROWS &&
    header.columnsBytes === columnsBytesOf(header.rows, header.hasContexts) &&
    frameBytesOf(header) <= MAX_FRAME_BYTES;
  return agrees ? header : null;
}
