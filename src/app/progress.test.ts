import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { anAlert, anAnalysis } from "../../test/support/builders.ts";
import {
  anEngine,
  FakeRedactor,
  InMemoryAnalyses,
  InMemoryArchive,
  InMemoryMarks,
  InMemoryWeights,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { InMemoryCorrections } from "../../test/support/people-stores.ts";
import { DEFAULT_EVIDENCE_POLICY, type Evidence } from "../core/evidence.ts";
import { DEFAULT_TENANT, incidentId } from "../core/ids.ts";
import { safe } from "../core/safe.ts";
import { investigateIncident } from "./investigate-incident.ts";
import type { EvidencePort } from "./ports.ts";
import { readProgress, watchProgress } from "./progress.ts";
import { publishRequests } from "./publish-requests.ts";

const ID = incidentId("inc-1");
const EMPTY: Evidence = { status: "empty", searched: safe`three groups` };
const FAILED: Evidence = { status: "failed", reason: "timeout", detail: safe`no answer within 20 s` };
const OFF: Evidence = { status: "not-configured", detail: safe`set it up` };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const publishingSurfaces = () => ["slack"];

function after(name: string, ms: number, evidence: Evidence): EvidencePort {
  return { name, gather: () => new Promise((answer) => setTimeout(() => answer(evidence), ms)) };
}

async function setUp(evidence: readonly EvidencePort[]) {
  const jobs = new RequestedJobs();
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(jobs, clock);
  const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
  await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert: anAlert() }, () => []);
  const marks = new InMemoryMarks();
  const base = { tenant: DEFAULT_TENANT, clock, logger: new RecordingLogger(), redactor: new FakeRedactor(), marks };
  const show = (id: typeof ID) => publishRequests({ publishingSurfaces }, id);
  const told = { ...base, show, request: (asked: ReturnType<typeof show>) => incidents.request(asked) };
  const deps = {
    ...base,
    engine: anEngine({ analyze: () => anAnalysis() }),
    incidents,
    analyses: new InMemoryAnalyses(jobs),
    archive: new InMemoryArchive(),
    corrections: new InMemoryCorrections(incidents),
    weights: new InMemoryWeights(),
    evidence,
    evidencePolicy: DEFAULT_EVIDENCE_POLICY,
    publishingSurfaces,
    watchProgress: (id: typeof ID, sources: readonly string[]) => watchProgress(told, id, sources),
  };
  const look = () =>
    investigateIncident(deps, { incidentId: ID, revision: 1 }, { signal: new AbortController().signal });
  const shown = async () =>
    (await readProgress(base, DEFAULT_TENANT, { id: ID, pageUrl: null }))?.tasks.map(({ title, status, note }) =>
      [title, status, note].filter((part) => part !== null).join(", "),
    );
  return { look, shown, clock, jobs, marks };
}

describe("a first look", () => {
  test("that takes long says every three seconds which sources are being read, and only when that changed", async () => {
    const { look, shown, jobs } = await setUp([
      after("Logs", 10_000, EMPTY),
      after("Deploys", 1000, FAILED),
      after("Tracing", 0, OFF),
    ]);
    const looking = look();

    await vi.advanceTimersByTimeAsync(2900);
    expect(await shown()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    expect(await shown()).toEqual([
      "Logs, in-progress",
      "Deploys, error, no answer within 20 s",
      "Rank causes, pending",
    ]);
    await vi.advanceTimersByTimeAsync(6000);
    expect(jobs.names()).toEqual(["surface.publish"]);
    await vi.advanceTimersByTimeAsync(2000);
    await looking;
    expect(jobs.all.length).toBeLessThanOrEqual(3);
  });

  test("that ended leaves nothing stored behind", async () => {
    const { look, marks } = await setUp([after("Logs", 10_000, EMPTY)]);
    const looking = look();
    await vi.advanceTimersByTimeAsync(4000);
    expect(marks.names()).toHaveLength(1);

    await vi.advanceTimersByTimeAsync(7000);
    await looking;

    expect(marks.names()).toEqual([]);
  });

  test("that ends within three seconds says nothing", async () => {
    const { look, shown, jobs } = await setUp([after("Logs", 2500, EMPTY)]);
    const looking = look();

    await vi.advanceTimersByTimeAsync(20_000);
    await looking;

    expect(await shown()).toBeUndefined();
    expect(jobs.names().filter((name) => name === "surface.publish")).toHaveLength(1);
  });

  test("whose worker died is not shown for ever", async () => {
    const { look, shown, clock } = await setUp([after("Logs", 10_000, EMPTY)]);
    void look();
    await vi.advanceTimersByTimeAsync(3100);
    expect(await shown()).toBeDefined();

    clock.advance(91_000);

    expect(await shown()).toBeUndefined();
  });
});
