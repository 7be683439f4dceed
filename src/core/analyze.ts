import type { Analysis, Hypothesis, TimelineRow } from "./analysis.ts";
import { drawChart } from "./answer/chart.ts";
import { evidenceRecords } from "./answer/evidence-records.ts";
import { gapsOf } from "./answer/gaps.ts";
import { impactOf } from "./answer/impact.ts";
import { correctEvidence, correctedRecords, correctRows, editedRecords } from "./corrections/apply.ts";
import type { CorrectionFact } from "./corrections/correction.ts";
import type { Finding } from "./detectors/finding.ts";
import type { SourceEvidence, TimeWindow } from "./evidence.ts";
import { type CaseFile, openCaseFile, type Trouble } from "./hypotheses/case-file.ts";
import { rankHypotheses } from "./hypotheses/rank.ts";
import { decideVerdict } from "./hypotheses/verdict.ts";
import type { EpochMs, EventId } from "./ids.ts";
import type { Incident } from "./incident.ts";
import type { SignalWeights } from "./learning/weights.ts";
import { own, ownWords } from "./safe.ts";
import { isoTime } from "./time.ts";
import { observe } from "./timeline/observe.ts";
import { linesOf } from "./timeline/repeats.ts";
import { buildTimeline, type Timeline } from "./timeline/timeline.ts";

/** Everything an answer is computed from. Stored, so that any past answer can be thought again. */
export interface AnalysisInput {
  readonly incident: Incident;
  readonly window: TimeWindow;
  readonly baseline: TimeWindow;
  readonly evidence: readonly SourceEvidence[];
  readonly weights: SignalWeights;
  /** What people corrected, as far as it holds; none when left out. */
  readonly corrections?: readonly CorrectionFact[];
  /** Measured by the caller; the engine has no clock. */
  readonly elapsedMs: number;
  /** When the sources began to be asked for it; thinking again leaves it as it was. Nothing is computed from it. */
  readonly readAtMs?: EpochMs;
}

/** The engine's one entry: from evidence to timeline, ranked causes and verdict. Same input, same bytes; order of evidence does not matter. */
export function analyze(input: AnalysisInput): Analysis {
  const { incident, weights, corrections = [] } = input;
  const gaps = gapsOf(input.evidence);
  const records = correctedRecords(corrections);
  const { irrelevant } = records;
  const observations = observe({ ...input, evidence: correctEvidence(input.evidence, records), irrelevant });
  const file = openCaseFile(incident, observations, irrelevant);
  const hypotheses = rankHypotheses(file, weights, gaps);
  const verdict = decideVerdict(file, hypotheses);
  const findings = findingsBehind(hypotheses, file);
  const timeline = corrected(buildTimeline(observations, findings, editedRecords(corrections)), corrections);
  const impact = impactOf(file);
  const cited = [...citedBy(timeline.rows, hypotheses), ...impact.evidenceIds, ...samplesOf(file.troubles)];
  return {
    schema: "traceops.analysis/v1",
    incident: headOf(incident),
    window: windowOf(input),
    verdict: verdict.verdict,
    verdictBecause: verdict.because,
    timeline: timeline.rows,
    hiddenRows: timeline.hiddenRows,
    hypotheses,
    gaps,
    evidence: evidenceRecords(cited, { byId: observations.byId, weights }),
    graph: observations.graph.edges,
    chart: drawChart(observations),
    impact,
    weightsVersion: weights.version,
    stats: { ...countsOf(input.evidence), elapsedMs: input.elapsedMs },
  };
}

function corrected(timeline: Timeline, corrections: readonly CorrectionFact[]): Timeline {
  return corrections.length === 0 ? timeline : { ...timeline, rows: correctRows(timeline.rows, corrections) };
}

/** Causes below the second are too weak for the story of what happened. */
const TOLD_CAUSES = 2;

function findingsBehind(hypotheses: readonly Hypothesis[], { findings }: CaseFile): readonly Finding[] {
  return hypotheses
    .slice(0, TOLD_CAUSES)
    .flatMap(({ cause }) => findings.filter(({ service, kind }) => service === cause.service && kind === cause.kind));
}

function headOf(incident: Incident): Analysis["incident"] {
  return {
    id: incident.id,
    title: incident.title,
    service: incident.service,
    severity: ownWords(own(incident.severity)),
    startedAt: isoTime(incident.startedAtMs),
    detectedAt: isoTime(incident.detectedAtMs),
  };
}

function windowOf({ window, baseline }: AnalysisInput): Analysis["window"] {
  return {
    from: isoTime(window.fromMs),
    to: isoTime(window.toMs),
    baselineFrom: isoTime(baseline.fromMs),
    baselineTo: isoTime(baseline.toMs),
  };
}

function citedBy(rows: readonly TimelineRow[], hypotheses: readonly Hypothesis[]): readonly EventId[] {
  return [
    ...rows.flatMap(({ evidenceIds }) => evidenceIds),
    ...hypotheses.flatMap(({ parts, against }) => [...parts, ...against].flatMap(({ evidenceIds }) => evidenceIds)),
    ...hypotheses.flatMap(({ cause }) => cause.changeId ?? []),
  ];
}

function samplesOf(troubles: readonly Trouble[]): readonly EventId[] {
  return troubles.flatMap(({ symptom }) => symptom.sampleIds);
}

function countsOf(evidence: readonly SourceEvidence[]): Omit<Analysis["stats"], "elapsedMs"> {
  const found = evidence.flatMap(({ evidence: answer }) => (answer.status === "found" ? [answer] : []));
  return {
    lines: found.reduce((sum, { read }) => sum + read, 0),
    events: found.reduce((sum, { events }) => events.reduce((lines, event) => lines + linesOf(event), sum), 0),
    sources: evidence.filter(({ evidence: { status } }) => status === "found" || status === "empty").length,
  };
}
