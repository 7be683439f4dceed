import type { Gap } from "../analysis.ts";
import { assertNever } from "../never.ts";
import { cutSafe, joinSafe, type Safe, safe } from "../safe.ts";
import { cutWords, withoutStop } from "./words.ts";

/** One line of a card. */
const LINE_LENGTH = 260;
const LONGEST_REASON = 90;
/** Shorter ones say nothing any more. */
const SHORTEST_REASON = 12;
const SOURCES_NAMED = 20;
const NAME_LENGTH = 24;
/** No line of gaps is longer: twenty long names and the words around them. Whoever draws it has no need to cut it. */
export const GAPS_LENGTH = 640;
/** Of what is not named at all, what was read in part matters least. */
const ORDER = ["failed", "not-configured", "partial"] as const;

/** One gap as a sentence: "not checked: GitHub (timed out after 10 s)". */
export function gapText(gap: Gap): Safe {
  switch (gap.status) {
    case "failed":
      return safe`not checked: ${gap.source} (${withoutStop(gap.detail)})`;
    case "partial":
      return safe`only partly checked: ${gap.source} (${withoutStop(gap.detail)})`;
    case "not-configured":
      return safe`not checked: ${gap.source} (not connected: ${withoutStop(gap.detail)})`;
    default:
      return assertNever(gap.status);
  }
}

/** The gaps as sentences: one each for what failed, and one for all that nobody connected. */
export function gapSentences(gaps: readonly Gap[]): readonly Safe[] {
  const away = gaps.filter(({ status }) => status === "not-configured");
  const told = gaps.filter(({ status }) => status !== "not-configured").map(gapText);
  if (away.length === 0) return told;
  const [only] = away.length === 1 ? away : [];
  if (only !== undefined) return [...told, gapText(only)];
  const names = joinSafe(
    away.map(({ source }) => source),
    ", ",
  );
  return [...told, safe`not connected: ${names}. traceops doctor says how to connect each`];
}

/**
 * All gaps in one line for the card, failures first and with their reason; null when everything was read. Reasons are cut
 * so that the line keeps to 260 characters, names never: the first twenty sources are always named, the others counted. It
 * is longer only where the names alone are, at most `GAPS_LENGTH`.
 */
export function gapsLine(gaps: readonly Gap[]): Safe | null {
  if (gaps.length === 0) return null;
  for (let reason = LONGEST_REASON; reason >= SHORTEST_REASON; reason--) {
    const line = lineOf(gaps, reason);
    if (line.length <= LINE_LENGTH) return line;
  }
  return lineOf(gaps, 0);
}

/** The line with reasons of at most so many characters. */
function lineOf(gaps: readonly Gap[], reason: number): Safe {
  const ordered = ORDER.flatMap((status) => gaps.filter((gap) => gap.status === status));
  const named = ordered.slice(0, SOURCES_NAMED);
  const of = (wanted: Gap["status"]) => named.filter(({ status }) => status === wanted);
  const away = of("not-configured").map(nameOf);
  const notConnected = away.length > 0 ? [safe`${joinSafe(away, ", ")} (not connected)`] : [];
  const unread = of("failed").map((gap) => briefly(gap, reason));
  const partly = of("partial").map((gap) => briefly(gap, reason));
  const others = gaps.length - named.length;
  return joinSafe(
    [
      ...sentence(safe`not checked: `, [...unread, ...notConnected]),
      ...sentence(safe`only partly checked: `, partly),
      // Which of the two they are is left open: here they may be both.
      ...(others > 0 ? [safe`and ${others} more not read in full`] : []),
    ],
    "; ",
  );
}

function nameOf({ source }: Gap): Safe {
  return cutSafe(source, NAME_LENGTH);
}

function briefly(gap: Gap, length: number): Safe {
  const hasReason = length > 0 && gap.detail !== "";
  return hasReason ? safe`${nameOf(gap)} (${cutWords(withoutStop(gap.detail), length)})` : nameOf(gap);
}

function sentence(opening: Safe, parts: readonly Safe[]): readonly Safe[] {
  return parts.length > 0 ? [safe`${opening}${joinSafe(parts, ", ")}`] : [];
}
