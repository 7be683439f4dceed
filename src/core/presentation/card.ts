import type { Analysis } from "../analysis.ts";
import type { Incident } from "../incident.ts";
import { assertNever } from "../never.ts";
import { cutSafe, joinSafe, type Safe, safe, sliceSafe } from "../safe.ts";
import { duration } from "../time.ts";
import { gapsLine } from "./gaps.ts";
import { type Reason, strongest } from "./short-reason.ts";
import type { CardLines, CauseView, IncidentState, StatedCauseView, TimelineRowView } from "./view.ts";
import { verdictOfPeople } from "./votes.ts";
import {
  capital,
  confidenceNumber,
  confidenceWords,
  counted,
  cutWords,
  grouped,
  literal,
  withoutStop,
  withStop,
} from "./words.ts";

const NOTIFICATION_LENGTH = 199;
const SUBJECT_LENGTH = 60;
const LABEL_LENGTH = 90;
/** Where the summary of a failure begins to say what the log said, or who said it. */
const QUOTE = /: (?:\S+ reports )?"/u;
const SHORTEST_ANSWER = 15;
const CANDIDATES_SHOWN = 3;
const SOURCES_NAMED = 4;

export interface CardContext {
  readonly incident: Incident;
  readonly analysis: Analysis | null;
  readonly state: IncidentState;
  readonly causes: readonly CauseView[];
  readonly timeline: readonly TimelineRowView[];
  readonly statedCause: StatedCauseView | null;
}

/** The lines of the card. A line that would have to guess is null. */
export function cardLines(context: CardContext): CardLines {
  const { analysis, causes } = context;
  const cause = causeLine(context);
  if (analysis === null) {
    return { cause, why: null, against: null, impact: null, nextStep: null, checked: null, notChecked: null };
  }
  const names = isAnswered(analysis) && !isNamedByPerson(context) ? leadOf(causes) : null;
  return {
    cause,
    why: names ? strongest(reasonsOf(analysis, names, "parts"), names.summary) : null,
    // A cause that nothing speaks against says so: silence could also mean that nobody looked.
    against: names ? (strongest(reasonsOf(analysis, names, "against"), names.summary) ?? NOTHING_AGAINST) : null,
    impact: analysis.impact.text,
    nextStep: nextStep(context, names),
    checked: isAnswered(analysis) ? null : checkedLine(analysis),
    notChecked: gapsLine(analysis.gaps),
  };
}

/** The suspect to name first; null when there is none or people ruled all of them out. */
export function leadOf(causes: readonly CauseView[]): CauseView | null {
  const first = causes[0];
  return first !== undefined && verdictOfPeople(first.votes) !== "ruled-out" ? first : null;
}

/** A person named something that is none of the suspects: the reasons for a suspect are no reasons for that. */
function isNamedByPerson({ statedCause, causes }: CardContext): boolean {
  const lead = leadOf(causes);
  return statedCause !== null && (lead === null || verdictOfPeople(lead.votes) !== "confirmed");
}

/** Only with these verdicts the first suspect may be called a cause. */
function isAnswered({ verdict }: Analysis): boolean {
  return verdict === "likely-cause" || verdict === "several-candidates";
}

function causeLine(context: CardContext): CardLines["cause"] {
  const { analysis, causes, incident, statedCause } = context;
  const lead = leadOf(causes);
  if (lead !== null && verdictOfPeople(lead.votes) === "confirmed") {
    return { label: safe`Cause, confirmed by ${joinSafe(lead.votes.yes, ", ")}`, text: lead.summary };
  }
  if (statedCause !== null) {
    const elsewhere = analysis !== null && isAnswered(analysis) ? recordsSay(lead) : safe``;
    return { label: statedLabel(statedCause), text: safe`${statedCause.text}${elsewhere}` };
  }
  if (analysis === null) {
    return incident.status === "resolved"
      ? { label: safe`Cause`, text: safe`unknown; it was resolved before the first look ended` }
      : { label: safe`Cause`, text: safe`not known yet; reading logs, changes and earlier incidents` };
  }
  return verdictLine(context, analysis, lead);
}

function statedLabel({ by, isNoIncident }: StatedCauseView): Safe {
  return isNoIncident === true ? safe`Not an incident, says ${by}` : safe`Cause, named by ${by}`;
}

/** What the records point to stays said when a person knows better. */
function recordsSay(lead: CauseView | null): Safe {
  if (lead === null) return safe``;
  return safe`. The records point to (${confidenceNumber(lead.confidence)}): ${withoutStop(lead.summary)}`;
}

function verdictLine(context: CardContext, analysis: Analysis, lead: CauseView | null): CardLines["cause"] {
  switch (analysis.verdict) {
    case "recovered":
      return { label: safe`Recovered by itself`, text: capital(analysis.verdictBecause) };
    case "no-likely-cause":
      return { label: safe`Cause`, text: safe`not found. ${capital(analysis.verdictBecause)}` };
    case "likely-cause":
    case "several-candidates":
      if (lead === null) {
        return { label: safe`Cause`, text: safe`not found; people ruled out every suspect that the records showed` };
      }
      return candidateLine(context, analysis, lead);
    default:
      return assertNever(analysis.verdict);
  }
}

function candidateLine(context: CardContext, analysis: Analysis, lead: CauseView): CardLines["cause"] {
  const open = context.causes.filter(({ votes }) => verdictOfPeople(votes) !== "ruled-out");
  const isFirst = lead.id === analysis.hypotheses[0]?.id;
  if (!isFirst)
    return { label: safe`Next suspect after feedback, ${confidenceWords(lead.confidence)}`, text: lead.summary };
  if (analysis.verdict === "likely-cause") {
    return { label: safe`Likely cause, ${confidenceWords(lead.confidence)}`, text: lead.summary };
  }
  const listed = open.slice(0, CANDIDATES_SHOWN).map((cause) => {
    const word = literal(`${cause.confidenceWord} `);
    return safe`${cause.rank}. ${withoutStop(cause.summary)} (${word}${confidenceNumber(cause.confidence)})`;
  });
  return { label: safe`Possible causes`, text: joinSafe(listed, "; ") };
}

/** What was read, so that "not found" is not mistaken for "not looked". */
function checkedLine({ stats, evidence, timeline }: Analysis): Safe {
  const names = [...new Map([...timeline, ...evidence].map(({ source }) => [String(source), source])).values()];
  const listed = names.length === 0 ? safe`` : safe`${joinSafe(names.slice(0, SOURCES_NAMED), ", ")}; `;
  const lines = safe`${grouped(stats.lines)} ${literal(stats.lines === 1 ? "line" : "lines")}`;
  return safe`${listed}${lines} from ${counted(stats.sources, "source", "sources")}`;
}

const NOTHING_AGAINST = safe`Nothing in what was read`;

function reasonsOf({ hypotheses }: Analysis, lead: CauseView, side: "parts" | "against"): readonly Reason[] {
  return hypotheses.find(({ id }) => id === lead.id)?.[side] ?? [];
}

function nextStep(context: CardContext, lead: CauseView | null): Safe | null {
  if (context.state === "resolved" || lead === null) return null;
  return lead.suggestedActions[0] ?? lead.toBeSure[0] ?? null;
}

/** One sentence that alone holds the answer: severity, service, answer, confidence. Under 200 characters, times in UTC. */
export function notificationText(context: CardContext, priority: Safe): Safe {
  const { incident, state } = context;
  const { label, text } = state === "resolved" ? resolvedLine(context) : cardLines(context).cause;
  const colon = label === "Cause" ? safe` ` : safe`: `;
  const subject = cutSafe(incident.service ?? incident.title, SUBJECT_LENGTH);
  // Whoever read "resolved" on their phone must not miss that it is back.
  const again = incident.reopened && state !== "resolved" ? safe`reopened, ` : safe``;
  const opening = safe`${priority} ${subject}: ${again}${lowerFirst(cutSafe(label, LABEL_LENGTH))}${colon}`;
  return safe`${opening}${withStop(brief(withoutStop(text), NOTIFICATION_LENGTH - opening.length - 1))}`;
}

/** Shortened to fit: what a log line said goes first, it stands in the thread and on the page. */
export function brief(text: Safe, room: number): Safe {
  if (text.length <= room) return text;
  const quote = text.search(QUOTE);
  return quote >= SHORTEST_ANSWER && quote <= room ? sliceSafe(text, 0, quote) : cutWords(text, room);
}

function resolvedLine(context: CardContext): CardLines["cause"] {
  const { startedAtMs, resolvedAtMs } = context.incident;
  const after = resolvedAtMs === null ? safe`` : safe` after ${duration(resolvedAtMs - startedAtMs)}`;
  return { label: safe`Resolved${after}`, text: resolvedAnswer(context) };
}

function resolvedAnswer(context: CardContext): Safe {
  const lead = leadOf(context.causes);
  if (lead !== null && verdictOfPeople(lead.votes) === "confirmed") return safe`cause confirmed: ${lead.summary}`;
  if (context.statedCause !== null) return statedAnswer(context.statedCause);
  if (lead === null || context.analysis?.verdict !== "likely-cause") return safe`cause not confirmed`;
  return safe`cause not confirmed, likely (${confidenceNumber(lead.confidence)}): ${lead.summary}`;
}

function statedAnswer({ by, text, isNoIncident }: StatedCauseView): Safe {
  return isNoIncident === true ? safe`${by} says: ${text}` : safe`cause named by ${by}: ${text}`;
}

/** Inside a sentence our labels begin small; all of them begin with one of these letters. */
function lowerFirst(label: Safe): Safe {
  return safe`${literal(label.charAt(0).toLowerCase())}${sliceSafe(label, 1)}`;
}
