import type { Analysis } from "../analysis.ts";
import type { EpochMs, EventId } from "../ids.ts";
import { showArithmetic } from "../presentation/arithmetic.ts";
import { gapSentences } from "../presentation/gaps.ts";
import type { ArgumentView, CauseView, IncidentView, TimelineRowView } from "../presentation/view.ts";
import { type CastVote, validVotes, verdictOfPeople } from "../presentation/votes.ts";
import { capital, confidenceWords, counted, grouped, roleWords, withoutStop, withStop } from "../presentation/words.ts";
import { joinSafe, ownWords, type Safe, safe, sliceSafe } from "../safe.ts";
import { clockTime, duration } from "../time.ts";
import { address, cite, plain, section, when } from "./markdown.ts";
import { actionItems, lookingBack, questions } from "./questions.ts";
import { idsOf, type ResponseInput, responseSteps, responseTable } from "./response.ts";

export interface PostmortemInput extends ResponseInput {
  /** Null when no look at the records ended yet. */
  readonly analysis: Analysis | null;
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
    ...section(safe`Contributing factors`, factors(input)),
    ...section(safe`Other suspects`, suspects.flatMap(suspect)),
    ...section(safe`Detection and response`, responseTable(input)),
    ...section(safe`What could not be checked`, gaps(input)),
    ...section(safe`Notes from people`, notes(input)),
    ...section(safe`Corrections by people`, corrections(view)),
    ...section(safe`Links`, links(view)),
    ...section(safe`What went well, what went badly`, lookingBack(input)),
    ...section(safe`Questions`, questions(view)),
    ...section(safe`Action items`, actionItems(view)),
    ...section(safe`Records`, records(view)),
  ];
  return safe`${joinSafe(blocks, "\n\n")}\n`;
}

function summary(input: PostmortemInput): readonly Safe[] {
  const { incident, view } = input;
  const named = incident.service === null ? safe`Unknown service` : plain(incident.service);
  const head = safe`- ${view.priority} on ${named}, alert at ${when(view.detectedAtMs)}: ${plain(view.title)}.`;
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
  const { incident, view } = input;
  const shown = input.analysis?.impact ?? { text: null, evidenceIds: [] };
  const noticed =
    shown.text === null
      ? safe`- Unknown: no record shows what users noticed.`
      : safe`- ${plain(capital(withStop(shown.text)))}${cite(shown.evidenceIds)}`;
  const failed = view.timeline.filter(({ role, service }) => FAILING.has(role) && service !== null);
  const services = [...new Set(failed.flatMap(({ service }) => (service === null ? [] : [service])))];
  const alerts = safe`- ${counted(incident.alertCount, "alert", "alerts")}.${cite(idsOf(view, "alert"))}`;
  if (services.length === 0) return [noticed, alerts];
  const cited = cite(failed.flatMap(({ evidenceIds }) => evidenceIds));
  const lasted = responseSteps(input).find(({ step }) => step === "resolved")?.tookMs ?? null;
  const how = lasted === null ? safe`not resolved yet` : safe`for ${duration(lasted)} until it was resolved`;
  return [noticed, safe`- Services with symptoms, ${how}: ${plain(joinSafe(services, ", "))}.${cited}`, alerts];
}

const FAILING: ReadonlySet<TimelineRowView["role"]> = new Set(["first-symptom", "spread"] as const);

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
  const many =
    row.count > 1
      ? safe` (${grouped(row.count)} records until ${sliceSafe(clockTime(row.lastAtMs), 0, 8)} UTC)`
      : safe``;
  return safe`| ${when(row.atMs)} | ${roleWords(row.role)} | ${service} | ${plain(row.text)}${many} |${cite(row.evidenceIds)} |`;
}

function causeSection(input: PostmortemInput): readonly Safe[] {
  const said = input.view.statedCause;
  const stated =
    said === null
      ? []
      : [safe`- Named by ${plain(said.by)} at ${when(said.atMs)}: ${plain(withoutStop(said.text))}.${cite([])}`];
  const lead = leadOf(input);
  if (lead === null) return stated.length > 0 ? stated : [safe`- Unknown. Nobody has confirmed a cause.`];
  return [...stated, confirmation(lead, input.votes), ...arithmeticOf(lead)];
}

const POSSIBLE = 0.3;

/** What may have made it possible or worse: suspects that nobody ruled out. Whether they did is for people to say. */
function factors(input: PostmortemInput): readonly Safe[] {
  const lead = leadOf(input);
  const possible = input.view.causes.filter(
    (cause) => cause.id !== lead?.id && cause.confidence >= POSSIBLE && verdictOfPeople(cause.votes) !== "ruled-out",
  );
  if (possible.length === 0) return [safe`- Unknown: the records show none besides the cause.`];
  return possible.map(
    (cause) =>
      safe`- Possible, ${confidenceWords(cause.confidence)}: ${plain(withoutStop(cause.summary))}.${cite(citedBy(cause))}`,
  );
}

/** Not our own page: each process may know it under another address, and the draft must be the same in all of them. */
function links(view: IncidentView): readonly Safe[] {
  const alert = view.externalUrl === null ? [] : [safe`- Where the alert came from: ${address(view.externalUrl)}`];
  const attached = view.links.map(
    ({ title, url, by }) => safe`- ${plain(title)}: ${address(url)} (attached by ${plain(by)})`,
  );
  return [...alert, ...attached];
}

function corrections(view: IncidentView): readonly Safe[] {
  return view.corrections.map(({ atMs, by, text }) => safe`- ${when(atMs)}, ${plain(by)}: ${plain(text)}`);
}

function confirmation(lead: CauseView, votes: readonly CastVote[]): Safe {
  if (verdictOfPeople(lead.votes) !== "confirmed") {
    return safe`- Not confirmed. First suspect, ${confidenceWords(lead.confidence)}: ${plain(withoutStop(lead.summary))}.${cite(citedBy(lead))}`;
  }
  const said = validVotes(votes)
    .filter(({ hypothesisId, verdict }) => hypothesisId === lead.id && verdict === "yes")
    .map(({ actorName, atMs }) => safe`${plain(actorName)} at ${when(atMs)}`);
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

function gaps({ view, analysis }: PostmortemInput): readonly Safe[] {
  if (analysis === null) return [safe`- Unknown: no look at the records has ended.`];
  return view.gaps.length === 0
    ? [safe`- Every configured source was read.`]
    : gapSentences(view.gaps).map((text) => safe`- ${plain(capital(withStop(text)))}`);
}

function notes(input: PostmortemInput): readonly Safe[] {
  return input.notes
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, who, text }) => safe`- ${when(atMs)}, ${plain(who)} wrote: ${plain(text)}`);
}

function records(view: IncidentView): readonly Safe[] {
  return view.evidence.map(
    ({ id, atMs, source, quote, ref }) =>
      safe`- [${ownWords(id)}] ${when(atMs)} · ${plain(source)} · ${plain(quote)} · ${address(ref)}`,
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
