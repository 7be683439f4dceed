import { describe, expect, test } from "vitest";
import { anAnalysis, anIncident, text } from "../../../test/support/sample-incident.ts";
import type { GraphEdge } from "../../core/analysis.ts";
import { fitted } from "./graph-label.ts";
import { sceneOf } from "./graph-scene.ts";
import { graphSection } from "./part-graph.ts";

const edge = (caller: string, callee: string, count = 5): GraphEdge => ({
  caller: text(caller),
  callee: text(callee),
  count,
  from: "trace",
});
const answer = (graph: readonly GraphEdge[], incident = anIncident()) => ({
  incident,
  analysis: anAnalysis({ graph }),
});
const drawn = (graph: readonly GraphEdge[]) => graphSection(answer(graph))?.toString() ?? "";
const SMALL = [edge("gateway", "checkout", 97), edge("checkout", "payments"), edge("payments", "search")];

describe("the drawn graph of an incident", () => {
  test("has callers before the alerted service, whom it calls after it, and says what stands out", () => {
    const scene = sceneOf(answer(SMALL));

    expect(scene?.nodes.map(({ service, step, marks }) => [service, step, marks])).toEqual([
      ["checkout", 0, { isAlerted: true, suspect: 1, hasErrors: true }],
      ["gateway", -1, { isAlerted: false, suspect: null, hasErrors: true }],
      ["payments", 1, { isAlerted: false, suspect: null, hasErrors: false }],
      ["search", 2, { isAlerted: false, suspect: 2, hasErrors: false }],
    ]);
    expect(scene?.calls.filter(({ isFailing }) => isFailing)).toEqual([
      { caller: "gateway", callee: "checkout", isFailing: true },
    ]);
  });

  test("draws at most 25 services, both sides and every suspect among them, and says how many more there are", () => {
    const many = [
      ...Array.from({ length: 30 }, (_, index) => edge(`caller-${index}`, "checkout", 900)),
      ...Array.from({ length: 30 }, (_, index) => edge("checkout", `callee-${index}`)),
      edge("callee-29", "search", 1),
    ];
    const nodes = sceneOf(answer(many))?.nodes ?? [];

    expect(nodes.length).toBe(25);
    expect(nodes.filter(({ step }) => step < 0).length).toBeGreaterThan(8);
    expect(nodes.filter(({ step }) => step > 0).length).toBeGreaterThan(8);
    expect(nodes.map(({ service }) => service)).toEqual(expect.arrayContaining(["callee-29", "search"]));
    expect(drawn(many)).toContain("And 37 more services are not drawn.");
  });

  test("names a suspect that no call connects with the alerted service instead of leaving it out silently", () => {
    expect(drawn([edge("gateway", "checkout")])).toContain("Suspect 2, <b>search</b>, is not drawn");
  });

  test("draws who stands on both sides once, with both calls", () => {
    const scene = sceneOf(answer([edge("checkout", "payments"), edge("payments", "checkout")]));

    expect(scene?.nodes.map(({ service }) => service)).toEqual(["checkout", "payments"]);
    expect(scene?.calls.length).toBe(2);
  });

  test("is drawn around the first suspect when no service is known to have alerted", () => {
    const unknown = anIncident({ service: null, services: [] });

    expect(sceneOf(answer(SMALL, unknown))?.centre).toBe("checkout");
    expect(sceneOf(answer([edge("a", "b"), edge("b", "c")], unknown))?.centre).toBe("b");
  });

  test("tells the same in words, in both directions, and its drawings have a text of their own", () => {
    const page = drawn(SMALL);

    expect(page).toMatch(/Who calls checkout<\/h3>.*<b>gateway<\/b> calls <b>checkout<\/b>.*errors at both ends/su);
    expect(page).toMatch(/Whom checkout calls<\/h3>.*<b>checkout<\/b> calls <b>payments<\/b>/su);
    expect(page).toMatch(/Other calls<\/h3>.*<b>payments<\/b> calls <b>search<\/b>/su);
    expect(page.match(/role="img" aria-label="Calls around checkout: 1 callers? /gu)?.length).toBe(2);
  });

  test("has no style of its own, which the page's policy would block, and shows hostile names as text", () => {
    const page = drawn([edge('"><script>alert(1)</script>', "checkout")]);

    expect(page).not.toMatch(/style=|<style|<script/u);
  });

  test("is left out where no call between two services is known", () => {
    expect(graphSection(answer([]))).toBeNull();
    expect(graphSection(answer([edge("checkout", "checkout")]))).toBeNull();
    expect(graphSection({ incident: anIncident(), analysis: null })).toBeNull();
  });
});

test.each([
  ["checkout", 100, "checkout"],
  ["inventory-service-eu-west", 100, "invent…u-west"],
  ["界界界界界界界界", 75, "界界…界界"],
])("a name keeps its beginning and its end when it is cut: %s", (name, width, expected) => {
  expect(fitted(name, width)).toBe(expected);
});
