import type { Analysis, TimelineRow } from "../analysis.ts";
import type { CorrectionFact } from "../corrections/correction.ts";
import { type EpochMs, epochMs } from "../ids.ts";
import type { Incident } from "../incident.ts";
import { ownWords, type Safe, safe } from "../safe.ts";
import { isoToMs } from "../time.ts";
import { type CardContext, cardLines, notificationText } from "./card.ts";
import { causeViews, learnedNote } from "./causes.ts";
import { chartView } from "./chart.ts";
import { gapText } from "./gaps.ts";
import { saidBy } from "./said.ts";
import type { EvidenceView, IncidentState, IncidentView, TimelineRowView } from "./view.ts";
import type { CastVote } from "./votes.ts";
import { priorityOf } from "./words.ts";

export interface Presentable {
  readonly incident: Incident;
  /** The latest answer; null while the first look runs. */
  readonly analysis: { readonly analysis: Analysis; readonly revision: number; readonly atMs: EpochMs } | null;
  /** Every vote of the incident; which of them are valid is decided here. */
  readonly votes: readonly CastVote[];
  /** What people corrected, as far as it holds; none when left out. */
  readonly corrections?: readonly CorrectionFact[];
  /** When it last fired again after it was over; left out or null when it did not. */
  readonly reopenedAtMs?: EpochMs | null;
  /** Without a slash at the end. */
  readonly publicUrl: Safe | null;
  readonly nowMs: EpochMs;
}

/** Everything an incident says to a person, worded once for all surfaces. Same input, same words. */
export function presentIncident(input: Presentable): IncidentView {
  const { incident, publicUrl } = input;
  const analysis = input.analysis?.analysis ?? null;
  const timeline = rowViews(analysis, incident.detectedAtMs);
  const state = stateOf(incident, analysis);
  const causes = analysis ? causeViews(analysis, input.votes) : [];
  const said = saidBy(input.corrections ?? []);
  const context: CardContext = { incident, analysis, state, causes, timeline, statedCause: said.statedCause };
  const priority = priorityOf(incident.severity);
  return {
    ...identity(incident),
    revision: input.analysis?.revision ?? incident.revision,
    state,
    priority,
    pageUrl: publicUrl === null ? null : safe`${publicUrl}/i/${ownWords(incident.id)}`,
    notification: notificationText(context, priority),
    card: cardLines(context),
    causes,
    timeline,
    ...answer(analysis, timeline),
    ...said,
    reopened: incident.reopened,
    reopenedAtMs: input.reopenedAtMs ?? null,
    updatedAtMs: updatedAt(input),
  };
}

function stateOf(incident: Incident, analysis: Analysis | null): IncidentState {
  if (incident.status === "resolved") return "resolved";
  return analysis === null ? "investigating" : analysis.verdict;
}

function identity(incident: Incident) {
  const { id, title, service, startedAtMs, detectedAtMs, resolvedAtMs, acknowledgedBy, alertCount, services } =
    incident;
  const externalUrl = incident.external.find(({ url }) => url !== null)?.url ?? null;
  const times = { startedAtMs, detectedAtMs, resolvedAtMs };
  return { incidentId: id, title, service, acknowledgedBy, alertCount, services, externalUrl, ...times };
}

function answer(analysis: Analysis | null, timeline: readonly TimelineRowView[]) {
  if (analysis === null) {
    return { hiddenRows: 0, gaps: [], chart: null, graph: [], evidence: [], learnedNote: null, elapsedMs: null };
  }
  const start = isoToMs(analysis.window.from) ?? epochMs(0);
  return {
    hiddenRows: analysis.hiddenRows,
    gaps: analysis.gaps.map((gap) => ({ ...gap, text: gapText(gap) })),
    chart: chartView(analysis.chart, timeline),
    graph: analysis.graph,
    learnedNote: learnedNote(analysis),
    elapsedMs: analysis.stats.elapsedMs,
    evidence: analysis.evidence.map(({ at, ...record }): EvidenceView => ({ ...record, atMs: isoToMs(at) ?? start })),
  };
}

function rowViews(analysis: Analysis | null, fallback: EpochMs): readonly TimelineRowView[] {
  return analysis === null ? [] : analysis.timeline.map((row) => rowView(row, fallback));
}

function rowView(row: TimelineRow, fallback: EpochMs): TimelineRowView {
  const { at, lastAt, ...rest } = row;
  const atMs = isoToMs(at) ?? fallback;
  return { ...rest, atMs, lastAtMs: isoToMs(lastAt) ?? atMs, editedBy: row.editedBy ?? null };
}

/** When the answer last changed. The clock alone never moves it, or every redraw would be an edit. */
function updatedAt(input: Presentable): EpochMs {
  const { analysis, votes, incident, corrections = [] } = input;
  const times = [analysis?.atMs ?? incident.detectedAtMs, ...[...votes, ...corrections].map(({ atMs }) => atMs)];
  return epochMs(Math.min(Math.max(...times), input.nowMs));
}
