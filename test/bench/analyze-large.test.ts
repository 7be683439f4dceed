import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type IncidentTruth, writeIncident } from "../../bench/corpora/incident.ts";
import { caseFrom } from "../../src/cli/analysis-case.ts";
import type { Analysis } from "../../src/core/analysis.ts";
import { analyze } from "../../src/core/analyze.ts";
import { NO_WEIGHTS } from "../../src/core/learning/weights.ts";
import { linesOf } from "../../src/core/timeline/repeats.ts";
import { type BundleReading, readBundle } from "../../src/evidence-sources/bundle/read-bundle.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";

const folder = mkdtempSync(join(tmpdir(), "incident-"));
let truth: IncidentTruth;
let whole: Answered;
let counted: Answered;

interface Answered {
  readonly reading: BundleReading;
  readonly analysis: Analysis;
}

async function answer(condenseFromBytes: number): Promise<Answered> {
  const options = { range: null, collectedAt: null, limits: { condenseFromBytes } };
  const reading = await readBundle([folder], options, AbortSignal.timeout(60_000));
  const redactor = createRedactor({ pseudonymKey: "test" });
  const { incident, window, baseline } = caseFrom({ reading, redactor, atMs: null, service: null });
  const evidence = [{ source: "Incident bundle", evidence: redactor.evidence(reading.evidence) }];
  return { reading, analysis: analyze({ incident, window, baseline, evidence, weights: NO_WEIGHTS, elapsedMs: 0 }) };
}

beforeAll(async () => {
  truth = writeIncident(folder, 60_000);
  whole = await answer(Number.POSITIVE_INFINITY);
  counted = await answer(0);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function eventsOf({ reading: { evidence } }: Answered) {
  return evidence.status === "found" ? evidence.events : [];
}

function rowsOf({ analysis }: Answered) {
  return analysis.timeline.map(({ role, service, count, at }) => ({ role, service, count, second: at.slice(0, 19) }));
}

function cause({ analysis: { verdict, hypotheses } }: Answered) {
  return { verdict, cause: hypotheses[0]?.cause };
}

function ranked({ analysis }: Answered) {
  return analysis.hypotheses.map(({ cause: { kind, service } }) => `${kind} ${service}`);
}

describe("an incident of sixty thousand lines, line by line and mostly counted", () => {
  test("is read to the last line in both ways", () => {
    const lines = (answered: Answered) => eventsOf(answered).reduce((sum, event) => sum + linesOf(event), 0);

    expect(eventsOf(counted).length).toBeLessThan(eventsOf(whole).length / 5);
    expect(lines(counted)).toBe(lines(whole));
    expect(lines(whole)).toBeGreaterThanOrEqual(truth.lines);
    expect(counted.analysis.stats.lines).toBe(whole.analysis.stats.lines);
  });

  test("has the same verdict and the same first cause, which is the right one", () => {
    expect(cause(counted)).toEqual(cause(whole));
    expect(cause(whole)).toMatchObject({ verdict: "likely-cause", cause: { service: truth.service } });
  });

  test("began in the same second and counts the same in every row and in the chart", () => {
    expect(rowsOf(counted)).toEqual(rowsOf(whole));
    expect(counted.analysis.chart).toEqual(whole.analysis.chart);
    const first = rowsOf(whole).find(({ role }) => role === "first-symptom");
    expect(first?.second).toBe(new Date(truth.onsetMs).toISOString().slice(0, 19));
  });

  test("ranks all causes in the same order with nearly the same scores", () => {
    expect(ranked(counted)).toEqual(ranked(whole));
    const scores = counted.analysis.hypotheses.map(
      ({ score }, at) => score - (whole.analysis.hypotheses[at]?.score ?? 0),
    );
    expect(Math.max(...scores.map(Math.abs))).toBeLessThanOrEqual(10);
  });
});
