import { open, stat } from "node:fs/promises";
import type { CountsSink } from "../app/segment-ports.ts";
import { type TenantId, tenantId } from "../core/ids.ts";
import { FileWindow } from "./file-window.ts";
import { frameBytesOf } from "./frame-header.ts";
import { SETTLED_MS } from "./limits.ts";
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
  readonly wordsOf: (tenant: string) => CountedWords;
  /** How far the records of a writer are stored, for one of this process; null for those of others. */
  readonly storedTo: (tenant: string, writer: string) => WriterPosition | null;
  readonly nowMs: () => number;
  readonly state: CountingState;
}

/** What one round leaves for the next. */
export interface CountingState {
  /** Where the last rounds of this process found each writer's position. */
  readonly known: Map<string, KnownPosition>;
  /** The writer that was counted last: the next round begins behind it. */
  last: string;
}

interface Writer {
  readonly tenant: TenantId;
  readonly writer: string;
}

interface KnownPosition extends Writer {
  readonly position: string;
}

export interface CountedRound {
  readonly rows: number;
  /** False when a bound or a failure ended the round for some: there is more to count. */
  readonly isComplete: boolean;
  /** Writers that could not be counted now. */
  readonly failures: readonly CountFailure[];
}

export interface CountFailure extends Writer {
  readonly error: unknown;
}

/** One step is one transaction: about so many rows or counts, ended at a frame. */
const STEP_ROWS = 500_000;
const STEP_COUNTS = 20_000;
const MAX_STEPS = 40;
/** So many writers that cannot be counted are no accident of one of them: the next round tries again. */
const MAX_FAILURES = 10;

/**
 * Counts what was stored since the last round, of every tenant and writer. Each record counts once, whoever counts it.
 * Writers take turns, a step each, and a round begins where the one before ended: neither a busy writer nor one that
 * cannot be counted keeps the others waiting.
 */
export async function countSegments(deps: CountingDeps, signal: AbortSignal): Promise<CountedRound> {
  const { state } = deps;
  const present = (await writersIn(deps.root)).map(({ tenant, writer }) => ({ tenant: tenantId(tenant), writer }));
  const failures: CountFailure[] = [];
  await forgetGone(deps, new Set(present.map(nameOf)), failures);
  let turn = behindLast(present, state.last);
  let rows = 0;
  for (let steps = 0; turn.length > 0; ) {
    const busy: Writer[] = [];
    for (const writer of turn) {
      if (steps >= MAX_STEPS || failures.length >= MAX_FAILURES) return { rows, isComplete: false, failures };
      signal.throwIfAborted();
      state.last = nameOf(writer);
      const counted = await countStep(deps, writer).catch((error: unknown) => {
        signal.throwIfAborted();
        failures.push({ ...writer, error });
        return NOTHING;
      });
      rows += counted.rows;
      if (counted !== NOTHING) steps += 1;
      if (counted.more) busy.push(writer);
    }
    turn = busy;
  }
  return { rows, isComplete: failures.length === 0, failures };
}

interface CountedStep {
  readonly rows: number;
  readonly more: boolean;
}

const NOTHING: CountedStep = { rows: 0, more: false };

const nameOf = ({ tenant, writer }: Writer) => `${tenant}/${writer}`;

/** All of them, those behind the last one first. */
function behindLast(writers: readonly Writer[], last: string): readonly Writer[] {
  const isBehind = (writer: Writer) => nameOf(writer) > last;
  return [...writers.filter(isBehind), ...writers.filter((writer) => !isBehind(writer))];
}

/** Retention took the last segment of a writer that ended: nobody asks for its position again. */
async function forgetGone(
  { sink, state: { known } }: CountingDeps,
  present: ReadonlySet<string>,
  failures: CountFailure[],
): Promise<void> {
  for (const [name, { tenant, writer, position }] of known) {
    if (present.has(name) || failures.length >= MAX_FAILURES) continue;
    try {
      await sink.forget(tenant, writer, position);
      known.delete(name);
    } catch (error) {
      failures.push({ tenant, writer, error });
    }
  }
}

/** Adds up the frames behind the writer's position until a step is full. */
async function countStep(deps: CountingDeps, { tenant, writer }: Writer): Promise<CountedStep> {
  const { known } = deps.state;
  const name = nameOf({ tenant, writer });
  const segments = await segmentsOf(deps.root, tenant, writer);
  // A writer of which nothing is new costs the database no question: there may be many that ended.
  if (known.get(name)?.position === (await endOf(deps, segments))) return NOTHING;
  const from = await deps.sink.position(tenant, writer);
  const start = parsePosition(from);
  if (from !== null) known.set(name, { tenant, writer, position: from });
  const counts = new TemplateCounts();
  const at = await addSegments(deps, { segments, start }, counts);
  if (at === start) return NOTHING;
  const to = positionText(at);
  const added = await deps.sink.add({ tenant, writer, from, to, ...counts.finish(deps.wordsOf(tenant)) });
  // Somebody else counts this writer too: the next look begins where they ended.
  if (added === "moved") return { rows: 0, more: false };
  known.set(name, { tenant, writer, position: to });
  return { rows: counts.rows, more: isFull(counts) };
}

/** Gives where the last counted frame ends; `start` itself when nothing is new. */
async function addSegments(
  deps: CountingDeps,
  { segments, start }: { readonly segments: readonly SegmentPath[]; readonly start: WriterPosition },
  counts: TemplateCounts,
): Promise<WriterPosition> {
  let at = start;
  for (const segment of segments) {
    if (segment.sequence < start.sequence || isFull(counts)) continue;
    const offset = segment.sequence === start.sequence ? start.offset : 0;
    const to = await countableTo(deps, segment);
    if (to <= offset) continue;
    at = { sequence: segment.sequence, offset: await addFrames(deps.maps, { segment, offset, to }, counts) };
  }
  return at;
}

/** The position of a writer of which everything that may be counted now is counted; null when it has nothing. */
async function endOf(deps: CountingDeps, segments: readonly SegmentPath[]): Promise<string | null> {
  const last = segments.at(-1);
  return last === undefined ? null : positionText({ sequence: last.sequence, offset: await countableTo(deps, last) });
}

const positionText = ({ sequence, offset }: WriterPosition) => `${sequence}:${offset}`;

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
