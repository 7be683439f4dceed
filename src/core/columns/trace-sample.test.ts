import fc from "fast-check";
import { expect, test } from "vitest";
import { TraceSample } from "./trace-sample.ts";

const lines = fc.array(fc.record({ trace: fc.integer({ min: 1, max: 60 }), kind: fc.nat(5), timeMs: fc.nat(9_999) }), {
  maxLength: 300,
});

function sampleOf(all: readonly { trace: number; kind: number; timeMs: number }[], room: number): TraceSample {
  const sample = new TraceSample(room);
  for (const [place, { trace, kind, timeMs }] of all.entries()) sample.add(trace, kind, { timeMs, place });
  return sample;
}

test("a sample that had little room from the beginning is the one that was cut to it in the end", () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 80 }), (all, room) => {
      expect(sampleOf(all, room).lines(room)).toEqual(sampleOf(all, 10_000).lines(room));
    }),
    { seed: 7 },
  );
});

test("samples of parts put together are the sample of all", () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 80 }), (all, room) => {
      const whole = new TraceSample(room);
      for (const part of [1, 0]) {
        const some = new TraceSample(room);
        for (const [place, { trace, kind, timeMs }] of all.entries())
          if (place % 2 === part) some.add(trace, kind, { timeMs, place });
        whole.merge(structuredClone(some.state()), (kind) => kind);
      }
      expect(whole.lines(room)).toEqual(sampleOf(all, room).lines(room));
    }),
    { seed: 7 },
  );
});
