import type { Analysis, Hypothesis } from "../analysis.ts";
import { type Safe, safe } from "../safe.ts";
import { brief } from "./card.ts";
import { shortReason } from "./short-reason.ts";
import type { ChangeOfMind } from "./view.ts";
import {
  capital,
  confidenceNumber,
  confidenceWord,
  confidenceWords,
  cutWords,
  literal,
  withoutStop,
  withStop,
} from "./words.ts";

const SUMMARY_LENGTH = 90;
const REASON_LENGTH = 120;

/**
 * What changed between two answers, for one line in the thread. Null when nobody needs to know: the first answer, the
 * same first cause with the same word for its confidence.
 */
export function describeChangeOfMind(previous: Analysis | null, next: Analysis): ChangeOfMind | null {
  if (previous === null) return null;
  const [before, after] = [leadOf(previous), leadOf(next)];
  if (next.verdict === "recovered") return previous.verdict === "recovered" ? null : recovered(before, next);
  if (after === null) return before === null ? null : withdrawn(before, next);
  if (before === null || before.id !== after.id) return newLead(before, after, previous);
  if (confidenceWord(before.confidence) === confidenceWord(after.confidence)) return null;
  return shifted(before, after, next);
}

/** The cause an answer names first; null when its verdict names none. */
function leadOf(analysis: Analysis): Hypothesis | null {
  const names = analysis.verdict === "likely-cause" || analysis.verdict === "several-candidates";
  return names ? (analysis.hypotheses[0] ?? null) : null;
}

/** Errors that stopped do not clear a suspect, so it stays named. */
function recovered(before: Hypothesis | null, next: Analysis): ChangeOfMind {
  const suspect = before === null ? safe`` : safe` Suspect until then: ${withStop(shortSummary(before))}`;
  return { label: "Recovered", text: safe`${withStop(capital(next.verdictBecause))}${suspect}` };
}

function withdrawn(before: Hypothesis, next: Analysis): ChangeOfMind {
  const was = safe`${shortSummary(before)} (was ${confidenceNumber(before.confidence)})`;
  return { label: "Ruled out", text: safe`${was}. No likely cause is left: ${withStop(next.verdictBecause)}` };
}

function newLead(before: Hypothesis | null, after: Hypothesis, previous: Analysis): ChangeOfMind {
  const earlier = previous.hypotheses.find(({ id }) => id === after.id);
  const instead = before === null ? safe`` : safe` Before: ${withStop(shortSummary(before))}`;
  if (earlier === undefined) {
    const because = strongestReason(after);
    const text = safe`first suspect, ${confidenceWords(after.confidence)}: ${shortSummary(after)}${withStop(because)}${instead}`;
    return { label: "New", text };
  }
  const moved = decisive(earlier, after);
  const because = moved === null ? safe`` : safe`: ${moved}`;
  const words = step(earlier, after);
  return {
    label: "Strengthened",
    text: safe`${words}, now the first suspect${withStop(because)} ${withStop(shortSummary(after))}${instead}`,
  };
}

function shifted(before: Hypothesis, after: Hypothesis, next: Analysis): ChangeOfMind {
  const isUp = after.confidence > before.confidence;
  const because = decisive(before, after) ?? (isUp ? null : rival(after, next));
  const reason = because === null ? safe`` : safe`: ${because}`;
  const text = safe`${step(before, after)}, now ${literal(confidenceWord(after.confidence))}${withStop(reason)} ${withStop(shortSummary(after))}`;
  return { label: isUp ? "Strengthened" : "Weakened", text };
}

function step(before: Hypothesis, after: Hypothesis): Safe {
  return safe`${confidenceNumber(before.confidence)} → ${confidenceNumber(after.confidence)}`;
}

/**
 * The line of the arithmetic that moved the confidence most in the direction it went; null when no line did. What was
 * found counts before what was lost, because it can be looked at.
 */
function decisive(before: Hypothesis, after: Hypothesis): Safe | null {
  const old = linesOf(before);
  const now = linesOf(after);
  const up = after.confidence >= before.confidence ? 1 : -1;
  const moves = [...new Set([...old.keys(), ...now.keys()])].map((key) => {
    const line = now.get(key) ?? old.get(key);
    return { line, isGone: !now.has(key), by: up * ((now.get(key)?.points ?? 0) - (old.get(key)?.points ?? 0)) };
  });
  const [most] = moves
    .filter(({ by }) => by > 0)
    .toSorted((a, b) => b.by - a.by || Number(a.isGone) - Number(b.isGone));
  if (most?.line === undefined) return null;
  const because = short(most.line.because);
  return most.isGone ? safe`this no longer counts: ${because}` : because;
}

/** The same signal may speak twice, about different records: the words tell them apart when it does. */
function linesOf(hypothesis: Hypothesis) {
  const lines = [...hypothesis.parts, ...hypothesis.against];
  const isTwice = (signal: Safe) => lines.filter((line) => line.signal === signal).length > 1;
  return new Map(
    lines.map((line) => [isTwice(line.signal) ? `${line.signal}\u0000${line.because}` : String(line.signal), line]),
  );
}

/** Nothing about the suspect changed: another one became likelier. */
function rival(after: Hypothesis, next: Analysis): Safe | null {
  const other = next.hypotheses.find(({ id }) => id !== after.id);
  if (other === undefined) return null;
  return safe`${shortSummary(other)} became likelier (${confidenceNumber(other.confidence)})`;
}

function strongestReason(hypothesis: Hypothesis): Safe {
  const [best] = hypothesis.parts.toSorted((a, b) => b.points - a.points);
  return best === undefined ? safe`` : safe`, ${short(best.because)}`;
}

function short(because: Safe): Safe {
  return cutWords(withoutStop(shortReason(because)), REASON_LENGTH);
}

function shortSummary(hypothesis: Hypothesis): Safe {
  return brief(withoutStop(hypothesis.summary), SUMMARY_LENGTH);
}
