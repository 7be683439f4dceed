import type { Analysis } from "../analysis.ts";
import type { EpochMs, EventId } from "../ids.ts";
import type { Incident } from "../incident.ts";
import { showArithmetic } from "../presentation/arithmetic.ts";
import { gapSentences } from "../presentation/gaps.ts";
import type { ArgumentView, CauseView, IncidentView, TimelineRowView } from "../presentation/view.ts";
import { type CastVote, validVotes, verdictOfPeople } from "../presentation/votes.ts";
import { capital, confidenceWords, grouped, roleWords, withoutStop, withStop } from "../presentation/words.ts";
import { joinSafe, ownWords, type Safe, safe } from "../safe.ts";
import { clockTime, duration, isoTime } from "../time.ts";
import { cite, plain, section } from "./markdown.ts";
import { questions } from "./questions.ts";

export interface PostmortemInput {
  readonly incident: Incident;
  /** Null when no look at the records ended yet. */
  readonly analysis: Analysis | null;
  readonly view: IncidentView;
  readonly votes: readonly CastVote[];
  readonly notes: readonly { readonly atMs: EpochMs; readonly who: Safe; readonly text: Safe }[];
}

/**
 * A postmortem to finish by hand, as Markdown. Every statement of fact cites records of the analysis as [e…]; what the
 * records do not show is "Unknown"; what people should decide is a question. Foreign text cannot add markup.
 */
export function draftPostmortem(input: PostmortemInput): Safe {
  const { view } = input;
  const suspects = view.causes.slice(1);
  const blocks = [
    safe`# Postmortem draft: ${plain(view.title)}`,
    safe`Drafted from records by TraceOps for people to finish. Marks such as \\[e1abc\\] name the records at the end. Times are UTC.`,
    ...section(safe`Summary`, summary(input)),
    ...section(safe`Impact`, impact(input)),
    ...section(safe`Timeline`, timeline(view)),
    ...section(safe`Cause`, causeSection(input)),
    ...section(safe`Other suspects`, suspects.flatMap(suspect)),
    ...section(safe`Detection and response`, response(input)),
    ...section(safe`What could not be checked`, gaps(input)),
    ...section(safe`Notes from people`, notes(input)),
    ...section(safe`Questions and action items`, questions(view)),
    ...section(safe`Records`, records(view)),
  ];
  return safe`${joinSafe(blocks, "\n\n")}\n`;
}

function summary(input: PostmortemInput): readonly Safe[] {
  const { incident, view } = input;
  const named = incident.service === null ? safe`Unknown service` : plain(incident.service);
  const head = safe`- ${view.priority} on ${named}, alert at ${isoTime(view.detectedAtMs)}: ${plain(view.title)}.`;
  const lead = leadOf(input);
  const text = lead
    ? safe`- ${statedAs(lead)}: ${plain(withoutStop(lead.summary))}.${cite(citedBy(lead))}`
    : safe`- Unknown: the records name no cause. ${plain(withStop(input.analysis?.verdictBecause ?? safe`No look at the records has ended`))}`;
  return [safe`${head}${cite(idsOf(view, "alert"))}`, text];
}

function statedAs(cause: CauseView): Safe {
  if (verdictOfPeople(cause.votes) === "confirmed")
    return safe`Cause, confirmed by ${plain(joinSafe(cause.votes.yes, ", "))}`;
  return safe`Cause not confirmed; first suspect with ${confidenceWords(cause.confidence)}`;
}

function impact(input: PostmortemInput): readonly Safe[] {
  const shown = input.analysis?.impact ?? { text: null, evidenceIds: [] };
  if (shown.text === null) return [safe`- Unknown: no record shows what users noticed.`];
  return [safe`- ${plain(capital(withStop(shown.text)))}${cite(shown.evidenceIds)}`];
}

function timeline(view: IncidentView): readonly Safe[] {
  if (view.timeline.length === 0) return [safe`Unknown: no records were read.`];
  return [
    safe`| Time | What | Service | Event | Records |`,
    safe`| --- | --- | --- | --- | --- |`,
    ...view.timeline.map(tableRow),
  ];
}

function tableRow(row: TimelineRowView): Safe {
  const service = row.service === null ? safe`Unknown` : plain(row.service);
  const many = row.count > 1 ? safe` (${grouped(row.count)} records until ${clockTime(row.lastAtMs)})` : safe``;
  return safe`| ${isoTime(row.atMs)} | ${roleWords(row.role)} | ${service} | ${plain(row.text)}${many} |${cite(row.evidenceIds)} |`;
}

function causeSection(input: PostmortemInput): readonly Safe[] {
  const lead = leadOf(input);
  if (lead === null) return [safe`- Unknown. Nobody has confirmed a cause.`];
  return [confirmation(lead, input.votes), ...arithmeticOf(lead)];
}

function confirmation(lead: CauseView, votes: readonly CastVote[]): Safe {
  if (verdictOfPeople(lead.votes) !== "confirmed") {
    return safe`- Not confirmed. First suspect, ${confidenceWords(lead.confidence)}: ${plain(withoutStop(lead.summary))}.${cite(citedBy(lead))}`;
  }
  const said = validVotes(votes)
    .filter(({ hypothesisId, verdict }) => hypothesisId === lead.id && verdict === "yes")
    .map(({ actorName, atMs }) => safe`${plain(actorName)} at ${isoTime(atMs)}`);
  return safe`- Confirmed by ${joinSafe(said, ", ")}: ${plain(withoutStop(lead.summary))}.${cite(citedBy(lead))}`;
}

function suspect(cause: CauseView): readonly Safe[] {
  const people = cause.votes.no.length > 0 ? safe` (ruled out by ${plain(joinSafe(cause.votes.no, ", "))})` : safe``;
  const head = safe`- ${plain(withoutStop(cause.summary))}, ${confidenceWords(cause.confidence)}${people}.${cite(citedBy(cause))}`;
  return [head, ...arithmeticOf(cause)];
}

function arithmeticOf(cause: CauseView): readonly Safe[] {
  const shown = showArithmetic(cause);
  return [
    ...cause.supporting.map((part, index) => safe`  - For ${argument(part, shown.supporting[index])}`),
    ...cause.against.map((part, index) => safe`  - Against ${argument(part, shown.against[index])}`),
  ];
}

function argument({ because, evidenceIds }: ArgumentView, points: Safe = safe`+0.0`): Safe {
  return safe`(${points}): ${plain(withoutStop(because))}.${cite(evidenceIds)}`;
}

function response(input: PostmortemInput): readonly Safe[] {
  const { incident, view } = input;
  const symptom = view.timeline.find(({ role }) => role === "first-symptom");
  const began = symptom
    ? safe`- First symptom at ${isoTime(symptom.atMs)}.${cite(symptom.evidenceIds)}`
    : safe`- Unknown when it began: no record shows a first symptom.`;
  const late = duration(view.detectedAtMs - (symptom?.atMs ?? view.startedAtMs));
  const alert = cite(idsOf(view, "alert"));
  const who = incident.acknowledgedBy;
  return [
    began,
    safe`- Alert at ${isoTime(view.detectedAtMs)}, ${late} after it began.${alert}`,
    who === null ? safe`- Unknown who acknowledged it.` : safe`- Acknowledged by ${plain(who)}; Unknown when.${alert}`,
    ended(input),
  ];
}

function ended({ view }: PostmortemInput): Safe {
  if (view.resolvedAtMs === null) return safe`- Unknown when it ended: it is not resolved.`;
  const recovery = idsOf(view, "recovery");
  const proof = cite(recovery.length > 0 ? recovery : idsOf(view, "alert"));
  const after = duration(view.resolvedAtMs - view.startedAtMs);
  return safe`- Resolved at ${isoTime(view.resolvedAtMs)}, ${after} after it began.${proof}`;
}

function gaps({ view, analysis }: PostmortemInput): readonly Safe[] {
  if (analysis === null) return [safe`- Unknown: no look at the records has ended.`];
  return view.gaps.length === 0
    ? [safe`- Every configured source was read.`]
    : gapSentences(view.gaps).map((text) => safe`- ${plain(capital(withStop(text)))}`);
}

function notes(input: PostmortemInput): readonly Safe[] {
  return input.notes
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, who, text }) => safe`- ${isoTime(atMs)}, ${plain(who)} wrote: ${plain(text)}`);
}

function records(view: IncidentView): readonly Safe[] {
  return view.evidence.map(
    ({ id, atMs, source, quote, ref }) =>
      safe`- [${ownWords(id)}] ${isoTime(atMs)} · ${plain(source)} · ${plain(quote)} · ${plain(ref)}`,
  );
}

/** The suspect the draft may call first; people's "not it" and a silent verdict leave none. */
function leadOf({ view, analysis }: PostmortemInput): CauseView | null {
  const first = view.causes[0];
  if (first === undefined || verdictOfPeople(first.votes) === "ruled-out") return null;
  const isSilent = analysis?.verdict === "no-likely-cause" || analysis?.verdict === "recovered";
  return isSilent && verdictOfPeople(first.votes) !== "confirmed" ? null : first;
}

function citedBy(cause: CauseView): readonly EventId[] {
  return [...cause.supporting, ...cause.against].flatMap(({ evidenceIds }) => evidenceIds);
}

function idsOf(view: IncidentView, role: TimelineRowView["role"]): readonly EventId[] {
  return view.timeline.filter((row) => row.role === role).flatMap(({ evidenceIds }) => evidenceIds);
}
