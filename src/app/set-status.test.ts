import { expect, test } from "vitest";
import { anActor, anAlert } from "../../test/support/builders.ts";
import { InMemoryAnalyses, ManualClock, RecordingLogger, RequestedJobs } from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { DEFAULT_CORRELATION_POLICY } from "../core/correlation/correlate.ts";
import { alertFingerprint, DEFAULT_TENANT, incidentId } from "../core/ids.ts";
import { safe } from "../core/safe.ts";
import type { SenderOutcome } from "./ports.ts";
import { setStatus } from "./set-status.ts";

const INC = incidentId("inc-1");
const ada = anActor({ email: "ada@shop.example" });
const done: SenderOutcome = { status: "done" };

/** An incident that came from these incidents of the sender, which answers each as given. */
async function setUp(answers: Readonly<Record<string, SenderOutcome>>) {
  const jobs = new RequestedJobs();
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(jobs, clock);
  const tried: string[] = [];
  const sender = {
    source: "pagerduty",
    setStatus: (externalId: string) => {
      tried.push(externalId);
      return Promise.resolve(answers[externalId] ?? done);
    },
  };
  for (const [index, externalId] of Object.keys(answers).entries()) {
    const alert = anAlert({ externalId, eventId: `e${index}`, fingerprint: alertFingerprint(externalId) });
    const decision =
      index === 0
        ? ({ kind: "open", reason: "no-open-incident-matches" } as const)
        : ({ kind: "attach", incidentId: INC, reason: "same-service" } as const);
    await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert }, () => []);
  }
  const deps = {
    clock,
    logger: new RecordingLogger(),
    incidents,
    analyses: new InMemoryAnalyses(jobs),
    policy: DEFAULT_CORRELATION_POLICY,
    publishingSurfaces: () => [],
    senders: [sender],
  };
  return { tried, resolve: () => setStatus(deps, ada, { incidentId: INC, status: "resolved" }) };
}

test("every incident that it came from is tried, also after a refusal, and the person learns for how many it is done", async () => {
  const refused: SenderOutcome = { status: "refused", because: safe`The key is read-only.` };
  const { tried, resolve } = await setUp({ Q1: refused, Q2: done, Q3: refused });

  expect(await resolve()).toEqual({ kind: "refused", because: "Done for 1 of 3 incidents. The key is read-only." });
  expect(tried).toEqual(["Q1", "Q2", "Q3"]);
});

test("a remark reaches the person once, however many incidents it holds for", async () => {
  const remarked: SenderOutcome = { status: "done", remark: safe`It was resolved in PagerDuty already.` };

  expect(await (await setUp({ Q1: remarked, Q2: remarked })).resolve()).toEqual({
    kind: "done",
    remark: "It was resolved in PagerDuty already.",
  });
  expect(await (await setUp({ Q1: done, Q2: done })).resolve()).toEqual({ kind: "done" });
});

test("of a storm's incidents twenty are changed at once, and the rest is said", async () => {
  const { tried, resolve } = await setUp(Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`Q${n}`, done])));

  expect(await resolve()).toEqual({
    kind: "refused",
    because:
      "Done for 20 of 25 incidents. 5 were not tried, because only 20 are changed at once. Please change them there.",
  });
  expect(tried).toHaveLength(20);
});
