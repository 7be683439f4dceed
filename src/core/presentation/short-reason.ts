import type { Safe } from "../safe.ts";
import { joinSafe, safe, sliceSafe } from "../safe.ts";
import { withoutStop } from "./words.ts";

/** What the card says of an argument, and the signal it came from. */
export interface Reason {
  readonly signal: string;
  readonly points: number;
  readonly because: Safe;
  readonly evidenceIds: readonly unknown[];
}

/** Two to three lines of a phone. */
const ROOM = 110;
const MOST = 2;
/** What somebody pressed or a name: too short to be worth leaving out. */
const SHORT_QUOTE = 16;
/** A reason of which the summary has this share of the words says nothing new. */
const NEARLY_ALL = 0.75;
const REQUESTS = /\d+ of \d+ requests for .+? (log the error|no longer (?:run|call|log)) ".*"(?=, \d)/u;
const FROM_TO = / \(\d{2}:\d{2}:\d{2}Z → \d{2}:\d{2}:\d{2}Z\)/u;
/** What a summary with these words in it says already. */
const TOLD_BY: Readonly<Record<string, string>> = { "change-before-first-error": "first error", "own-failure": "×" };

/**
 * The strongest cited reasons in short form, as one line: a second one only when both fit. Reasons that the summary
 * tells already come in only when there is nothing else. Null when there are none.
 */
export function strongest(reasons: readonly Reason[], summary: Safe): Safe | null {
  const cited = reasons.filter(({ points, evidenceIds }) => points !== 0 && evidenceIds.length > 0);
  const untold = cited.filter((reason) => !isTold(reason, summary));
  const ranked = (untold.length > 0 ? untold : cited).toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const [first, ...others] = ranked.slice(0, MOST).map(({ because }) => shortReason(because));
  if (first === undefined) return null;
  return others.reduce((line, other) => {
    const longer = joinSafe([line, other], "; ");
    return longer.length <= ROOM ? longer : line;
  }, first);
}

/** True when the summary says this already: in its own way, or with nearly the same words. */
function isTold({ signal, because }: Reason, summary: Safe): boolean {
  if (summary.includes(TOLD_BY[signal] ?? "\u0000")) return true;
  const words = shortReason(because).match(/[\p{L}\p{N}./=-]{4,}/gu) ?? [];
  const said = words.filter((word) => summary.includes(word)).length;
  return words.length >= 4 && said >= words.length * NEARLY_ALL;
}

/** A reason without what it quotes and without its two clock times: both stand in the thread and on the page. */
export function shortReason(because: Safe): Safe {
  const text = withoutQuote(aboutRequests(withoutStop(because)));
  const times = FROM_TO.exec(text);
  return times === null
    ? text
    : safe`${sliceSafe(text, 0, times.index)}${sliceSafe(text, times.index + times[0].length)}`;
}

/** Two quotes in one sentence: what happened to the requests stays, which ones and what they logged is in the thread. */
function aboutRequests(text: Safe): Safe {
  const found = REQUESTS.exec(text);
  if (found === null) return text;
  const start = text.indexOf(" for ", found.index);
  const fault = found[1] === "log the error" ? safe`log the same error` : safe`miss a usual step`;
  const end = found.index + found[0].length;
  return safe`${sliceSafe(text, 0, start)} ${fault}${sliceSafe(text, end)}`;
}

function withoutQuote(text: Safe): Safe {
  const [open, close] = [text.indexOf('"'), text.lastIndexOf('"')];
  const before = sliceSafe(text, 0, Math.max(0, open)).replace(/(?:: | of | )$/u, "").length;
  if (close <= open || before === 0 || close - open <= SHORT_QUOTE) return text;
  const rest = sliceSafe(text, close + 1);
  const joint = rest.startsWith(" ") ? safe`,` : safe``;
  return safe`${sliceSafe(text, 0, before)}${joint}${rest}`;
}
