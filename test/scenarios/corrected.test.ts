import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { alertSources } from "../../src/alert-sources/registry.ts";
import { correct } from "../../src/app/correct.ts";
import { investigateIncident } from "../../src/app/investigate-incident.ts";
import type { Analysis, TimelineRow } from "../../src/core/analysis.ts";
import { analyze } from "../../src/core/analyze.ts";
import type { Correction, RowReference } from "../../src/core/corrections/correction.ts";
import { DEFAULT_EVIDENCE_POLICY } from "../../src/core/evidence.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { isoToMs } from "../../src/core/time.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { anActor } from "../support/builders.ts";
import {
  anEngine,
  InMemoryAnalyses,
  InMemoryArchive,
  InMemoryWeights,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../support/fakes.ts";
import { InMemoryIncidents } from "../support/in-memory-incidents.ts";
import { InMemoryCorrections } from "../support/people-stores.ts";
import { analyzeScenario, type ScenarioAnswer } from "./analyze-scenario.ts";

const scenario = generateScenario("two-am");
const ID = incidentId("inc-1");
let told: ScenarioAnswer;

/** The real engine and verbs over in-memory stores, on the records of the scenario; sources are read once. */
class Night {
  readonly jobs = new RequestedJobs();
  readonly clock = new ManualClock(told.input.window.toMs);
  readonly incidents = new InMemoryIncidents(this.jobs, this.clock);
  readonly corrections = new InMemoryCorrections(this.incidents);
  gathered = 0;
  readonly #deps = {
    tenant: DEFAULT_TENANT,
    clock: this.clock,
    logger: new RecordingLogger(),
    redactor: createRedactor({ pseudonymKey: "scenario" }),
    engine: anEngine({ analyze }),
    incidents: this.incidents,
    analyses: new InMemoryAnalyses(this.jobs),
    archive: new InMemoryArchive(),
    corrections: this.corrections,
    weights: new InMemoryWeights(),
    evidence: told.input.evidence
      .filter(({ source }) => source === "bundle")
      .map(({ source: name, evidence }) => ({
        name,
        gather: async () => {
          this.gathered += 1;
          return evidence;
        },
      })),
    evidencePolicy: DEFAULT_EVIDENCE_POLICY,
    publishingSurfaces: () => ["slack"],
  };

  async alarm(): Promise<Analysis> {
    const alerts = scenario.alerts.flatMap((body) => alertSources.pagerduty.parse(body, scenario.alertAtMs));
    for (const [index, alert] of alerts.entries()) {
      const decision =
        index === 0
          ? ({ kind: "open", reason: "no-open-incident-matches" } as const)
          : ({ kind: "attach", incidentId: ID, reason: "same-fingerprint" } as const);
      await this.incidents.apply(
        { tenant: DEFAULT_TENANT, decision, alert: this.#deps.redactor.alert(alert) },
        () => [],
      );
    }
    return this.#think({ incidentId: ID, revision: 1 });
  }

  /** One correction by Ada, minutes after the sources were read, and the answer that its own job gives. */
  async correct(correction: Correction): Promise<{ readonly id: string; readonly analysis: Analysis }> {
    this.clock.advance(5 * 60_000);
    const outcome = await correct(this.#deps, anActor(), { incidentId: ID, correction });
    if (outcome.kind !== "recorded") throw new Error(outcome.kind);
    const job = this.jobs.all.findLast(({ name }) => name === "incident.investigate");
    if (job?.name !== "incident.investigate") throw new Error("nobody thinks it over");
    return { id: outcome.fact.id, analysis: await this.#think(job.payload) };
  }

  async undo(id: string): Promise<Analysis> {
    return (await this.correct({ kind: "undo", of: id })).analysis;
  }

  async #think(payload: Parameters<typeof investigateIncident>[1]): Promise<Analysis> {
    const outcome = await investigateIncident(this.#deps, payload, { signal: new AbortController().signal });
    if (outcome.kind !== "answered") throw new Error(outcome.kind);
    return outcome.analysis;
  }
}

function reference({ evidenceIds, at, text }: TimelineRow): RowReference {
  return { eventIds: evidenceIds, atMs: isoToMs(at) ?? epochMs(0), text };
}

const ranking = ({ hypotheses }: Analysis) =>
  hypotheses.map(({ cause, score }) => `${cause.kind} ${cause.service} ${score}`);

describe("the night of the shrunk connection pool", () => {
  let night: Night;
  let first: Analysis;
  let deploy: TimelineRow;

  beforeAll(async () => {
    told = await analyzeScenario(scenario);
  }, 120_000);
  beforeEach(async () => {
    night = new Night();
    first = await night.alarm();
    const row = first.timeline.find((each) => each.role === "change" && each.service === "payment-service");
    if (row === undefined) throw new Error("no row of the deploy");
    deploy = row;
  });

  test("the deploy marked as irrelevant is no cause and no row any more; undo restores the very same bytes", async () => {
    const { id, analysis } = await night.correct({ kind: "row-irrelevant", row: reference(deploy) });

    expect(analysis.hypotheses.flatMap(({ cause }) => cause.changeId ?? [])).not.toContain(deploy.evidenceIds[0]);
    expect(analysis.timeline.map((row) => row.id)).not.toContain(deploy.id);
    expect(ranking(analysis)[0]).not.toBe(ranking(first)[0]);
    expect(JSON.stringify(await night.undo(id))).toBe(JSON.stringify(first));
  });

  test("a row of thousands of lines marked as irrelevant takes its kind of trouble out of the ranking, and undo brings it back", async () => {
    const errors = first.timeline.find(({ count, service }) => count > 1000 && service === "user-service");
    if (errors === undefined) throw new Error("no row of many errors");
    const cites = ({ hypotheses }: Analysis) =>
      hypotheses
        .flatMap(({ parts, against }) => [...parts, ...against])
        .filter(({ evidenceIds }) => evidenceIds.some((recordId) => errors.evidenceIds.includes(recordId)));
    expect(cites(first)).not.toEqual([]);

    const { id, analysis } = await night.correct({ kind: "row-irrelevant", row: reference(errors) });

    expect(cites(analysis)).toEqual([]);
    expect(ranking(analysis)).not.toEqual(ranking(first));
    expect(JSON.stringify(await night.undo(id))).toBe(JSON.stringify(first));
  });

  test("the deploy moved behind the first error is not the first cause; undo restores the very same bytes", async () => {
    const toMs = epochMs((isoToMs(deploy.at) ?? 0) + 4 * 60_000);
    const { id, analysis } = await night.correct({ kind: "row-time", row: reference(deploy), toMs });

    const row = analysis.timeline.find(({ id: rowId }) => rowId === deploy.id);
    expect(analysis.hypotheses[0]?.cause.changeId).not.toBe(first.hypotheses[0]?.cause.changeId);
    expect(row).toMatchObject({ at: new Date(toMs).toISOString(), editedBy: "Ada", movedMs: 4 * 60_000 });
    expect(JSON.stringify(await night.undo(id))).toBe(JSON.stringify(first));
  });

  test("a stated dependency lifts it with its author's name; undo restores the very same bytes", async () => {
    const [top] = first.hypotheses;
    const { id, analysis } = await night.correct({
      kind: "cause-stated",
      stated: "dependency",
      text: safe`user-service calls it`,
      hypothesisId: top?.id ?? null,
      isCause: false,
    });

    const before = first.hypotheses.find((each) => each.id === top?.id)?.score ?? 0;
    const after = analysis.hypotheses.find((each) => each.id === top?.id)?.score ?? 0;
    expect(after).toBeLessThan(before);
    expect(JSON.stringify(analysis.hypotheses)).toContain("Ada says that it was not this");
    expect(JSON.stringify(analysis.hypotheses)).toMatch(/Ada (?:names it|suspects a dependency)/u);
    expect(JSON.stringify(await night.undo(id))).toBe(JSON.stringify(first));
  });

  test("corrections are thought over from what was read: no source is asked again", async () => {
    await night.correct({ kind: "row-text", row: reference(deploy), text: safe`the risky deploy` });

    expect(night.gathered).toBe(1);
  });
});
