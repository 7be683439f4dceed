import { describe, expect, test } from "vitest";
import { anActor, anAlert, anAnalysis, TEN_O_CLOCK } from "../../test/support/builders.ts";
import {
  anEngine,
  anEvidencePort,
  FakeRedactor,
  InMemoryAnalyses,
  InMemoryArchive,
  InMemoryWeights,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { InMemoryCorrections } from "../../test/support/people-stores.ts";
import type { AnalysisInput } from "../core/analyze.ts";
import { DEFAULT_EVIDENCE_POLICY, type Evidence } from "../core/evidence.ts";
import { alertFingerprint, DEFAULT_TENANT, incidentId } from "../core/ids.ts";
import { safe } from "../core/safe.ts";
import { guardEvidence } from "./guard-evidence.ts";
import { investigateIncident } from "./investigate-incident.ts";
import type { EvidencePort } from "./ports.ts";

const EMPTY: Evidence = { status: "empty", searched: safe`three groups` };
const failed: Evidence = { status: "failed", reason: "timeout", detail: safe`no answer within 20 s` };

async function setUp(options: { evidence?: readonly EvidencePort[]; analysis?: ReturnType<typeof anAnalysis> } = {}) {
  const jobs = new RequestedJobs();
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(jobs, clock);
  const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
  await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert: anAlert() }, () => []);
  const asked: AnalysisInput[] = [];
  const engine = anEngine({
    analyze: (input) => {
      asked.push(input);
      return options.analysis ?? anAnalysis();
    },
  });
  const analyses = new InMemoryAnalyses(jobs);
  const archive = new InMemoryArchive();
  const deps = {
    tenant: DEFAULT_TENANT,
    clock,
    logger: new RecordingLogger(),
    redactor: new FakeRedactor(),
    engine,
    incidents,
    analyses,
    archive,
    corrections: new InMemoryCorrections(incidents),
    weights: new InMemoryWeights(),
    evidence: options.evidence ?? [anEvidencePort("logs", EMPTY)],
    evidencePolicy: DEFAULT_EVIDENCE_POLICY,
    publishingSurfaces: () => ["slack"],
  };
  const run = (revision = 1) =>
    investigateIncident(deps, { incidentId: "inc-1", revision }, { signal: new AbortController().signal });
  return { deps, run, asked, jobs, analyses, archive, incidents, clock };
}

test("the engine gets every source's answer, failures included, and the incident's own alerts and notes", async () => {
  const { run, asked, incidents } = await setUp({
    evidence: [anEvidencePort("logs", EMPTY), anEvidencePort("changes", failed)],
  });
  const note = { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), actor: anActor(), at: TEN_O_CLOCK };
  await incidents.addNote({ ...note, text: safe`I restarted it` }, () => []);

  expect((await run(2)).kind).toBe("answered");
  expect(asked[0]?.evidence.map(({ source, evidence }) => [source, evidence.status])).toEqual([
    ["alerts", "found"],
    ["people", "found"],
    ["logs", "empty"],
    ["changes", "failed"],
  ]);
  expect(
    asked[0]?.evidence.flatMap(({ evidence }) => (evidence.status === "found" ? evidence.events : [])),
  ).toMatchObject([
    { kind: "alert", status: "firing", title: "Error rate above 5 %", ref: "pagerduty/evt-1" },
    { kind: "person", who: "Ada", text: "I restarted it" },
  ]);
});

test("sources are asked at the same time, for the same window", async () => {
  const windows: string[] = [];
  const both = Promise.withResolvers<void>();
  const waiting = (name: string): EvidencePort => ({
    name,
    gather: async ({ window, baseline }) => {
      windows.push(`${window.fromMs - TEN_O_CLOCK} ${window.toMs - TEN_O_CLOCK} ${baseline.fromMs - TEN_O_CLOCK}`);
      // Each waits for the other: one after the other would never end.
      if (windows.length === 2) both.resolve();
      await both.promise;
      return EMPTY;
    },
  });
  const { run } = await setUp({ evidence: [waiting("one"), waiting("two")] });

  await run();

  expect(windows).toEqual(["-1800000 0 -9000000", "-1800000 0 -9000000"]);
});

test("an answer is stored together with the request to draw it", async () => {
  const { run, jobs, analyses } = await setUp();

  await run();

  expect(analyses.stored).toMatchObject([{ incidentId: "inc-1", revision: 1, sequence: 1 }]);
  expect(jobs.all).toEqual([{ name: "surface.publish", payload: { incidentId: "inc-1", surface: "slack" } }]);
});

test("while trouble goes on the same revision is looked at again a little later", async () => {
  const { run, jobs } = await setUp({ analysis: anAnalysis({ verdict: "several-candidates" }) });

  await run();

  expect(jobs.all.at(-1)).toEqual({
    name: "incident.investigate",
    payload: { incidentId: "inc-1", revision: 1, sinceMs: TEN_O_CLOCK + 75_000 },
    notBeforeMs: TEN_O_CLOCK + 75_000,
  });
});

test("an investigation of an older state leaves the work to the newer one only while there is a fresh answer", async () => {
  const { run, asked, incidents, clock } = await setUp();
  const decision = { kind: "attach", incidentId: incidentId("inc-1"), reason: "same-fingerprint" } as const;
  const alertAgain = (eventId: string) =>
    incidents.apply({ tenant: DEFAULT_TENANT, decision, alert: anAlert({ eventId }) }, () => []);
  await alertAgain("2");

  expect((await run(1)).kind).toBe("answered");
  expect(asked.at(-1)?.incident.revision).toBe(2);
  await alertAgain("3");
  await alertAgain("4");
  expect(await run(3)).toEqual({ kind: "superseded" });
  clock.advance(10_000);
  expect((await run(3)).kind).toBe("answered");
  expect(asked).toHaveLength(2);
});

test("a job that runs twice gives one answer, and a later look is not mistaken for it", async () => {
  const { deps, run, clock, analyses } = await setUp();
  await run();

  expect(await run()).toEqual({ kind: "superseded" });
  expect(analyses.stored).toHaveLength(1);
  clock.advance(75_000);
  const later = { incidentId: "inc-1", revision: 1, sinceMs: clock.nowMs() };
  expect((await investigateIncident(deps, later, { signal: new AbortController().signal })).kind).toBe("answered");
});

test("an answer that a newer one overtook is dropped with its work", async () => {
  const { run, jobs, analyses } = await setUp();
  const newer = { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), revision: 7, atMs: TEN_O_CLOCK };
  await analyses.save({ ...newer, analysis: anAnalysis() }, []);

  expect(await run()).toEqual({ kind: "superseded" });
  expect(jobs.all).toEqual([]);
});

test("an incident that is gone is no error", async () => {
  const { deps } = await setUp();
  const job = { incidentId: "gone", revision: 1 };

  expect(await investigateIncident(deps, job, { signal: new AbortController().signal })).toEqual({
    kind: "unknown-incident",
  });
});

test("what an answer was computed from is kept, and an answer stands even when it cannot be kept", async () => {
  const { deps, run, asked, archive, analyses, clock } = await setUp();

  await run();
  expect(archive.kept.get(incidentId("inc-1"))).toBe(asked[0]);

  archive.isBroken = true;
  clock.advance(75_000);
  const later = { incidentId: "inc-1", revision: 1, sinceMs: clock.nowMs() };
  expect(await investigateIncident(deps, later, { signal: new AbortController().signal })).toMatchObject({
    kind: "answered",
  });
  expect(analyses.stored).toHaveLength(2);
});

test("an engine that fails on some record still answers, and the answer says which source it failed on", async () => {
  const logs = anEvidencePort("logs", { status: "found", events: [], read: 1, partial: null });
  const { deps, run, asked } = await setUp({ evidence: [logs] });
  const analyze = deps.engine.analyze.bind(deps.engine);
  deps.engine.analyze = (input) => {
    const isWhole = input.evidence.some(({ source, evidence }) => source === "logs" && evidence.status === "found");
    if (isWhole) throw new RangeError("a record nobody thought of");
    return analyze(input);
  };

  expect(await run()).toMatchObject({ kind: "answered" });
  expect(asked.at(-1)?.evidence.find(({ source }) => source === "logs")).toMatchObject({
    evidence: { status: "failed", reason: "invalid" },
  });
});

const stored = (revision: number) => ({ incidentId: "inc-1", revision, stored: true });
const once = () => ({ signal: new AbortController().signal });

async function looked() {
  let gathered = 0;
  const logs: EvidencePort = {
    name: "logs",
    gather: async () => {
      gathered += 1;
      return EMPTY;
    },
  };
  const all = await setUp({ evidence: [logs] });
  await all.run();
  const note = { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), actor: anActor(), at: TEN_O_CLOCK };
  await all.incidents.addNote({ ...note, text: safe`I restarted it` }, () => []);
  return { ...all, gathered: () => gathered };
}

describe("thinking again about what people said", () => {
  test("uses what was read for the last answer, with the new words", async () => {
    const { deps, asked, gathered } = await looked();

    expect(await investigateIncident(deps, stored(2), once())).toMatchObject({ kind: "answered" });

    expect(gathered()).toBe(1);
    expect(asked.at(-1)?.evidence.map(({ source }) => source)).toEqual(["alerts", "people", "logs"]);
  });

  test("asks the sources after all when an alert came since", async () => {
    const { deps, incidents, gathered } = await looked();
    const decision = { kind: "attach", incidentId: incidentId("inc-1"), reason: "same-service" } as const;
    const alert = anAlert({ eventId: "evt-2", fingerprint: alertFingerprint("another") });
    await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert }, () => []);

    await investigateIncident(deps, stored(3), once());

    expect(gathered()).toBe(2);
  });

  test("asks the sources when what was read was not kept", async () => {
    const { deps, archive, gathered } = await looked();
    archive.kept.clear();

    await investigateIncident(deps, stored(2), once());

    expect(gathered()).toBe(2);
  });

  test("plans the next look when it had to ask the sources itself", async () => {
    const { deps, jobs } = await setUp({ analysis: anAnalysis({ verdict: "several-candidates" }) });

    await investigateIncident(deps, stored(1), once());

    expect(jobs.all.at(-1)).toMatchObject({ name: "incident.investigate", notBeforeMs: TEN_O_CLOCK + 75_000 });
  });

  test("plans no look of its own and does not stand in for the one that is planned", async () => {
    const { deps, jobs, clock, gathered } = await looked();
    const before = jobs.all.length;
    await investigateIncident(deps, stored(2), once());
    expect(jobs.all.slice(before).map(({ name }) => name)).toEqual(["surface.publish"]);

    clock.advance(1_000);
    const planned = { incidentId: "inc-1", revision: 1, sinceMs: clock.nowMs() };
    expect(await investigateIncident(deps, planned, once())).toMatchObject({ kind: "answered" });
    expect(gathered()).toBe(2);
  });

  test("asks the sources after all when the same alert fired again since, and that look is the one it was waiting for", async () => {
    const { deps, incidents, gathered } = await looked();
    const decision = { kind: "attach", incidentId: incidentId("inc-1"), reason: "same-fingerprint" } as const;
    await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert: anAlert({ eventId: "fired-again" }) }, () => []);

    await investigateIncident(deps, stored(3), once());

    expect(gathered()).toBe(2);
    const followUp = { incidentId: "inc-1", revision: 0, newest: true };
    expect(await investigateIncident(deps, followUp, once())).toEqual({ kind: "superseded" });
  });

  test("asks the sources when the last answer rests on a later reading than the one that was kept", async () => {
    const { deps, archive, clock, gathered } = await looked();
    const kept = new Map(archive.kept);
    clock.advance(75_000);
    await investigateIncident(deps, { incidentId: "inc-1", revision: 2, sinceMs: clock.nowMs() }, once());
    // As after a crash between the answer and its records, or when those were too large.
    for (const [id, input] of kept) archive.kept.set(id, input);

    await deps.incidents.addNote(
      { tenant: DEFAULT_TENANT, incidentId: incidentId("inc-1"), actor: anActor(), at: TEN_O_CLOCK, text: safe`again` },
      () => [],
    );
    await investigateIncident(deps, stored(3), once());

    expect(gathered()).toBe(3);
  });

  test("however late it runs, it is not the look that was planned", async () => {
    const { deps, clock, analyses, gathered } = await looked();
    const planned = { incidentId: "inc-1", revision: 1, sinceMs: TEN_O_CLOCK + 75_000 };
    clock.advance(80_000);

    expect(await investigateIncident(deps, stored(2), once())).toMatchObject({ kind: "answered" });
    expect(analyses.stored.at(-1)?.readAtMs).toBe(TEN_O_CLOCK);
    expect(await investigateIncident(deps, planned, once())).toMatchObject({ kind: "answered" });

    expect(gathered()).toBe(2);
    expect(analyses.stored.at(-1)?.readAtMs).toBe(TEN_O_CLOCK + 80_000);
  });
});

/** A source that the job's end interrupts, as every guarded one is. */
const interrupted = (gathering: () => void): EvidencePort =>
  guardEvidence(
    "logs",
    (_query, signal) => {
      gathering();
      return new Promise((_answer, fail) => signal.addEventListener("abort", () => fail(new Error("stopped"))));
    },
    { deadlineMs: 60_000, redactor: new FakeRedactor() },
  );

describe("a look that is cut off", () => {
  test("stores nothing and asks for nothing, and its next run answers", async () => {
    const stop = new AbortController();
    const { deps, run, asked, jobs, analyses, archive } = await setUp({ evidence: [interrupted(() => stop.abort())] });

    const cutOff = investigateIncident(deps, { incidentId: "inc-1", revision: 1 }, { signal: stop.signal });
    await expect(cutOff).rejects.toThrow(/abort/u);
    expect([asked, analyses.stored, jobs.all, [...archive.kept]]).toEqual([[], [], [], []]);

    deps.evidence = [anEvidencePort("logs", EMPTY)];
    expect((await run()).kind).toBe("answered");
  });

  test("stores nothing either when it ends while the answer is computed", async () => {
    const stop = new AbortController();
    const { deps, analyses } = await setUp();
    const analyze = deps.engine.analyze.bind(deps.engine);
    deps.engine.analyze = (input) => {
      stop.abort();
      return analyze(input);
    };

    const cutOff = investigateIncident(deps, { incidentId: "inc-1", revision: 1 }, { signal: stop.signal });
    await expect(cutOff).rejects.toThrow(/abort/u);

    expect(analyses.stored).toEqual([]);
  });

  test("is not one whose source took too long: that is a gap of the answer", async () => {
    const silent = guardEvidence("logs", () => new Promise(() => {}), { deadlineMs: 1, redactor: new FakeRedactor() });
    const { run, asked } = await setUp({ evidence: [silent] });

    expect((await run()).kind).toBe("answered");
    expect(asked[0]?.evidence.find(({ source }) => source === "logs")).toMatchObject({
      evidence: { status: "failed", reason: "timeout" },
    });
  });
});
