import { type FileHandle, open } from "node:fs/promises";
import type { DecodeRecord, StoredRecord } from "../app/segment-ports.ts";
import type { Event } from "../core/event.ts";
import { epochMs, eventId } from "../core/ids.ts";
import type { ChosenRow } from "./chosen-rows.ts";
import { PUSHED } from "./define.ts";
import { FileWindow } from "./file-window.ts";
import { HEADER_BYTES, readHeader } from "./frame-header.ts";
import { MAX_FRAME_ROWS } from "./limits.ts";
import { type FrameHead, loadHead, loadRaw } from "./load-frame.ts";
import type { FoundFrame, Unread } from "./read-window.ts";
import { isMissing, type SegmentPath } from "./segment-paths.ts";

interface Decoding {
  readonly frames: readonly FoundFrame[];
  /** By place. */
  readonly rows: readonly ChosenRow[];
  readonly unread: Unread;
}

/** A frame with its bytes. */
export interface LoadedFrame {
  readonly segment: SegmentPath;
  readonly head: FrameHead;
  readonly raw: Buffer;
}

/** The events of the chosen rows. Reads each frame once and holds no more than one. */
export async function decodeRows(
  decode: DecodeRecord,
  { frames, rows, unread }: Decoding,
  signal: AbortSignal,
): Promise<readonly Event<string>[]> {
  const events: Event<string>[] = [];
  const files = new OneFile();
  try {
    for (let at = 0; at < rows.length; ) {
      signal.throwIfAborted();
      const frame = Math.floor((rows[at]?.place ?? 0) / MAX_FRAME_ROWS);
      const end = endOf(rows, at, (frame + 1) * MAX_FRAME_ROWS);
      const loaded = await load(files, frames[frame], unread);
      if (loaded !== null) takeRows(decode, { loaded, chosen: rows.slice(at, end), unread }, events);
      at = end;
    }
  } finally {
    await files.close();
  }
  return events;
}

/** Where the rows of a frame end. */
function endOf(rows: readonly ChosenRow[], from: number, limit: number): number {
  let end = from;
  while (end < rows.length && (rows[end]?.place ?? limit) < limit) end += 1;
  return end;
}

async function load(files: OneFile, frame: FoundFrame | undefined, unread: Unread): Promise<LoadedFrame | null> {
  if (frame === undefined) return null;
  const { segment, offset } = frame;
  try {
    const { file, window } = await files.open(segment.path);
    const header = readHeader(await window.bytes(offset, HEADER_BYTES));
    const head = header === null ? null : await loadHead(window, offset, header);
    const raw = header === null ? null : await loadRaw(file, offset, header);
    if (head !== null && raw !== null) return { segment, head, raw };
  } catch (error) {
    if (isMissing(error)) return null;
  }
  unread.parts += 1;
  return null;
}

interface Taken {
  readonly loaded: LoadedFrame;
  readonly chosen: readonly ChosenRow[];
  readonly unread: Unread;
}

function takeRows(decode: DecodeRecord, { loaded, chosen, unread }: Taken, events: Event<string>[]): void {
  for (const { place, repeats } of chosen) {
    try {
      for (const event of decode(recordOf(loaded, place % MAX_FRAME_ROWS))) {
        events.push(repeats !== null && event.kind === "log" ? { ...event, repeats } : event);
      }
    } catch {
      // A record that an older version took and this one cannot read must not hide the others.
      unread.records += 1;
    }
  }
}

/** The record of one row of a frame. */
export function recordOf({ segment, head, raw }: LoadedFrame, row: number): StoredRecord {
  const { header, columns, dictionary } = head;
  const { writer, sequence } = segment;
  const ref = `segments/${writer}/${String(sequence).padStart(6, "0")}#${header.number}.${row}`;
  const slice = (from = 0, length = 0) => raw.subarray(from, from + length);
  return {
    format: columns.formats[row] ?? 0,
    bytes: slice(columns.offsets[row], columns.lengths[row]),
    context: slice(columns.contextOffsets[row], columns.contextLengths[row]),
    service: dictionary.services[columns.services[row] ?? -1] ?? null,
    host: dictionary.hosts[columns.hosts[row] ?? -1] ?? null,
    timeMs: columns.timesMs[row] ?? header.minMs,
    receivedAtMs: epochMs(header.receivedAtMs),
    ref,
    id: eventId(PUSHED, ref),
  };
}

/** Frames come segment by segment: one open file at a time. */
class OneFile {
  #open: { readonly path: string; readonly file: FileHandle; readonly window: FileWindow } | null = null;

  async open(path: string): Promise<{ readonly file: FileHandle; readonly window: FileWindow }> {
    if (this.#open?.path === path) return this.#open;
    await this.close();
    const file = await open(path, "r");
    this.#open = { path, file, window: new FileWindow(file) };
    return this.#open;
  }

  async close(): Promise<void> {
    const known = this.#open;
    this.#open = null;
    await known?.file.close();
  }
}
