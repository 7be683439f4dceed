import fc from "fast-check";
import { createCondenser } from "../../src/core/columns/condenser.ts";
import type { LogEvent } from "../../src/core/event.ts";
import { epochMs } from "../../src/core/ids.ts";
import { mask } from "../../src/core/log-templates/mask.ts";
import { nsToMs } from "../../src/core/time.ts";
import { aLog, BASELINE, WINDOW } from "./observations.ts";

/** One kind of line of a made-up shop: how often it usually comes, and when it comes how much more often. */
export interface Stream {
  readonly service: string;
  readonly text: string;
  readonly severity: LogEvent["severity"];
  /** 0 for never outside the burst. */
  readonly everyMs: number;
  readonly burst: { readonly fromMs: number; readonly lengthMs: number; readonly everyMs: number } | null;
}

const LENGTH_MS = WINDOW.toMs - BASELINE.fromMs;
const DAY: Stream = { service: "basket", text: "basket opened", severity: "info", everyMs: 4_000, burst: null };
const SERVICES = ["checkout", "basket", "payments"] as const;
const TEXTS = ["could not reserve item", "card refused by bank", "no room left on shelf"] as const;

const aBurst = fc.record({
  fromMs: fc.integer({ min: BASELINE.toMs, max: WINDOW.toMs - 120_000 }),
  lengthMs: fc.integer({ min: 20_000, max: 600_000 }),
  everyMs: fc.integer({ min: 250, max: 3_000 }),
});

export const aStream: fc.Arbitrary<Stream> = fc.record({
  service: fc.constantFrom(...SERVICES),
  text: fc.constantFrom(...TEXTS),
  severity: fc.constantFrom("error" as const, "warn" as const),
  everyMs: fc.oneof(fc.constant(0), fc.integer({ min: 2_500, max: 90_000 })),
  burst: fc.option(aBurst),
});

/** Streams of a night, with a service that works all the time. */
export const aNight: fc.Arbitrary<readonly LogEvent[]> = fc
  .array(aStream, { minLength: 1, maxLength: 4 })
  .map((streams) => linesOfStreams([DAY, ...streams]));

/** The lines of these streams in order of time. */
export function linesOfStreams(streams: readonly Stream[]): readonly LogEvent[] {
  return streams.flatMap((stream, index) => linesOfStream(stream, index)).toSorted((a, b) => Number(a.atNs - b.atNs));
}

function linesOfStream({ service, text, severity, everyMs, burst }: Stream, index: number): LogEvent[] {
  const usual = everyMs === 0 ? [] : timesOf(BASELINE.fromMs + 17 * index, LENGTH_MS, everyMs);
  const more = burst === null ? [] : timesOf(burst.fromMs, burst.lengthMs, burst.everyMs);
  return [...usual, ...more]
    .filter((atMs) => atMs <= WINDOW.toMs)
    .map((atMs, line) => ({ ...aLog(service, `${text} ${index}-${line}`, epochMs(atMs)), severity }));
}

function timesOf(fromMs: number, lengthMs: number, everyMs: number): number[] {
  return Array.from({ length: Math.floor(lengthMs / everyMs) }, (_, at) => fromMs + at * everyMs);
}

export interface Condensing {
  readonly maxKept: number;
  /** Cells of all kinds together; missing for as many as there really are. */
  readonly maxCells?: number;
  /** The number that each kind gets instead of its place in the order of first lines. */
  readonly numberOf?: (kind: number) => number;
}

/** The same lines with most of them counted instead of kept, as a window or a large file is read. */
export function condense(
  lines: readonly LogEvent[],
  { maxKept, maxCells, numberOf = (kind) => kind }: Condensing,
): readonly LogEvent[] {
  const numbers = new Map<string, number>();
  const loud = new Set<number>();
  const kinds = lines.map((line) => {
    const name = `${line.service} ${line.severity} ${mask(line.body)}`;
    const kind = numbers.get(name) ?? numberOf(numbers.size);
    numbers.set(name, kind);
    if (line.severity !== "info") loud.add(kind);
    return kind;
  });
  const condenser = createCondenser({ isLoud: (kind) => loud.has(kind) }, maxCells);
  for (const [place, line] of lines.entries()) condenser.add(kinds[place] ?? 0, nsToMs(line.atNs), { place, trace: 0 });
  return condenser.finish(maxKept).flatMap(({ place, repeats }) => {
    const line = lines[place];
    return line === undefined ? [] : [repeats === null ? line : { ...line, repeats }];
  });
}
