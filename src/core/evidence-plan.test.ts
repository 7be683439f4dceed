import { expect, test } from "vitest";
import { anAnalysis, anIncident, TEN_O_CLOCK } from "../../test/support/builders.ts";
import { DEFAULT_EVIDENCE_POLICY } from "./evidence.ts";
import { nextLookAt, planEvidence } from "./evidence-plan.ts";
import { epochMs } from "./ids.ts";
import { safe } from "./safe.ts";

const at = (minutes: number) => epochMs(TEN_O_CLOCK + minutes * 60_000);
const plan = (incident: ReturnType<typeof anIncident>, nowMs: ReturnType<typeof at>) =>
  planEvidence(incident, nowMs, DEFAULT_EVIDENCE_POLICY);

test("just after the alert the window runs from half an hour before the trouble until now", () => {
  const { window, baseline } = plan(anIncident({ startedAtMs: at(-3) }), at(1));

  expect(window).toEqual({ fromMs: at(-33), toMs: at(1) });
  expect(baseline).toEqual({ fromMs: at(-153), toMs: at(-33) });
});

test("days later the window still ends ten minutes after the alert", () => {
  expect(plan(anIncident(), at(3_000)).window.toMs).toBe(at(10));
});

test("a sender whose clock runs ahead still gets a window that holds its alert", () => {
  const { window } = plan(anIncident({ startedAtMs: at(5), detectedAtMs: at(5) }), at(0));

  expect(window).toEqual({ fromMs: at(-25), toMs: at(5) });
});

test("the query names the incident, its service and the sender's incidents, and nothing else of them", () => {
  const query = plan(
    anIncident({ external: [{ source: "pagerduty", externalId: "Q1", url: safe`https://x` }] }),
    at(1),
  );

  expect(query).toMatchObject({ incidentId: "inc-1", service: "orders", tenant: "default" });
  expect(query.external).toEqual([{ source: "pagerduty", externalId: "Q1" }]);
});

const failing = anAnalysis({ chart: { ...anAnalysis().chart, errors: [0, 4, 9] } });

test("while errors go on an incident is looked at three more times, and then no more", () => {
  const looks: number[] = [];
  let nowMs = at(0);
  for (let round = 0; round < 10; round++) {
    const next = nextLookAt(anIncident(), failing, nowMs);
    if (next === null) break;
    looks.push((next - TEN_O_CLOCK) / 1_000);
    nowMs = next;
  }

  expect(looks).toEqual([75, 180, 360]);
});

test("a second look is due when a source failed or nothing likely was found", () => {
  const gap = { source: safe`logs`, status: "failed", detail: safe`no answer` } as const;

  expect(nextLookAt(anIncident(), anAnalysis({ gaps: [gap] }), at(0))).not.toBeNull();
  expect(nextLookAt(anIncident(), anAnalysis({ verdict: "no-likely-cause" }), at(0))).not.toBeNull();
});

test("nobody looks again at what is over, settled or long ago", () => {
  expect(nextLookAt(anIncident({ status: "resolved" }), failing, at(0))).toBeNull();
  expect(nextLookAt(anIncident(), anAnalysis(), at(0))).toBeNull();
  expect(nextLookAt(anIncident(), failing, at(600))).toBeNull();
});
