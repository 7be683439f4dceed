import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import type { Safe } from "../safe.ts";
import { headline, mask } from "./mask.ts";
import { mineTemplates } from "./mine.ts";

const safeText = (text: string) => text as Safe;
const word = (index: number) => String.fromCharCode(97 + (index % 26)) + index.toString(36).replaceAll(/\d/gu, "z");
const mine = (lines: readonly string[]) => mineTemplates(lines.map((text) => ({ group: "g", text: safeText(text) })));

describe("masking", () => {
  test.each([
    ["took 350ms for order 8821", "took <num> for order <num>"],
    ["at 2026-01-02T03:04:05.678Z from 10.1.2.3:8080", "at <time> from <ip>"],
    ["id 6f1c1c1e-1111-4222-8333-444455556666 done", "id <uuid> done"],
    ['user "ada lovelace" not found', "user <text> not found"],
    ["object 0xdeadbeef freed", "object <hex> freed"],
    ["GET /v1/orders/77 503 12ms", "GET /v1/orders/<num> 503 <num>"],
    ["nothing varies here", "nothing varies here"],
  ])("%s becomes %s", (line, masked) => {
    expect(mask(safeText(line))).toBe(masked);
  });

  test("keeps what tells a failing answer from a good one", () => {
    expect(mask(safeText("status=502 in 3 ms"))).not.toBe(mask(safeText("status=200 in 3 ms")));
  });

  test("takes the first line of many and adds the exception type that it does not say", () => {
    expect(headline(safeText("boom\n  at a.js:1\n  at b.js:2"), safeText("TypeError"))).toBe("boom [TypeError]");
  });
});

describe("mining", () => {
  test("lines that differ in one word of many are one template", () => {
    const templates = mine(["could not load basket for ada", "could not load basket for grace"]);

    expect(templates.map(({ text }) => text)).toEqual(["could not load basket for <*>"]);
    expect(templates[0]?.lines).toEqual([0, 1]);
  });

  test("lines of different groups never meet", () => {
    const line = safeText("same words");

    expect(
      mineTemplates([
        { group: "a", text: line },
        { group: "b", text: line },
      ]),
    ).toHaveLength(2);
  });

  test("each line is in exactly one template", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 200 }), (lines) => {
        const found = mine(lines).flatMap((template) => template.lines);

        expect(found.toSorted((a, b) => a - b)).toEqual(lines.map((_, index) => index));
      }),
      { seed: 5 },
    );
  });

  test("lines made to be all different cost neither time nor an endless list", () => {
    const lines = Array.from({ length: 20_000 }, (_, index) =>
      Array.from({ length: 6 }, (_unused, at) => word(index * 7 + at * 131)).join(" "),
    );
    expect(cpuMs(() => mine(lines))).toBeLessThan(3000);
    expect(mine(lines).length).toBeLessThanOrEqual(501);
  });
});
