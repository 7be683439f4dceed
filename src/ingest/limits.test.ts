import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBodyPool } from "./body-pool.ts";
import { createInFlight } from "./in-flight.ts";
import { createLineRanges } from "./line-ranges.ts";

const linesIn = (text: string) => text.split("\n").filter((line) => line.trim() !== "").length;

describe("ranges of lines", () => {
  const line = fc.constantFrom("{}", "", " ", "\r", '{"a":1}', "x".repeat(9_000));

  test("cover the body without a gap, cut between lines, and never give more lines than allowed", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (lines, maxLines) => {
        const text = lines.join("\n");
        const bytes = Buffer.from(text);
        const ranges = createLineRanges(bytes, maxLines);
        let taken = "";
        for (let range = ranges.next(); range !== null; range = ranges.next()) {
          expect(range.from).toBe(taken.length);
          const part = text.slice(range.from, range.to);
          taken += part;
          ranges.took(linesIn(part));
        }

        expect(linesIn(taken)).toBe(Math.min(maxLines, linesIn(text)));
        expect(ranges.left()).toBe(linesIn(text) - linesIn(taken));
        expect(taken === text || taken.endsWith("\n") || taken === "").toBe(true);
      }),
      { seed: 5, numRuns: 400 },
    );
  });
});

describe("bytes in flight", () => {
  test("never exceed the budget, and all of them come back", () => {
    const flight = createInFlight(100);
    const first = flight.reserve(60);
    const second = flight.reserve(30);

    expect(flight.reserve(11)).toBe(null);
    expect(first?.resize(71)).toBe(false);
    expect(first?.resize(70)).toBe(true);
    expect(flight.bytes).toBe(100);
    first?.release();
    first?.release();
    second?.release();
    expect(flight.bytes).toBe(0);
  });
});

describe("memory for bodies", () => {
  test("is used again, and kept only up to the limit", () => {
    const pool = createBodyPool(128 * 1024);
    const [one, two, three] = [pool.take(1_000), pool.take(65_536), pool.take(70_000)];
    for (const bytes of [one, two, three]) pool.give(bytes);

    expect([one, two, three].map(({ length }) => length)).toEqual([65_536, 65_536, 131_072]);
    const again = [pool.take(5), pool.take(5), pool.take(5), pool.take(70_000)];
    expect(again.slice(0, 2).every((bytes) => bytes === one || bytes === two)).toBe(true);
    expect(again.slice(2).some((bytes) => bytes === one || bytes === two || bytes === three)).toBe(false);
  });

  test("larger bodies than usual get memory of their own", () => {
    const pool = createBodyPool(64 * 1024 * 1024);
    const large = pool.take(5_000_000);
    pool.give(large);

    expect(large.length).toBe(5_000_000);
    expect(pool.take(5_000_000) === large).toBe(false);
  });
});
