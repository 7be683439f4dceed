import { describe, expect, test } from "vitest";
import {
  aView,
  investigatingView,
  noCauseView,
  passed,
  resolvedView,
} from "../../../test/support/fake-slack/sample-answers.ts";
import { correctedView, longView, reopenedView } from "../../../test/support/fake-slack/sample-views.ts";
import { epochMs } from "../ids.ts";
import { safe } from "../safe.ts";
import { CATCH_UP_LINES, type CatchUpInput, catchUp } from "./catch-up.ts";
import type { IncidentView } from "./view.ts";

const minutesLater = (view: IncidentView, minutes: number) => epochMs(view.startedAtMs + minutes * 60_000);

function told(view: IncidentView, more: Partial<CatchUpInput> = {}): readonly string[] {
  const lines = catchUp({ view, notes: [], changeOfMind: null, nowMs: minutesLater(view, 23), ...more });
  return lines.map(({ label, text }) => `${label}: ${text}`);
}

const note = (view: IncidentView, minutes: number, text: string) => ({
  who: safe`Ada`,
  atMs: minutesLater(view, minutes),
  text: passed(text),
});

describe("somebody who comes late", () => {
  test.for([
    ["running", aView()],
    ["corrected by people", correctedView()],
    ["long", longView("several-candidates")],
    ["just begun", investigatingView()],
    ["without a cause", noCauseView()],
    ["resolved", resolvedView()],
    ["reopened", reopenedView()],
  ] as const)("of an incident that is %s reads at most ten lines, each short enough for a phone", ([, view]) => {
    const notes = Array.from({ length: 30 }, (_, index) => note(view, index, `tried ${"x".repeat(500)}`));
    const lines = catchUp({
      view,
      notes,
      changeOfMind: { label: "Weakened", text: passed("y".repeat(900)) },
      nowMs: minutesLater(view, 90),
    });

    expect(lines.length).toBeLessThanOrEqual(CATCH_UP_LINES);
    for (const { label, text } of lines) expect(label.length + text.length).toBeLessThanOrEqual(340);
  });

  test("learns where it stands and for how long, the leading cause with its confidence, and who has it", () => {
    const lines = told(aView({ acknowledgedBy: safe`Bo` }));

    expect(lines[0]).toMatch(/^INC-2041: P1 checkout-api: 5xx rate above 5% · likely cause found, for 23 min$/u);
    expect(lines).toContainEqual(expect.stringMatching(/^Likely cause, high confidence \(0\.81\): Deploy v412/u));
    expect(lines).toContain("Who has it: Bo");
  });

  test("sees what changed the mind last, what was tried, what is open, and the latest news", () => {
    const view = correctedView();
    const lines = told(view, {
      notes: [1, 2, 3, 4, 5].map((minutes) => note(view, minutes - 60, `step ${minutes}.`)),
      changeOfMind: { label: "Weakened", text: safe`weakened 0.86 → 0.41: errors continued` },
    });
    const line = (label: string) => lines.find((text) => text.startsWith(`${label}:`));

    expect(line("Last change of mind")).toContain("0.86 → 0.41");
    expect(line("Tried")).toMatch(/ \(and \d+ earlier\)$/u);
    expect(line("Latest update")).toContain("rollback runs, errors are falling");
    expect(line("Open questions")).toMatch(/errors should stop within 2 min of a rollback; not checked: /u);
  });

  test("is not left to read anything into silence", () => {
    const view = investigatingView();
    const lines = told({ ...view, acknowledgedBy: null });

    expect(lines).toContain("Impact: not known; no record read so far counts it");
    expect(lines).toContain("Who has it: nobody acknowledged it yet");
    expect(lines).toContain("Tried: nothing is noted so far");
  });

  test("reads of a resolved one how long it took, and nothing to do any more", () => {
    const lines = told(resolvedView());

    expect(lines[0]).toContain("resolved, after 24 min");
    expect(lines.some((line) => line.startsWith("Next step"))).toBe(false);
  });

  test("gets updates, links and edits of rows in their own place only, not as something tried", () => {
    const tried = told(correctedView()).find((line) => line.startsWith("Tried"));

    expect(tried).not.toContain("update:");
    expect(tried).not.toContain("attached");
    expect(tried).not.toMatch(/moved|reworded|irrelevant/u);
  });
});
