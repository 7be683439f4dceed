import { expect, test } from "vitest";
import { aHypothesis, anActor, anAlert, anAnalysis, TEN_O_CLOCK } from "../../test/support/builders.ts";
import {
  anEngine,
  FakeRedactor,
  InMemoryAnalyses,
  InMemoryFeedback,
  InMemoryWeights,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { MemoryPostmortems } from "../../test/support/memory-postmortems.ts";
import { InMemoryCorrections } from "../../test/support/people-stores.ts";
import { DEFAULT_CORRELATION_POLICY } from "../core/correlation/correlate.ts";
import { DEFAULT_TENANT, epochMs, hypothesisId, incidentId, tenantId } from "../core/ids.ts";
import { safe } from "../core/safe.ts";
import { bindVerbs, type VerbDeps } from "./bind-verbs.ts";
import { learnFromFeedback } from "./learn-from-feedback.ts";
import type { IncidentSender } from "./ports.ts";
import { publishIncident } from "./publish-incident.ts";
import type { IncidentAnswer } from "./verbs.ts";

const INC = incidentId("inc-1");
const H1 = hypothesisId("h1");
const ada = anActor();
const bo = anActor({ id: "web:bo", name: safe`Bo` });
const stranger = anActor({ tenant: tenantId("another company") });

function setUp(overrides: Partial<VerbDeps> = {}) {
  const jobs = new RequestedJobs();
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(jobs, clock);
  const feedback = new InMemoryFeedback(jobs);
  const deps = {
    clock,
    logger: new RecordingLogger(),
    engine: anEngine(),
    incidents,
    analyses: new InMemoryAnalyses(jobs),
    feedback,
    corrections: new InMemoryCorrections(incidents),
    postmortems: new MemoryPostmortems(),
    redactor: new FakeRedactor(),
    evidence: [],
    policy: DEFAULT_CORRELATION_POLICY,
    publicUrl: safe`https://traceops.example.com`,
    publishingSurfaces: () => ["slack"],
    senders: [],
    ...overrides,
  };
  const open = (alert = anAlert()) => {
    const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
    return incidents.apply({ tenant: DEFAULT_TENANT, decision, alert }, () => []);
  };
  const answer = (analysis = anAnalysis()) =>
    deps.analyses.save({ tenant: DEFAULT_TENANT, incidentId: INC, revision: 1, analysis, atMs: TEN_O_CLOCK }, []);
  return { deps, jobs, clock, feedback, open, answer, verbs: bindVerbs(deps) };
}

test("nobody sees an incident of another tenant, or one that is not there", async () => {
  const { verbs, open } = setUp();
  await open();

  expect(await verbs.getIncident(stranger, INC)).toBeNull();
  expect(await verbs.getIncident(ada, incidentId("inc-9"))).toBeNull();
  expect(await verbs.listIncidents(stranger, { limit: 10 })).toEqual([]);
  expect(await verbs.draftPostmortem(stranger, INC)).toBeNull();
  expect(await verbs.recordFeedback(stranger, { incidentId: INC, hypothesisId: H1, verdict: "yes" })).toEqual({
    kind: "unknown-incident",
  });
  expect(await verbs.setStatus(stranger, { incidentId: INC, status: "resolved" })).toEqual({
    kind: "unknown-incident",
  });
  await expect(verbs.addNote(stranger, { incidentId: INC, text: safe`x` })).rejects.toMatchObject({
    code: "not-found",
  });
});

test("a list never grows beyond its bound", async () => {
  const limits: number[] = [];
  const { deps } = setUp();
  deps.incidents.list = (_tenant, { limit }) => {
    limits.push(limit);
    return Promise.resolve([]);
  };
  const verbs = bindVerbs(deps);
  for (const limit of [5, 5_000, 0, -1, Number.NaN, 2.7]) await verbs.listIncidents(ada, { limit });

  expect(limits).toEqual([5, 200, 1, 1, 1, 2]);
});

test("before the first answer an incident is shown as being looked into", async () => {
  const { verbs, open } = setUp();
  await open();

  expect(await verbs.getIncident(ada, INC)).toMatchObject({
    analysis: null,
    changeOfMind: null,
    view: { state: "investigating", pageUrl: "https://traceops.example.com/i/inc-1" },
  });
});

test("the sequence grows with every fact, answer and vote", async () => {
  const { verbs, open, answer } = setUp();
  const sequences: number[] = [];
  const look = async () => sequences.push((await verbs.getIncident(ada, INC))?.sequence ?? 0);
  const vote = { incidentId: INC, hypothesisId: H1 };
  for (const change of [
    open,
    answer,
    () => verbs.recordFeedback(ada, { ...vote, verdict: "yes" }),
    () => verbs.recordFeedback(ada, { ...vote, verdict: "withdrawn" }),
    () => verbs.addNote(ada, { incidentId: INC, text: safe`restarted` }),
  ]) {
    await change();
    await look();
  }

  expect(sequences).toEqual([...new Set(sequences)].toSorted((left, right) => left - right));
});

test("only a second answer can be a change of mind", async () => {
  const changeOfMind = { label: "New", text: safe`another cause` } as const;
  const { verbs, open, answer } = setUp({ engine: anEngine({ changeOfMind: () => changeOfMind }) });
  await open();
  await answer();
  expect((await verbs.getIncident(ada, INC))?.changeOfMind).toBeNull();

  await answer();
  expect((await verbs.getIncident(ada, INC))?.changeOfMind).toEqual(changeOfMind);
});

test("a vote is kept with what it was about, and causes learning and a new drawing", async () => {
  const { verbs, open, answer, feedback, jobs } = setUp();
  await open();
  await answer();

  expect(await verbs.recordFeedback(ada, { incidentId: INC, hypothesisId: H1, verdict: "no" })).toEqual({
    kind: "recorded",
    verdict: "no",
    previous: null,
  });
  expect(feedback.votes).toMatchObject([
    {
      verdict: "no",
      actorName: "Ada",
      claim: { causeKind: "change", causeService: "orders", alertedService: "orders" },
    },
  ]);
  expect(jobs.names()).toEqual(["feedback.learn", "surface.publish"]);
});

test("a person has one vote per cause: it can be changed, repeated without effect, and taken back", async () => {
  const { verbs, open, answer, feedback } = setUp();
  await open();
  await answer();
  const vote = (verdict: "yes" | "no" | "withdrawn", actor = ada) =>
    verbs.recordFeedback(actor, { incidentId: INC, hypothesisId: H1, verdict });

  await vote("yes");
  expect(await vote("yes")).toEqual({ kind: "recorded", verdict: "yes", previous: "yes" });
  expect(await vote("no")).toEqual({ kind: "recorded", verdict: "no", previous: "yes" });
  expect(await vote("yes", bo)).toMatchObject({ previous: null });
  expect(await vote("withdrawn")).toEqual({ kind: "recorded", verdict: "withdrawn", previous: "no" });
  expect(await vote("withdrawn")).toEqual({ kind: "recorded", verdict: "withdrawn", previous: null });
  expect(feedback.votes.map(({ actorId, verdict }) => `${actorId} ${verdict}`)).toEqual([
    "web:ada yes",
    "web:ada no",
    "web:bo yes",
    "web:ada withdrawn",
  ]);
});

test("a cause that is no longer listed cannot be voted on, but a vote on it can be taken back", async () => {
  const { verbs, open, answer } = setUp();
  await open();
  await answer();
  await verbs.recordFeedback(ada, { incidentId: INC, hypothesisId: H1, verdict: "yes" });
  await answer(anAnalysis({ hypotheses: [aHypothesis({ id: hypothesisId("h2") })] }));

  expect(await verbs.recordFeedback(bo, { incidentId: INC, hypothesisId: H1, verdict: "yes" })).toMatchObject({
    kind: "outdated",
  });
  expect(await verbs.recordFeedback(ada, { incidentId: INC, hypothesisId: H1, verdict: "withdrawn" })).toMatchObject({
    kind: "recorded",
    previous: "yes",
  });
});

test("learning sees every vote and makes a version only when something changed", async () => {
  const { deps } = setUp();
  const weights = new InMemoryWeights();
  const all = { ...deps, tenant: DEFAULT_TENANT, weights };
  await learnFromFeedback(all);

  expect((await weights.current()).version).toBe(0);
});

test("a note is kept with its author and the incident is looked at again", async () => {
  const { verbs, open, deps, jobs } = setUp();
  await open();
  await verbs.addNote(ada, { incidentId: INC, text: safe`restarted the workers` });

  expect(await deps.incidents.notes(DEFAULT_TENANT, INC)).toMatchObject([
    { who: "Ada", text: "restarted the workers" },
  ]);
  expect(jobs.all).toEqual([
    { name: "incident.investigate", payload: { incidentId: INC, revision: 2, stored: true } },
    { name: "surface.publish", payload: { incidentId: INC, surface: "slack" } },
  ]);
  await expect(verbs.addNote(ada, { incidentId: INC, text: safe`  ` })).rejects.toMatchObject({
    code: "invalid-input",
  });
});

test("a person can ask without an alert; asking again while it runs is the same incident", async () => {
  const { verbs, clock, deps } = setUp();
  const sinceMs = epochMs(TEN_O_CLOCK - 600_000);
  const id = await verbs.investigate(ada, { service: safe`search`, sinceMs });
  clock.advance(60_000);

  expect(await verbs.investigate(bo, { service: safe`search`, sinceMs: null })).toBe(id);
  expect(await deps.incidents.get(DEFAULT_TENANT, id)).toMatchObject({
    service: "search",
    title: "Ada asked to look into search",
    startedAtMs: sinceMs,
    detectedAtMs: TEN_O_CLOCK,
    revision: 2,
  });
  await expect(verbs.investigate(ada, { service: safe` `, sinceMs: null })).rejects.toMatchObject({
    code: "invalid-input",
  });
});

test("what a person started here is ended here", async () => {
  const { verbs, clock, deps } = setUp();
  const id = await verbs.investigate(ada, { service: safe`search`, sinceMs: null });
  clock.advance(60_000);

  expect(await verbs.setStatus(bo, { incidentId: id, status: "resolved" })).toEqual({ kind: "done" });
  expect(await deps.incidents.get(DEFAULT_TENANT, id)).toMatchObject({ status: "resolved" });
});

test("a status is changed at the sender, as the person who asked; ours follows when the sender reports it", async () => {
  const calls: string[] = [];
  const sender: IncidentSender = {
    source: "pagerduty",
    setStatus: (externalId, status, actor) => {
      calls.push(`${externalId} ${status} ${actor.name}`);
      return Promise.resolve({ status: "done" });
    },
  };
  const { verbs, open, deps } = setUp({ senders: [sender] });
  await open();

  expect(await verbs.setStatus(ada, { incidentId: INC, status: "acknowledged" })).toEqual({ kind: "done" });
  expect(calls).toEqual(["Q1 acknowledged Ada"]);
  expect(await deps.incidents.get(DEFAULT_TENANT, INC)).toMatchObject({ status: "triggered" });
});

test("a sender's refusal reaches the person in its own words, and an incident without a sender says so", async () => {
  const refusing: IncidentSender = {
    source: "pagerduty",
    setStatus: () => Promise.resolve({ status: "refused", because: safe`the key is read-only` }),
  };
  const refused = setUp({ senders: [refusing] });
  await refused.open();
  const nowhere = setUp();
  await nowhere.open();
  const change = { incidentId: INC, status: "resolved" } as const;

  expect(await refused.verbs.setStatus(ada, change)).toEqual({ kind: "refused", because: "the key is read-only" });
  expect(await nowhere.verbs.setStatus(ada, change)).toMatchObject({ kind: "refused" });
});

test("a surface draws what is true when it draws, and passes on when it wants to come back", async () => {
  const { deps, open, answer } = setUp();
  await open();
  await answer();
  const drawn: IncidentAnswer[] = [];
  const again = { status: "again", notBeforeMs: 7, because: "rate limit" } as const;
  const slack = {
    publish: (one: IncidentAnswer) => {
      drawn.push(one);
      return Promise.resolve(again);
    },
  };
  const publishDeps = { ...deps, tenant: DEFAULT_TENANT, surfaces: new Map([["slack", slack]]) };
  const { signal } = new AbortController();

  expect(await publishIncident(publishDeps, { incidentId: INC, surface: "slack" }, { signal })).toEqual(again);
  expect(drawn.map(({ view }) => view.state)).toEqual(["likely-cause"]);
  expect(await publishIncident(publishDeps, { incidentId: INC, surface: "gone" }, { signal })).toEqual({
    status: "done",
  });
  expect(await publishIncident(publishDeps, { incidentId: "gone", surface: "slack" }, { signal })).toEqual({
    status: "done",
  });
});
