import { describe, expect, test } from "vitest";
import { own, ownWords, type Safe } from "../safe.ts";
import { type KnownEdge, mergeEdges } from "./known-edge.ts";
import { failureShare, flatten, isUnknown, limited, namesLike, neighbourhood } from "./neighbourhood.ts";

const name = (text: string): Safe => ownWords(own(text));

function anEdge(caller: string, callee: string, overrides: Partial<KnownEdge> = {}): KnownEdge {
  return {
    caller: name(caller),
    callee: name(callee),
    origin: "trace",
    calls: 10,
    failures: 0,
    firstMs: null,
    lastMs: null,
    ...overrides,
  };
}

const SHOP = [
  anEdge("storefront", "web"),
  anEdge("web", "checkout"),
  anEdge("checkout", "basket"),
  anEdge("checkout", "payments", { failures: 4 }),
  anEdge("payments", "ledger"),
  anEdge("basket", "ledger"),
  anEdge("ledger", "checkout"),
];
const names = (neighbours: Parameters<typeof flatten>[0]) =>
  flatten(neighbours).map(({ service, step }) => `${service} ${step}`);

describe("the neighbourhood of a service", () => {
  test("is both directions, as deep as asked, each service once at its nearest", () => {
    const near = neighbourhood(SHOP, name("checkout"), { depth: 1, max: 50 });
    const far = neighbourhood(SHOP, name("checkout"), { depth: 3, max: 50 });

    expect([names(near.callers), names(near.callees)]).toEqual([
      ["ledger 1", "web 1"],
      ["payments 1", "basket 1"],
    ]);
    expect([names(far.callers), names(far.callees)]).toEqual([
      ["ledger 1", "basket 2", "payments 2", "web 1", "storefront 2"],
      ["payments 1", "ledger 2", "basket 1"],
    ]);
  });

  test("puts failing calls first and ends in loops", () => {
    const loop = [anEdge("a", "b"), anEdge("b", "a"), anEdge("a", "c", { failures: 1 }), anEdge("a", "a")];

    expect(names(neighbourhood(loop, name("a"), { depth: 3, max: 50 }).callees)).toEqual(["c 1", "b 1"]);
  });

  test("says how many it leaves out, and keeps the nearest and most telling", () => {
    const many = Array.from({ length: 300 }, (_, index) => anEdge("web", `s${index}`, { calls: index }));

    const { callees, hidden } = neighbourhood([...many, anEdge("s299", "far")], name("web"), { depth: 2, max: 20 });

    expect(hidden).toEqual({ callers: 0, callees: 281 });
    expect(names(callees)).toContain("s299 1");
    expect(names(callees)).not.toContain("far 2");
  });

  test("is cut to so many a side by leaving out the furthest first, and counts them", () => {
    const cut = limited(neighbourhood(SHOP, name("checkout"), { depth: 3, max: 50 }), 3);

    expect([names(cut.callers), names(cut.callees), cut.hidden]).toEqual([
      ["ledger 1", "basket 2", "web 1"],
      ["payments 1", "ledger 2", "basket 1"],
      { callers: 2, callees: 0 },
    ]);
  });

  test("of a service that no edge names is unknown", () => {
    expect(isUnknown(neighbourhood(SHOP, name("nobody"), { depth: 3, max: 50 }))).toBe(true);
    expect(isUnknown(neighbourhood(SHOP, name("storefront"), { depth: 3, max: 50 }))).toBe(false);
  });
});

describe("names that may have been meant", () => {
  test.each([
    ["chekout", ["checkout"]],
    ["Checkout", ["checkout"]],
    ["payment", ["payments"]],
    ["store", ["storefront"]],
    ["zebra", []],
  ])("%s: %j", (asked, expected) => {
    expect(namesLike(SHOP, name(asked))).toEqual(expected);
  });
});

test("a share of failures is told only where calls were counted", () => {
  expect(failureShare(anEdge("a", "b", { calls: 8, failures: 2 }))).toBe(0.25);
  expect(failureShare(anEdge("a", "b", { origin: "mention", failures: null }))).toBeNull();
});

test("edges of several places are one: counted ones stand, times are those of all", () => {
  const counted = anEdge("a", "b", { calls: 5, failures: 1 });
  const known = anEdge("a", "b", { origin: "incident", calls: 900, failures: null });

  expect(mergeEdges([known, counted])).toEqual(mergeEdges([counted, known]));
  expect(mergeEdges([known, counted])).toMatchObject([{ origin: "trace", calls: 5, failures: 1 }]);
});
