import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCondenser } from "./condenser.ts";

interface Line {
  readonly kind: number;
  readonly timeMs: number;
  readonly trace: number;
}

const T0 = Date.UTC(2026, 10, 21, 1, 0, 0);
const LOUD = 1;
const isLoud = (kind: number) => kind === LOUD;

function condensed(lines: readonly Line[], { maxKept = 1000, order = lines.map((_, at) => at) } = {}) {
  const condenser = createCondenser({ isLoud });
  for (const place of order) {
    const line = lines[place];
    if (line) condenser.add(line.kind, line.timeMs, { place, trace: line.trace });
  }
  return condenser.finish(maxKept);
}

const countOf = (kept: ReturnType<typeof condensed>) =>
  kept.reduce((sum, { repeats }) => sum + 1 + (repeats?.counts ?? []).reduce((a, b) => a + b, 0), 0);

const aLine = fc.record({
  kind: fc.integer({ min: 0, max: 5 }),
  timeMs: fc.integer({ min: 0, max: 4 * 3_600_000 }).map((ms) => T0 + ms),
  trace: fc.integer({ min: 0, max: 40 }),
});

describe("condensing", () => {
  test("every line is kept or counted, in whichever order the lines come", () => {
    fc.assert(
      fc.property(
        fc.array(aLine, { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 60 }),
        (lines, maxKept) => {
          const forwards = condensed(lines, { maxKept });
          const order = lines.map((_, at) => at).toSorted((a, b) => ((a * 7919) % 401) - ((b * 7919) % 401));

          expect(countOf(forwards)).toBe(lines.length);
          const sorted = (kept: typeof forwards) => kept.toSorted((a, b) => a.place - b.place);
          expect(sorted(condensed(lines, { maxKept, order }))).toEqual(sorted(forwards));
        },
      ),
      { seed: 5 },
    );
  });

  test("lines counted in parts and put together give what one count of all of them gives", () => {
    fc.assert(
      fc.property(
        fc.array(aLine, { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 60 }),
        (lines, maxKept) => {
          const all = createCondenser({ isLoud: (kind) => isLoud(5 - kind) });
          for (const part of [2, 0, 1]) {
            const condenser = createCondenser({ isLoud });
            for (const [place, line] of lines.entries())
              if (place % 3 === part) condenser.add(line.kind, line.timeMs, { place, trace: line.trace });
            all.merge(structuredClone(condenser.state()), (kind) => 5 - kind);
          }

          const byPlace = (kept: ReturnType<typeof condensed>) => kept.toSorted((a, b) => a.place - b.place);
          expect(byPlace(all.finish(maxKept))).toEqual(byPlace(condensed(lines, { maxKept })));
        },
      ),
      { seed: 5 },
    );
  });

  test("repeats follow the kept line, second by second", () => {
    const lines = Array.from({ length: 9_000 }, (_, at) => ({ kind: 0, timeMs: T0 + at * 10, trace: 0 }));

    const kept = condensed(lines, { maxKept: 4 });

    for (const { place, repeats } of kept) {
      expect(repeats?.seconds ?? []).toEqual([...(repeats?.seconds ?? [])].toSorted((a, b) => a - b));
      expect(repeats?.seconds[0] ?? Infinity).toBeGreaterThanOrEqual(Math.floor((lines[place]?.timeMs ?? 0) / 1000));
    }
    expect(countOf(kept)).toBe(9_000);
  });

  test("among a million lines of noise, every line of a rare kind is kept", () => {
    const noise = Array.from({ length: 200_000 }, (_, at) => ({ kind: 0, timeMs: T0 + at * 20, trace: 0 }));
    const rare = [3, 50, 51, 900].map((second) => ({ kind: 2, timeMs: T0 + second * 1000, trace: 0 }));

    const kept = condensed([...noise, ...rare], { maxKept: 100 });

    expect(kept.filter(({ place }) => place >= noise.length).map(({ repeats }) => repeats)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(kept.length).toBeLessThanOrEqual(100);
  });

  test("a kind that comes back after a silence, and one that comes faster than ever, keep the line that begins it", () => {
    const steady = Array.from({ length: 600 }, (_, at) => ({ kind: 0, timeMs: T0 + at * 2000, trace: 0 }));
    const again = { kind: 0, timeMs: T0 + 1_300_000, trace: 0 };
    const burst = Array.from({ length: 500 }, (_, at) => ({ kind: 0, timeMs: T0 + 1_400_000 + at * 20, trace: 0 }));

    const places = condensed([...steady, again, ...burst], { maxKept: 40 }).map(({ place }) => place);

    expect(places).toContain(600);
    expect(places).toContain(601);
  });

  test("a sampled request is kept whole", () => {
    const lines = Array.from({ length: 30_000 }, (_, at) => ({
      kind: at % 3,
      timeMs: T0 + at * 100,
      trace: Math.imul(Math.floor(at / 3) + 1, 0x9e3779b1) >>> 0,
    }));

    const kept = new Set(condensed(lines, { maxKept: 2000 }).map(({ place }) => place));

    const whole = Array.from({ length: 10_000 }, (_, request) =>
      [0, 1, 2].every((at) => kept.has(request * 3 + at)),
    ).filter(Boolean);
    expect(whole.length).toBeGreaterThan(60);
  });

  test("a kind that never stops costs no more cells than one that lasts four and a half hours", () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => ({ kind: LOUD, timeMs: T0 + at * 1000, trace: 0 }));

    const kept = condensed(lines, { maxKept: 50 });

    const cells = kept.reduce((sum, { repeats }) => sum + (repeats?.seconds.length ?? 0), 0);
    expect(cells).toBeLessThanOrEqual(2 ** 14);
    expect(countOf(kept)).toBe(100_000);
  });

  test("where cells are short, no line is counted before it was written, and how late it may be is said", () => {
    fc.assert(
      fc.property(fc.array(aLine, { minLength: 50, maxLength: 400 }), (lines) => {
        const condenser = createCondenser({ isLoud }, 40);
        for (const [place, { kind, timeMs }] of lines.entries()) condenser.add(kind, timeMs, { place, trace: 0 });
        const counted = condenser.finish(20).flatMap(({ place, repeats }) => {
          const second = Math.floor((lines[place]?.timeMs ?? 0) / 1000);
          return [
            { second, count: 1, within: 0 },
            ...(repeats?.seconds ?? []).map((at, index) => ({
              second: at,
              count: repeats?.counts[index] ?? 0,
              within: repeats?.withinSeconds ?? 0,
            })),
          ];
        });
        const until = (second: number, slack: (within: number) => number) =>
          counted.reduce((sum, each) => (each.second - slack(each.within) <= second ? sum + each.count : sum), 0);
        for (const { timeMs } of lines) {
          const second = Math.floor(timeMs / 1000);
          const written = lines.filter((line) => Math.floor(line.timeMs / 1000) <= second).length;
          expect(until(second, () => 0)).toBeLessThanOrEqual(written);
          expect(until(second, (within) => within)).toBeGreaterThanOrEqual(written);
        }
      }),
      { seed: 5, numRuns: 25 },
    );
  });
});
