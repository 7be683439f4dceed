import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { anAlert, anAnalysis, TEN_O_CLOCK } from "../../test/support/builders.ts";
import { InMemoryAnalyses, ManualClock, RecordingLogger, RequestedJobs } from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import type { Alert, AlertStatus } from "../core/alert.ts";
import { DEFAULT_CORRELATION_POLICY } from "../core/correlation/correlate.ts";
import { alertFingerprint, DEFAULT_TENANT, epochMs, incidentId } from "../core/ids.ts";
import { type Safe, safe } from "../core/safe.ts";
import { ingestAlert } from "./ingest-alert.ts";

function setUp() {
  const jobs = new RequestedJobs();
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(jobs, clock);
  const deps = {
    clock,
    logger: new RecordingLogger(),
    incidents,
    analyses: new InMemoryAnalyses(),
    policy: DEFAULT_CORRELATION_POLICY,
    publishingSurfaces: () => ["slack", "pagerduty"],
  };
  const list = () => incidents.list(DEFAULT_TENANT, { limit: 50 });
  return { deps, jobs, incidents, clock, list, ingest: (alert: Alert) => ingestAlert(deps, DEFAULT_TENANT, alert) };
}

const event = (status: AlertStatus, minutes: number, overrides: Partial<Alert> = {}): Alert =>
  anAlert({
    status,
    eventId: `${status}-${minutes}`,
    occurredAtMs: epochMs(TEN_O_CLOCK + minutes * 60_000),
    ...overrides,
  });

test("the first alert opens an incident that is looked into and shown at once", async () => {
  const { ingest, jobs } = setUp();

  expect(await ingest(anAlert())).toEqual({ kind: "opened", incidentId: "inc-1" });
  expect(jobs.all).toEqual([
    { name: "incident.investigate", payload: { incidentId: "inc-1", revision: 1 } },
    { name: "surface.publish", payload: { incidentId: "inc-1", surface: "slack" } },
    { name: "surface.publish", payload: { incidentId: "inc-1", surface: "pagerduty" } },
  ]);
});

test("the same event again changes nothing and causes no work", async () => {
  const { ingest, jobs } = setUp();
  await ingest(anAlert());

  expect(await ingest(anAlert())).toEqual({ kind: "repeated", incidentId: "inc-1" });
  expect(jobs.all).toHaveLength(3);
});

test("an acknowledgement is shown before the new look ends", async () => {
  const { ingest, jobs, list } = setUp();
  await ingest(anAlert());
  await ingest(anAlert({ eventId: "second", fingerprint: alertFingerprint("Q2") }));
  jobs.all.length = 0;

  await ingest(event("acknowledged", 1, { by: safe`Ada` }));

  expect(jobs.names()).toEqual(["incident.investigate", "surface.publish", "surface.publish"]);
  expect(await list()).toMatchObject([{ status: "acknowledged", acknowledgedBy: "Ada", revision: 3 }]);
});

test("one more alert of a shown incident is looked into and drawn with its answer, not before", async () => {
  const { ingest, jobs } = setUp();
  await ingest(anAlert());
  jobs.all.length = 0;

  await ingest(anAlert({ eventId: "second", fingerprint: alertFingerprint("Q2") }));

  expect(jobs.names()).toEqual(["incident.investigate"]);
});

test("a resolution that overtakes its alert causes no work until the alert comes", async () => {
  const { ingest, jobs, list } = setUp();

  await ingest(event("resolved", 5));
  expect(jobs.all).toEqual([]);

  await ingest(event("firing", 0));
  expect(jobs.names()).toContain("incident.investigate");
  expect(await list()).toMatchObject([{ status: "resolved", revision: 2 }]);
});

test("an alert that fires again takes its incident up again", async () => {
  const { ingest, list } = setUp();
  for (const one of [event("firing", 0), event("resolved", 5), event("firing", 9)]) await ingest(one);

  expect(await list()).toMatchObject([{ status: "triggered", reopened: true }]);
});

test("a caller of the broken service joins its incident once calls are known from an earlier answer", async () => {
  const { ingest, deps } = setUp();
  await ingest(anAlert());
  const graph = [{ caller: safe`gateway`, callee: safe`orders`, count: 3, from: "trace" }] as const;
  const answer = { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), revision: 1, atMs: TEN_O_CLOCK };
  await deps.analyses.save({ ...answer, analysis: anAnalysis({ graph }) }, []);
  const gateway = { fingerprint: alertFingerprint("G"), groupKey: "G", service: safe`gateway`, eventId: "g" };

  expect(await ingest(anAlert(gateway))).toEqual({ kind: "attached", incidentId: "inc-1" });
});

test("whoever loses the race to open an incident reads again and joins it", async () => {
  const { ingest, incidents, list } = setUp();
  const findOpen = incidents.findOpen.bind(incidents);
  await ingest(anAlert());
  let reads = 0;
  incidents.findOpen = (tenant) => (reads++ === 0 ? Promise.resolve([]) : findOpen(tenant));

  expect(await ingest(event("firing", 1))).toEqual({ kind: "attached", incidentId: "inc-1" });
  expect(await list()).toHaveLength(1);
});

test("a race that is lost three times is left to a later run", async () => {
  const { ingest, incidents } = setUp();
  let tries = 0;
  incidents.apply = () => {
    tries++;
    return Promise.resolve({ status: "conflict" });
  };

  await expect(ingest(anAlert())).rejects.toMatchObject({ retryable: true });
  expect(tries).toBe(3);
});

async function finalState(events: readonly Alert[]) {
  const { ingest, list } = setUp();
  for (const one of events) await ingest(one);
  return list();
}

test("the events of one alert, each many times and in any order, are one incident in one final state", async () => {
  const story = [
    event("firing", 0),
    event("acknowledged", 3, { by: safe`Ada` }),
    event("firing", 33, { eventId: "unacknowledged" }),
    event("acknowledged", 40, { by: safe`Bo` }),
    event("resolved", 55, { by: safe`Bo` }),
  ];
  const expected = await finalState(story);
  const copies = story.flatMap((one) => Array.from({ length: 20 }, () => one));

  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(copies, { minLength: copies.length }), async (deliveries) => {
      expect(await finalState(deliveries)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
  expect(expected).toMatchObject([{ status: "resolved", acknowledgedBy: "Bo", alertCount: 1, reopened: false }]);
});

test("an alert of another service waits while the first look beside it may still tell that the two call each other", async () => {
  const { deps, ingest, clock } = setUp();
  await ingest(anAlert());
  const other = anAlert({ eventId: "o", fingerprint: alertFingerprint("QO"), groupKey: "other", service: safe`till` });
  const ingestWaiting = () => ingestAlert({ ...deps, mayWait: true }, DEFAULT_TENANT, other);

  expect(await ingestWaiting()).toEqual({ kind: "waits" });
  const answer = { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), revision: 1, atMs: TEN_O_CLOCK };
  await deps.analyses.save({ ...answer, analysis: anAnalysis() }, []);

  // Its neighbours join now, and it may be a neighbour of one of them.
  expect(await ingestWaiting()).toEqual({ kind: "waits" });
  clock.advance(5000);
  expect(await ingestWaiting()).toMatchObject({ kind: "opened" });
});

test("an alert that waits reads no answers of other cases again and again", async () => {
  const { deps, ingest, clock } = setUp();
  await ingest(anAlert());
  const dayBefore = epochMs(TEN_O_CLOCK - 24 * 60 * 60_000);
  const old = { startedAtMs: dayBefore, occurredAtMs: dayBefore, fingerprint: alertFingerprint("old") };
  const past = anAlert({ eventId: "old", groupKey: "old", service: safe`archive`, ...old });
  expect(await ingest(past)).toMatchObject({ kind: "opened" });
  const other = anAlert({ eventId: "o", fingerprint: alertFingerprint("QO"), groupKey: "other", service: safe`till` });
  const asked = [vi.spyOn(deps.analyses, "answeredAt"), vi.spyOn(deps.analyses, "calls")] as const;
  const whole = vi.spyOn(deps.analyses, "latest");
  const wait = (hasWaited: boolean) => ingestAlert({ ...deps, mayWait: true, hasWaited }, DEFAULT_TENANT, other);

  expect(await wait(false)).toEqual({ kind: "waits" });
  expect(asked.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  clock.advance(1000);
  expect(await wait(true)).toEqual({ kind: "waits" });

  expect(asked.map(({ mock }) => mock.calls.length)).toEqual([2, 1]);
  expect(whole).not.toHaveBeenCalled();
});

test("an alert of a service that a fresh answer knows elsewhere does not wait; one of a service that it may lead to does", async () => {
  const { deps, ingest } = setUp();
  await ingest(anAlert());
  const answer = { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), revision: 1, atMs: TEN_O_CLOCK };
  const calls = [
    [safe`orders`, safe`cart`],
    [safe`cart`, safe`stock`],
    [safe`mail`, safe`queue`],
  ] as const;
  const graph = calls.map(([caller, callee]) => ({ caller, callee, count: 1, from: "trace" as const }));
  await deps.analyses.save({ ...answer, analysis: anAnalysis({ graph }) }, []);
  const kindOf = async (service: Safe) => {
    const alert = anAlert({ eventId: service, fingerprint: alertFingerprint(service), groupKey: service, service });
    return (await ingestAlert({ ...deps, mayWait: true }, DEFAULT_TENANT, alert)).kind;
  };

  expect(await kindOf(safe`stock`)).toBe("waits");
  expect(await kindOf(safe`mail`)).toBe("opened");
});

test("an alert that matches an open incident, or is long after it, never waits", async () => {
  const { deps, ingest } = setUp();
  await ingest(anAlert());
  const late = anAlert({
    eventId: "late",
    fingerprint: alertFingerprint("QL"),
    groupKey: "late",
    service: safe`till`,
    startedAtMs: epochMs(TEN_O_CLOCK + 60 * 60_000),
  });
  const kindOf = async (alert: Alert) => (await ingestAlert({ ...deps, mayWait: true }, DEFAULT_TENANT, alert)).kind;

  expect(await kindOf(anAlert({ eventId: "again", fingerprint: alertFingerprint("QA") }))).toBe("attached");
  expect(await kindOf(late)).toBe("opened");
});
