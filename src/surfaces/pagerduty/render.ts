import { oneLineSafe } from "../../core/presentation/unseen.ts";
import type { IncidentView } from "../../core/presentation/view.ts";
import { cutSafe, joinSafe, own, ownWords, type Safe, safe, sliceSafe } from "../../core/safe.ts";
import { clockTime } from "../../core/time.ts";

/** PagerDuty shows notes as plain text; what is longer is on the page behind the link. */
const MAX_LENGTH = 3500;
const MAX_LINE = 600;

/** The note of an incident: verdict, cause, why, against, what was not checked, where to read on, who could not be told. */
export function renderNote(view: IncidentView, untold: readonly Safe[] = []): Safe {
  const { card } = view;
  const lines: readonly (Safe | null)[] = [
    safe`TraceOps: ${card.cause.label}: ${card.cause.text}`,
    line(safe`Why`, card.why),
    line(safe`Against`, card.against),
    line(safe`Impact`, card.impact),
    otherCauses(view),
    notChecked(card.notChecked),
    line(safe`Next step`, card.nextStep),
    view.resolvedAtMs === null ? null : safe`Resolved at ${clockTime(view.resolvedAtMs)}.`,
    line(safe`Details`, view.pageUrl),
    ...untold,
  ];
  const said = lines.filter((each) => each !== null).map((each) => cutSafe(oneLineSafe(each), MAX_LINE));
  return cutSafe(joinSafe(said, "\n"), MAX_LENGTH);
}

/** The note with the mark by which it is found again when the answer to a post was lost. */
export function withMark(note: Safe, nonce: string): Safe {
  return joinSafe([note, ownWords(own(markOf(nonce)))], "\n");
}

/** Stands in the text, because a note has no hidden place. */
export function markOf(nonce: string): string {
  return `[traceops ${nonce}]`;
}

function line(name: Safe, text: Safe | null): Safe | null {
  return text === null ? null : safe`${name}: ${text}`;
}

const NOT_CHECKED = "not checked: ";

/** The card's own line, with the capital that this list of lines wants. */
function notChecked(text: Safe | null): Safe | null {
  const rest = text?.startsWith(NOT_CHECKED) ? sliceSafe(text, NOT_CHECKED.length) : text;
  return line(safe`Not checked`, rest);
}

const MAX_OTHERS = 2;

function otherCauses(view: IncidentView): Safe | null {
  const others = view.state === "several-candidates" ? view.causes.slice(1, 1 + MAX_OTHERS) : [];
  const named = others.map((cause) => safe`${cause.summary} (${ownWords(own(cause.confidence.toFixed(2)))})`);
  return named.length === 0 ? null : safe`Also possible: ${joinSafe(named, "; ")}`;
}
