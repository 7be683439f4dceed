import { expect, test } from "vitest";
import { anIncident, at, text } from "../../../test/support/sample-incident.ts";
import { newsOf } from "./news.ts";

const change = { label: "Weakened", text: text("0.86 → 0.41") } as const;
const incident = anIncident({ reopened: true });

test("the latest of resolving, reopening and a changed answer is the news", () => {
  const reopenedAtMs = at("02:10:00");
  const over = anIncident({ status: "resolved", resolvedAtMs: at("02:07:20") });

  expect(newsOf({ incident: anIncident(), reopenedAtMs: null, change, changedAtMs: at("01:50:00") })).toBe(change);
  expect(newsOf({ incident: over, reopenedAtMs: null, change, changedAtMs: at("02:00:00") })).toEqual({
    label: "Resolved",
    text: "at 02:07:20Z, it lasted 20 min. The card has the result.",
  });
  expect(newsOf({ incident, reopenedAtMs, change, changedAtMs: at("02:00:00") })).toEqual({
    label: "Reopened",
    text: "it fired again at 02:10:00Z, it had been resolved.",
  });
  expect(newsOf({ incident, reopenedAtMs, change, changedAtMs: at("02:11:00") })).toBe(change);
  expect(newsOf({ incident, reopenedAtMs, change: null, changedAtMs: at("02:11:00") })).toBeNull();
  expect(newsOf({ incident: anIncident(), reopenedAtMs: null, change: null, changedAtMs: null })).toBeNull();
});
