import { open } from "node:fs/promises";
import { FileWindow } from "./file-window.ts";
import { type FrameHeader, frameBytesOf } from "./frame-header.ts";
import type { SegmentMaps } from "./segment-maps.ts";
import { foldersIn, isMissing, type SegmentPath, segmentsOf } from "./segment-paths.ts";
import type { WriterPosition } from "./tenant-writer.ts";
import { walkFrames } from "./walk-frames.ts";

export interface PendingDeps {
  readonly folder: string;
  readonly root: string;
  readonly tenant: string;
  readonly maps: SegmentMaps;
  /** How far the records of a writer are stored, for one of this process; null for those of others. */
  readonly storedTo: (writer: string) => WriterPosition | null;
  readonly nowMs: () => number;
}

/** A frame that nobody looked at yet. */
export interface PendingFrame {
  readonly segment: SegmentPath;
  readonly offset: number;
  readonly header: FrameHeader;
}

/** What stands behind the positions, in the order in which it arrived. */
export interface Pending {
  readonly frames: readonly PendingFrame[];
  /** Writers that have segments here, with or without something new. */
  readonly writers: readonly string[];
  /** False when a bound ended the look: there is more behind these frames. */
  readonly isComplete: boolean;
}

export type WriterPositions = ReadonlyMap<string, WriterPosition>;

/** One step: about so many rows, and so many bytes in memory at once at most. */
const STEP_ROWS = 100_000;
const STEP_BYTES = 128 * 1024 ** 2;
const STEP_FRAMES = 20_000;
/**
 * What another process writes now counts as stored once it is this old: its writer has answered by then, and what could not be
 * stored was cut off.
 */
const SETTLED_MS = 15_000;

/**
 * The next frames of a tenant behind the given positions. Frames of several writers are merged by when they arrived, so that
 * what belongs together stays close together; of one writer they stay in their order, so that a position is one place.
 */
export async function pendingFrames(
  deps: PendingDeps,
  positions: WriterPositions,
  signal: AbortSignal,
): Promise<Pending> {
  const writers = await foldersIn(deps.folder);
  const queues: PendingFrame[][] = [];
  let isComplete = true;
  for (const writer of writers) {
    signal.throwIfAborted();
    const found = await framesOf(deps, writer, positions.get(writer) ?? { sequence: 0, offset: 0 });
    isComplete &&= found.isComplete;
    if (found.frames.length > 0) queues.push(found.frames);
  }
  const frames = merged(queues);
  return { frames, writers, isComplete: isComplete && queues.every((queue) => queue.length === 0) };
}

/** Where a writer's records end once this frame was looked at. */
export function positionBehind({ segment, offset, header }: PendingFrame): WriterPosition {
  return { sequence: segment.sequence, offset: offset + frameBytesOf(header) };
}

interface WriterFrames {
  readonly frames: PendingFrame[];
  readonly isComplete: boolean;
}

async function framesOf(deps: PendingDeps, writer: string, from: WriterPosition): Promise<WriterFrames> {
  const frames: PendingFrame[] = [];
  const budget = { rows: 0, bytes: 0 };
  for (const segment of await segmentsOf(deps.root, deps.tenant, writer)) {
    if (segment.sequence < from.sequence) continue;
    const offset = segment.sequence === from.sequence ? from.offset : 0;
    try {
      if ((await addFrames(deps, { segment, offset, frames, budget })) === "full") return { frames, isComplete: false };
    } catch (error) {
      // Retention takes a segment at any time; what it took cannot be looked at any more.
      if (!isMissing(error)) throw error;
    }
  }
  return { frames, isComplete: true };
}

interface Adding {
  readonly segment: SegmentPath;
  readonly offset: number;
  readonly frames: PendingFrame[];
  readonly budget: { rows: number; bytes: number };
}

async function addFrames(deps: PendingDeps, { segment, offset, frames, budget }: Adding): Promise<"all" | "full"> {
  const { to, untilMs } = await readableTo(deps, segment);
  if (to <= offset) return "all";
  const { salt } = await deps.maps.of(segment);
  const file = await open(segment.path, "r");
  try {
    for await (const step of walkFrames({ file, window: new FileWindow(file), from: offset, to, salt })) {
      if (step.kind !== "frame") continue;
      if (step.header.receivedAtMs > untilMs) return "all";
      frames.push({ segment, offset: step.offset, header: step.header });
      budget.rows += step.header.rows;
      budget.bytes += frameBytesOf(step.header);
      if (budget.rows >= STEP_ROWS || budget.bytes >= STEP_BYTES || frames.length >= STEP_FRAMES) return "full";
    }
    return "all";
  } finally {
    await file.close();
  }
}

/** Up to where, and up to which time of arrival, a segment may be looked at: only what stays. */
async function readableTo(
  { storedTo, nowMs, maps }: PendingDeps,
  segment: SegmentPath,
): Promise<{ readonly to: number; readonly untilMs: number }> {
  const stored = storedTo(segment.writer);
  const always = Number.POSITIVE_INFINITY;
  if (stored !== null && stored.sequence < segment.sequence) return { to: 0, untilMs: always };
  if (stored?.sequence === segment.sequence) return { to: stored.offset, untilMs: always };
  const { scannedTo } = await maps.of(segment);
  return { to: scannedTo, untilMs: segment.isSealed || stored !== null ? always : nowMs() - SETTLED_MS };
}

/** Takes the earliest of all queues again and again until a step is full; what is left stays in them. */
function merged(queues: readonly PendingFrame[][]): readonly PendingFrame[] {
  const places = queues.map(() => 0);
  const frames: PendingFrame[] = [];
  let [rows, bytes] = [0, 0];
  while (rows < STEP_ROWS && bytes < STEP_BYTES && frames.length < STEP_FRAMES) {
    const first = earliest(queues, places);
    const frame = queues[first]?.[places[first] ?? 0];
    if (frame === undefined) break;
    places[first] = (places[first] ?? 0) + 1;
    frames.push(frame);
    rows += frame.header.rows;
    bytes += frameBytesOf(frame.header);
  }
  for (const [index, queue] of queues.entries()) queue.splice(0, places[index]);
  return frames;
}

function earliest(queues: readonly PendingFrame[][], places: readonly number[]): number {
  let best = -1;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const [index, queue] of queues.entries()) {
    const atMs = queue[places[index] ?? 0]?.header.receivedAtMs ?? Number.POSITIVE_INFINITY;
    if (atMs >= bestMs) continue;
    best = index;
    bestMs = atMs;
  }
  return best;
}
