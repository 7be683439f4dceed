import { type FileHandle, open } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import type { DecodeRecord } from "../app/segment-ports.ts";
import { RECORD_KIND, SEVERITIES, SEVERITY_BITS } from "../core/columns/record-batch.ts";
import type { Event, LogSeverity } from "../core/event.ts";
import { type LoadedFrame, recordOf } from "./decode-rows.ts";
import { FileWindow } from "./file-window.ts";
import { NONE } from "./frame-columns.ts";
import { type FrameHead, loadHead, loadRaw } from "./load-frame.ts";
import type { PendingFrame } from "./pending-frames.ts";
import { isMissing } from "./segment-paths.ts";

/** A log record as far as its columns tell, without its bytes. */
export interface LogRow {
  readonly service: string;
  /** 32-bit hash of the trace id, else the request id. */
  readonly trace: number;
  readonly severity: LogSeverity;
  /** UTC, milliseconds. */
  readonly atMs: number;
}

/** What is done with records in the order of their arrival. */
export interface RecordVisitor {
  /** Logs that have a service and an id. */
  log(row: LogRow): void;
  /** Spans as they were sent; of a record that is no span after all, whatever it is. */
  span(event: Event<string>): void;
}

export interface Visited {
  readonly rows: number;
  /** Parts and records that were damaged, not understood, or removed meanwhile. */
  readonly unread: number;
}

/** After so many spans whoever else waits for this thread gets a turn. */
const SPANS_AT_ONCE = 500;

/** Hands every span and every log with an id of these frames to a visitor. Bytes are read only of frames with spans. */
export async function visitFrames(
  decode: DecodeRecord,
  { frames, visitor }: { readonly frames: readonly PendingFrame[]; readonly visitor: RecordVisitor },
  signal: AbortSignal,
): Promise<Visited> {
  const files = new OpenFiles();
  let [rows, unread] = [0, 0];
  try {
    for (const frame of frames) {
      signal.throwIfAborted();
      rows += frame.header.rows;
      unread += await visitFrame({ decode, files, visitor }, frame);
    }
  } finally {
    await files.close();
  }
  return { rows, unread };
}

interface Visiting {
  readonly decode: DecodeRecord;
  readonly files: OpenFiles;
  readonly visitor: RecordVisitor;
}

/** Gives how many parts or records could not be read. */
async function visitFrame({ decode, files, visitor }: Visiting, frame: PendingFrame): Promise<number> {
  const { segment, offset, header } = frame;
  const opened = await files.of(segment.path);
  const head = opened === null ? null : await loadHead(opened.window, offset, header);
  if (opened === null || head === null) return 1;
  visitLogs(head, visitor);
  if (!head.columns.kinds.includes(RECORD_KIND.span)) return 0;
  const raw = await loadRaw(opened.file, offset, header);
  return raw === null ? 1 : visitSpans(decode, { segment, head, raw }, visitor);
}

/** Gives how many records could not be read. */
async function visitSpans(decode: DecodeRecord, frame: LoadedFrame, visitor: RecordVisitor): Promise<number> {
  let unread = 0;
  let visited = 0;
  for (const [row, kind] of frame.head.columns.kinds.entries()) {
    if (kind !== RECORD_KIND.span) continue;
    try {
      for (const event of decode(recordOf(frame, row))) visitor.span(event);
    } catch {
      // A record that an older version took and this one cannot read must not hide the others.
      unread += 1;
    }
    visited += 1;
    if (visited % SPANS_AT_ONCE === 0) await turn();
  }
  return unread;
}

function visitLogs({ header, columns, dictionary }: FrameHead, visitor: RecordVisitor): void {
  const { timesMs, severities, services, kinds } = columns;
  for (const [row, trace] of columns.traces.entries()) {
    const service = dictionary.services[services[row] ?? NONE];
    if (trace === 0 || service === undefined || kinds[row] !== RECORD_KIND.log) continue;
    const severity = SEVERITIES[(severities[row] ?? 0) & SEVERITY_BITS] ?? "unspecified";
    visitor.log({ service, trace, severity, atMs: timesMs[row] ?? header.receivedAtMs });
  }
}

interface OpenFile {
  readonly file: FileHandle;
  readonly window: FileWindow;
}

/** Frames of many writers take turns: more files than this are closed again, the longest unused first. */
const MAX_OPEN = 32;

class OpenFiles {
  readonly #open = new Map<string, OpenFile>();

  /** Null for a file that retention took. */
  async of(path: string): Promise<OpenFile | null> {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    try {
      const file = await open(path, "r");
      const opened = { file, window: new FileWindow(file) };
      await this.#makeRoom();
      this.#open.set(path, opened);
      return opened;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const { file } of this.#open.values()) await file.close();
    this.#open.clear();
  }

  async #makeRoom(): Promise<void> {
    const [oldest] = this.#open;
    if (this.#open.size < MAX_OPEN || oldest === undefined) return;
    this.#open.delete(oldest[0]);
    await oldest[1].file.close();
  }
}
