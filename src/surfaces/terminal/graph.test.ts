import { describe, expect, test } from "vitest";
import type { KnownEdge } from "../../core/graph/known-edge.ts";
import { type Neighbourhood, neighbourhood } from "../../core/graph/neighbourhood.ts";
import { epochMs } from "../../core/ids.ts";
import { own, ownWords } from "../../core/safe.ts";
import { renderGraph, renderGraphWords } from "./graph.ts";

const name = (text: string) => ownWords(own(text));
const AT = epochMs(Date.UTC(2026, 10, 21, 1, 44));

function anEdge(caller: string, callee: string, overrides: Partial<KnownEdge> = {}): KnownEdge {
  return {
    caller: name(caller),
    callee: name(callee),
    origin: "trace",
    calls: 1204,
    failures: 0,
    firstMs: AT,
    lastMs: AT,
    ...overrides,
  };
}

const SHOP = [
  anEdge("storefront", "web"),
  anEdge("app", "web", { calls: 12 }),
  anEdge("web", "checkout", { failures: 48 }),
  anEdge("admin", "checkout", { calls: 3 }),
  anEdge("checkout", "basket", { calls: 903_122 }),
  anEdge("checkout", "payments", { calls: 412, failures: 405 }),
  anEdge("payments", "api.bank.example", { origin: "peer", failures: 1199 }),
  anEdge("payments", "ledger", { origin: "mention", calls: 9, failures: null, lastMs: null }),
];
const around = (edges: readonly KnownEdge[], depth = 3): Neighbourhood =>
  neighbourhood(edges, name("checkout"), { depth, max: 300 });
// oxlint-disable-next-line no-control-regex -- colours are escape sequences
const ESCAPE = /\u001B/u;
const columns = (line: string) => Array.from(line).reduce((sum, letter) => sum + (letter === "界" ? 2 : 1), 0);
const widest = (text: string) => Math.max(...text.split("\n").map(columns));

describe("the drawn graph", () => {
  test.each([100, 60])("has callers above and callees below, with %i columns", (width) => {
    expect(renderGraph(around(SHOP), { color: false, width })).toMatchSnapshot();
  });

  test.each([40, 50, 76, 110])("never is wider than %i columns, whatever the names are", (width) => {
    const long = [
      anEdge("a".repeat(300), "checkout", { calls: 10 ** 12, failures: 1 }),
      anEdge("checkout", "界".repeat(90)),
      anEdge("checkout", "b".repeat(90)),
    ];

    expect(widest(renderGraph(around(long), { color: false, width }))).toBeLessThanOrEqual(width);
  });

  test("is cut at forty lines a direction, with the count of the others", () => {
    const many = Array.from({ length: 300 }, (_, index) => anEdge("checkout", `s${index}`));

    const drawn = renderGraph(around(many), { color: false, width: 100 });

    expect(drawn.split("\n").length).toBeLessThan(50);
    expect(drawn).toContain("… and 260 more called services");
  });

  test("marks failing calls by a sign, and by colour only where colours are wanted", () => {
    const plain = renderGraph(around(SHOP), { color: false, width: 100 });
    const colored = renderGraph(around(SHOP), { color: true, width: 100 });

    expect(plain).toMatch(/! payments.*98 % failed/u);
    expect(plain).not.toMatch(ESCAPE);
    expect(colored).toMatch(ESCAPE);
  });

  test("prints hostile names as text", () => {
    const evil = [anEdge("\u001B[2Jgone\u202Ework", "checkout")];

    const printed = [renderGraph(around(evil), { color: false, width: 80 }), renderGraphWords(around(evil))];

    for (const text of printed) expect(text).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
  });
});

test("the words say the same: each call in one sentence with its count, failed share, last sight and witness", () => {
  expect(renderGraphWords(around(SHOP))).toMatchSnapshot();
  expect(renderGraphWords(around([anEdge("checkout", "basket")]))).toContain(
    "checkout is called by nobody, as far as it was seen.",
  );
});
