import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createInFlight } from "../platform/bodies/in-flight.ts";
import { createBodyPool } from "./body-pool.ts";
import { createLineRanges } from "./line-ranges.ts";
import { readSent } from "./read-sent.ts";

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

describe("a body that is announced large and sent slowly", () => {
  test("holds room for what came of it only, and nothing once its sender is gone", async () => {
    const flight = createInFlight(4 * 1024 * 1024);
    const request = Object.assign(new PassThrough(), { headers: { "content-length": String(4 * 1024 * 1024) } });
    const room = flight.reserve(0);
    if (room === null) throw new Error("there is room");
    const reading = readSent(request, { room, pool: createBodyPool(0), maxBytes: 4 * 1024 * 1024 });
    request.write(Buffer.alloc(1_000));
    await setImmediate();

    expect(flight.bytes).toBe(1_000);
    request.destroy();
    expect(await reading).toEqual({ status: "gone" });
    room.release();
    expect(flight.bytes).toBe(0);
  });

  test("arrives byte for byte, whatever its size and its chunks", async () => {
    for (const size of [0, 1, 70_000, 1024 * 1024, 3_000_001]) {
      const flight = createInFlight(16 * 1024 * 1024);
      const body = Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 251));
      const request = Object.assign(new PassThrough(), { headers: { "content-length": String(size) } });
      const room = flight.reserve(0);
      if (room === null) throw new Error("there is room");
      const reading = readSent(request, { room, pool: createBodyPool(0), maxBytes: 4 * 1024 * 1024 });
      for (let from = 0; from < size; from += 65_536) request.write(Buffer.from(body.subarray(from, from + 65_536)));
      request.end();
      const sent = await reading;

      expect(sent.status === "read" && Buffer.compare(sent.bytes, body)).toBe(0);
      expect(flight.bytes).toBe(size);
    }
  });
});
