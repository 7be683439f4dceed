import { expect, test } from "vitest";
import { DEFAULT_TENANT, tenantId } from "../core/ids.ts";
import { createByteMiner } from "../core/log-templates/byte-miner.ts";
import { createCatalogs } from "./catalogs.ts";

test("a catalog without room for new names is replaced, for its tenant only and not at every request", () => {
  const now = { ms: 0 };
  const catalogOf = createCatalogs({ newMiner: () => createByteMiner(), nowMs: () => now.ms, newSeed: () => 11 });
  const [first, other] = [catalogOf(DEFAULT_TENANT), catalogOf(tenantId("shop-a"))];
  for (let number = 0; number < 6_000; number++) first.services.indexOf(`batch-${number}`);
  const late = first.services.indexOf("checkout");

  expect(first.services.nameOf(late)).toBe("(other)");
  expect(catalogOf(DEFAULT_TENANT)).toBe(first);
  now.ms += 10 * 60_000;
  const second = catalogOf(DEFAULT_TENANT);
  expect(second).not.toBe(first);
  expect(second.services.nameOf(second.services.indexOf("checkout"))).toBe("checkout");
  expect(catalogOf(DEFAULT_TENANT)).toBe(second);
  expect(catalogOf(tenantId("shop-a"))).toBe(other);
});
