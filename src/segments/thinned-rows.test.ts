import fc from "fast-check";
import { expect, test } from "vitest";
import { ThinnedRows } from "./thinned-rows.ts";

const rowsOf = (limit: number, rows: readonly (readonly [group: number, place: number])[]) => {
  const thinned = new ThinnedRows(limit);
  for (const [group, place] of rows) thinned.add(group, place);
  return thinned;
};

test("what is kept does not depend on the order in which rows come", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 50 }), { maxLength: 300 }),
      fc.integer({ min: 1, max: 60 }),
      (places, limit) => {
        const rows = places.map((place) => [place % 17, place] as const);

        const there = rowsOf(limit, rows).places.toSorted((left, right) => left - right);
        const back = rowsOf(limit, rows.toReversed()).places.toSorted((left, right) => left - right);

        expect(back).toEqual(there);
        expect(there.length).toBeLessThanOrEqual(limit);
      },
    ),
    { seed: 5 },
  );
});

test("everything is kept up to the limit, and a group too large for it is kept in part", () => {
  const one = Array.from({ length: 1000 }, (_, place) => [7, place] as const);

  expect(rowsOf(1000, one).places).toHaveLength(1000);
  expect(rowsOf(400, one).places).toHaveLength(400);
  expect(rowsOf(400, one).rows).toBe(1000);
});

test("groups are kept whole where that is possible", () => {
  const rows = Array.from({ length: 1000 }, (_, place) => [Math.floor(place / 10), place] as const);

  const { places } = rowsOf(255, rows);

  const sizes = Map.groupBy(places, (place) => Math.floor(place / 10));
  expect(new Set([...sizes.values()].map((group) => group.length))).toEqual(new Set([10]));
  expect(places).toHaveLength(250);
});
