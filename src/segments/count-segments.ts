import { open, stat } from "node:fs/promises";
import type { CountsSink } from "../app/segment-ports.ts";
import { type TenantId, tenantId } from "../core/ids.ts";
import { FileWindow } from "./file-window.ts";
import { frameBytesOf } from "./frame-header.ts";
import { loadHead } from "./load-frame.ts";
import type { SegmentMaps } from "./segment-maps.ts";
import { type SegmentPath, segmentsOf, writersIn } from "./segment-paths.ts";
import { type CountedWords, TemplateCounts } from "./template-counts.ts";
import type { WriterPosition } from "./tenant-writer.ts";
import { walkFrames } from "./walk-frames.ts";

export interface CountingDeps {
  readonly root: string;
  readonly maps: SegmentMaps;
  readonly sink: CountsSink;
  readonly words: CountedWords;
  /** How far the records of a writer are stored, for one of this process; null for those of others. */
  readonly storedTo: (tenant: string, writer: string) => WriterPosition | null;
  readonly nowMs: () => number;
  /** Where the last rounds of this process found each writer's position. */
  readonly known: Map<string, KnownPosition>;
}

export interface KnownPosition {
  readonly tenant: TenantId;
  readonly writer: string;
  readonly position: string;
}

export interface CountedRound {
  readonly rows: number;
  /** False when a bound ended the round: there is more to count. */
  readonly isComplete: boolean;
}

/** One step is one transaction: about so many rows or counts, ended at a frame. */
const STEP_ROWS = 500_000;
const STEP_COUNTS = 20_000;
const MAX_STEPS = 40;
/** The last segment of another process is left to that process while something may still come. */
const SETTLED_MS = 60_000;

/** Counts what was stored since the last round, of every tenant and writer. Each record counts once, whoever counts it. */
export async function countSegments(deps: CountingDeps, signal: AbortSignal): Promise<CountedRound> {
  let rows = 0;
  let steps = 0;
  const writers = await writersIn(deps.root);
  await forgetGone(deps, new Set(writers.map(nameOf)));
  for (const { tenant, writer } of writers) {
    for (let more = true; more; steps++) {
      if (steps >= MAX_STEPS) return { rows, isComplete: false };
      signal.throwIfAborted();
      const counted = await countStep(deps, tenantId(tenant), writer);
      rows += counted.rows;
      more = counted.more;
    }
  }
  return { rows, isComplete: true };
}

const nameOf = ({ tenant, writer }: { readonly tenant: string; readonly writer: string }) => `${tenant}/${writer}`;

/** Retention took the last segment of a writer that ended: nobody asks for its position again. */
async function forgetGone({ sink, known }: CountingDeps, present: ReadonlySet<string>): Promise<void> {
  for (const [name, { tenant, writer, position }] of known) {
    if (present.has(name)) continue;
    await sink.forget(tenant, writer, position);
    known.delete(name);
  }
}

/** Adds up the frames behind the writer's position until a step is full. */
async function countStep(
  deps: CountingDeps,
  tenant: TenantId,
  writer: string,
): Promise<{ rows: number; more: boolean }> {
  const from = await deps.sink.position(tenant, writer);
  const start = parsePosition(from);
  if (from !== null) deps.known.set(nameOf({ tenant, writer }), { tenant, writer, position: from });
  const counts = new TemplateCounts();
  let at = start;
  for (const segment of await segmentsOf(deps.root, tenant, writer)) {
    if (segment.sequence < start.sequence || isFull(counts)) continue;
    const offset = segment.sequence === start.sequence ? start.offset : 0;
    const to = await countableTo(deps, segment);
    if (to <= offset) continue;
    at = { sequence: segment.sequence, offset: await addFrames(deps.maps, { segment, offset, to }, counts) };
  }
  if (at === start) return { rows: 0, more: false };
  const to = `${at.sequence}:${at.offset}`;
  const added = await deps.sink.add({ tenant, writer, from, to, ...counts.finish(deps.words) });
  // Somebody else counts this writer too: the next look begins where they ended.
  return added === "moved" ? { rows: 0, more: false } : { rows: counts.rows, more: isFull(counts) };
}

const isFull = (counts: TemplateCounts) => counts.rows >= STEP_ROWS || counts.size >= STEP_COUNTS;

/** Up to where the frames of a segment may be counted: only what stays. */
async function countableTo({ maps, storedTo, nowMs }: CountingDeps, segment: SegmentPath): Promise<number> {
  const stored = storedTo(segment.tenant, segment.writer);
  if (stored !== null && stored.sequence < segment.sequence) return 0;
  if (stored?.sequence === segment.sequence) return stored.offset;
  const status = await stat(segment.path).catch(() => null);
  if (status === null) return 0;
  if (stored === null && !segment.isSealed && nowMs() - status.mtimeMs < SETTLED_MS) return 0;
  return (await maps.of(segment)).scannedTo;
}

interface Stretch {
  readonly segment: SegmentPath;
  readonly offset: number;
  readonly to: number;
}

/** Gives where the last counted frame ends. Damaged frames are passed over: what they said cannot be counted. */
async function addFrames(maps: SegmentMaps, stretch: Stretch, counts: TemplateCounts): Promise<number> {
  const { segment, offset, to } = stretch;
  const { salt } = await maps.of(segment);
  const file = await open(segment.path, "r");
  try {
    const window = new FileWindow(file);
    for await (const step of walkFrames({ file, window, from: offset, to, salt })) {
      if (step.kind !== "frame") continue;
      const head = await loadHead(window, step.offset, step.header);
      if (head !== null) counts.add(head);
      if (isFull(counts)) return step.offset + frameBytesOf(step.header);
    }
    return to;
  } finally {
    await file.close();
  }
}

function parsePosition(text: string | null): WriterPosition {
  const [sequence = "", offset = ""] = (text ?? "").split(":");
  return { sequence: Number.parseInt(sequence, 10) || 0, offset: Number.parseInt(offset, 10) || 0 };
}
