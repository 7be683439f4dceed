import fc from "fast-check";
import { expect, test } from "vitest";
import { beyondShare, type TenantFile } from "./fair-share.ts";

const files = fc.array(
  fc.record({
    tenant: fc.constantFrom("shop-a", "shop-b", "shop-c", "shop-d"),
    bytes: fc.integer({ min: 0, max: 100 }),
    mayGo: fc.boolean(),
  }),
  { maxLength: 60 },
);

const sum = (some: readonly TenantFile[]) => some.reduce((total, { bytes }) => total + bytes, 0);

test("a tenant within its equal share loses nothing, and what is left fits unless nothing more may go", () => {
  fc.assert(
    fc.property(files, fc.integer({ min: 1, max: 3000 }), (all, maxBytes) => {
      const gone = beyondShare(all, maxBytes);

      const left = all.filter((file) => !gone.includes(file));
      const byTenant = Map.groupBy(all, ({ tenant }) => tenant);
      const share = maxBytes / byTenant.size;
      const losses = [...byTenant].map(([tenant, own]) => ({
        own,
        lost: gone.filter((file) => file.tenant === tenant),
      }));
      const within = losses.filter(({ own }) => sum(own) <= share);
      expect(within.flatMap(({ lost }) => lost)).toEqual([]);
      // The oldest of each, and none of those that are written to.
      const oldest = losses.map(({ own, lost }) => own.filter(({ mayGo }) => mayGo).slice(0, lost.length));
      expect(losses.map(({ lost }) => lost)).toEqual(oldest);
      const beyond = [...Map.groupBy(left, ({ tenant }) => tenant).values()].filter((own) => sum(own) > share);
      expect(sum(left) <= maxBytes || beyond.flat().every(({ mayGo }) => !mayGo)).toBe(true);
      expect(sum(all) > maxBytes || gone.length === 0).toBe(true);
    }),
    { seed: 13 },
  );
});
