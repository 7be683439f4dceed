import type { Gap } from "../analysis.ts";
import { assertNever } from "../never.ts";
import { cutSafe, joinSafe, type Safe, safe } from "../safe.ts";
import { withoutStop } from "./words.ts";

const DETAIL_LENGTH = 90;

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

/** All gaps in one line for the card, failures first and with their reason; null when everything was read. */
export function gapsLine(gaps: readonly Gap[]): Safe | null {
  const unread = gaps.filter(({ status }) => status === "failed").map(briefly);
  const away = gaps.filter(({ status }) => status === "not-configured").map(({ source }) => source);
  const partly = gaps.filter(({ status }) => status === "partial").map(briefly);
  const notConnected = away.length > 0 ? [safe`${joinSafe(away, ", ")} (not connected)`] : [];
  const sentences = [
    ...sentence(safe`not checked: `, [...unread, ...notConnected]),
    ...sentence(safe`only partly checked: `, partly),
  ];
  return sentences.length > 0 ? joinSafe(sentences, "; ") : null;
}

function briefly(gap: Gap): Safe {
  return safe`${gap.source} (${cutSafe(withoutStop(gap.detail), DETAIL_LENGTH)})`;
}

function sentence(opening: Safe, parts: readonly Safe[]): readonly Safe[] {
  return parts.length > 0 ? [safe`${opening}${joinSafe(parts, ", ")}`] : [];
}
