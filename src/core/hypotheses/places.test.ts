import { expect, test } from "vitest";
import { anIncident, at, BASELINE, WINDOW } from "../../../test/support/observations.ts";
import { requests, type ToldRequest } from "../../../test/support/requests.ts";
import { aChange, anError, seen } from "../../../test/support/timeline-records.ts";
import type { Event } from "../event.ts";
import { NO_WEIGHTS } from "../learning/weights.ts";
import { openCaseFile } from "./case-file.ts";
import { rankHypotheses } from "./rank.ts";
import { decideVerdict } from "./verdict.ts";

const BROKE = at("01:40:00");
const calm = requests({ from: BASELINE.fromMs, to: BROKE });
const early = (): Omit<ToldRequest, "atMs"> => ({ returnsEarly: true });

function solve(tell: (index: number) => Omit<ToldRequest, "atMs">, beside: readonly Event[] = []) {
  const events = [...calm, ...requests({ from: BROKE, to: WINDOW.toMs }, tell), ...beside];
  const file = openCaseFile(anIncident(), seen(events));
  const hypotheses = rankHypotheses(file, NO_WEIGHTS, []);
  const told = hypotheses.map(({ cause, parts }) => ({
    name: `${cause.service} ${cause.kind}`,
    signals: parts.map(({ signal }): string => signal),
  }));
  return { told, verdict: decideVerdict(file, hypotheses).verdict };
}

test("where requests break counts for every suspect there, a change before it included", () => {
  const { told } = solve(early, [aChange("01:35:00")]);

  expect(told.map(({ name }) => name)).toEqual(["orders change", "orders code-error"]);
  expect(told.every(({ signals }) => signals.includes("step-left-out"))).toBe(true);
});

test("a change after requests began to break gets nothing from it", () => {
  const { told } = solve(early, [aChange("01:50:00")]);

  expect(told.find(({ name }) => name === "orders change")?.signals ?? []).not.toContain("step-left-out");
});

test("where words say what broke, the place makes no second suspect", () => {
  const words = Array.from({ length: 40 }, (_, index) =>
    anError("orders", `java.lang.OutOfMemoryError: Java heap space in worker ${index}`, BROKE + index * 20_000),
  );

  const { told } = solve(early, words);

  expect(told.map(({ name }) => name)).toEqual(["orders memory"]);
  expect(told[0]?.signals).toContain("step-left-out");
});

test("words that say little join what the requests say", () => {
  const { told, verdict } = solve(() => ({ returnsEarly: true, errors: { orders: "something went wrong" } }));

  expect(told.map(({ name }) => name)).toEqual(["orders code-error"]);
  expect(verdict).toBe("likely-cause");
});

test("requests that are well again suspect nobody", () => {
  const { told, verdict } = solve((index) => (index < 12 ? early() : {}));

  expect(told).toEqual([]);
  expect(verdict).toBe("recovered");
});
