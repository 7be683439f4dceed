import { open } from "node:fs/promises";
import { join } from "node:path";
import type { SegmentReading } from "../app/ports.ts";
import type { DecodeRecord } from "../app/segment-ports.ts";
import type { Event } from "../core/event.ts";
import { epochMs } from "../core/ids.ts";
import { isoTime } from "../core/time.ts";
import { ChosenRows, type WindowAsk } from "./chosen-rows.ts";
import { decodeRows } from "./decode-rows.ts";
import { FileWindow } from "./file-window.ts";
import { removedTo } from "./kept-since.ts";
import type { SegmentLimits } from "./limits.ts";
import { loadHead } from "./load-frame.ts";
import type { FrameRun } from "./segment-map.ts";
import type { SegmentMaps } from "./segment-maps.ts";
import { isMissing, type SegmentPath, segmentsOfTenant } from "./segment-paths.ts";
import { type Walk, walkFrames } from "./walk-frames.ts";

export interface WindowDeps {
  readonly root: string;
  readonly maps: SegmentMaps;
  readonly limits: SegmentLimits;
  readonly decode: DecodeRecord;
}

/** A frame that has rows in the window. */
export interface FoundFrame {
  readonly segment: SegmentPath;
  readonly offset: number;
}

/** What could not be read, counted. */
export interface Unread {
  parts: number;
  records: number;
  segments: number;
}

const MAX_FRAMES = 1_000_000;

/** Reads a window of a tenant: first columns only, to choose; then the bytes of the chosen rows. */
export async function readWindow(
  deps: WindowDeps,
  { tenant, ask }: { readonly tenant: string; readonly ask: WindowAsk },
  signal: AbortSignal,
): Promise<SegmentReading> {
  const unread: Unread = { parts: 0, records: 0, segments: 0 };
  const chosen = new ChosenRows(ask, deps.limits);
  const frames: FoundFrame[] = [];
  for (const segment of await segmentsOfTenant(deps.root, tenant)) {
    signal.throwIfAborted();
    try {
      await takeSegment(deps.maps, { segment, ask, chosen, frames, unread }, signal);
    } catch (error) {
      signal.throwIfAborted();
      // What retention removes meanwhile is told by the instant it notes.
      if (!isMissing(error)) unread.segments += 1;
    }
  }
  const events = await decodeRows(deps.decode, { frames, rows: chosen.finish(), unread }, signal);
  // Looked at last: what retention took meanwhile was noted before.
  const gone = goneSentence(await removedTo(join(deps.root, tenant)), ask);
  const missing = [sentence(chosen.thinned, unread, frames), gone].filter((part) => part !== null);
  return { events: events.toSorted(byTime), read: chosen.rows, partial: missing.join("; ") || null };
}

interface Taking {
  readonly segment: SegmentPath;
  readonly ask: WindowAsk;
  readonly chosen: ChosenRows;
  readonly frames: FoundFrame[];
  readonly unread: Unread;
}

async function takeSegment(maps: SegmentMaps, taking: Taking, signal: AbortSignal): Promise<void> {
  const { segment, ask, unread } = taking;
  const map = await maps.of(segment);
  // Nobody knows which times stood in a damaged part.
  unread.parts += map.damaged.length;
  const runs = map.runs.filter((run) => isWanted(run, ask));
  if (runs.length === 0) return;
  const file = await open(segment.path, "r");
  try {
    const window = new FileWindow(file);
    for (const run of runs) await takeRun({ ...taking, file, window, salt: map.salt }, run, signal);
  } finally {
    await file.close();
  }
}

function isWanted({ minMs, maxMs, services }: FrameRun, ask: WindowAsk): boolean {
  if (maxMs < ask.fromMs || minMs >= ask.toMs + 1) return false;
  return services === null || (ask.services?.some((service) => services.includes(service)) ?? true);
}

async function takeRun(
  { segment, ask, chosen, frames, unread, ...at }: Taking & Pick<Walk, "file" | "window" | "salt">,
  run: FrameRun,
  signal: AbortSignal,
): Promise<void> {
  for await (const step of walkFrames({ ...at, from: run.from, to: run.to })) {
    signal.throwIfAborted();
    if (step.kind !== "frame") {
      unread.parts += 1;
      continue;
    }
    const { header, offset } = step;
    if (header.maxMs < ask.fromMs || header.minMs >= ask.toMs + 1) continue;
    const head = frames.length < MAX_FRAMES ? await loadHead(at.window, offset, header) : null;
    if (head === null) unread.parts += 1;
    else chosen.addFrame(frames.push({ segment, offset }) - 1, head);
  }
}

/** Records of the same instant stay in the order they were stored in. */
function byTime(left: Event<string>, right: Event<string>): number {
  if (left.atNs === right.atNs) return 0;
  return left.atNs < right.atNs ? -1 : 1;
}

function sentence(thinned: string | null, unread: Unread, frames: readonly FoundFrame[]): string | null {
  const parts = [
    unread.parts > 0 ? `${count(unread.parts, "part")} of the stored records could not be read` : null,
    unread.segments > 0 ? `${count(unread.segments, "file")} of stored records could not be read` : null,
    unread.records > 0 ? `${count(unread.records, "stored record")} could not be understood` : null,
    frames.length >= MAX_FRAMES ? `only the first ${MAX_FRAMES} batches were read` : null,
    thinned,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join("; ");
}

/** Nobody knows which of them there were, only that they may have been. */
function goneSentence(toMs: number | null, ask: WindowAsk): string | null {
  if (toMs === null || ask.fromMs > toMs) return null;
  return `records before ${isoTime(epochMs(toMs))} are no longer all kept (retention by age or size)`;
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
