import type { Analysis, Hypothesis } from "../analysis.ts";
import { cutSafe, type Safe, safe } from "../safe.ts";
import type { ChangeOfMind } from "./view.ts";
import { confidenceNumber, confidenceWord, confidenceWords, literal, withoutStop, withStop } from "./words.ts";

const SUMMARY_LENGTH = 160;

/**
 * What changed between two answers, for one line in the thread. Null when nobody needs to know: the first answer, the
 * same first cause with the same word for its confidence.
 */
export function describeChangeOfMind(previous: Analysis | null, next: Analysis): ChangeOfMind | null {
  if (previous === null) return null;
  const [before, after] = [leadOf(previous), leadOf(next)];
  if (after === null) return before === null ? null : withdrawn(before, next);
  if (before === null || before.id !== after.id) return newLead(before, after, previous);
  if (confidenceWord(before.confidence) === confidenceWord(after.confidence)) return null;
  return shifted(before, after);
}

/** The cause an answer names first; null when its verdict names none. */
function leadOf(analysis: Analysis): Hypothesis | null {
  const names = analysis.verdict === "likely-cause" || analysis.verdict === "several-candidates";
  return names ? (analysis.hypotheses[0] ?? null) : null;
}

function withdrawn(before: Hypothesis, next: Analysis): ChangeOfMind {
  const verdict = next.verdict === "recovered" ? safe`it recovered by itself` : safe`no likely cause is left`;
  const text = safe`ruled out, ${verdict}: ${shortSummary(before)}. ${withStop(next.verdictBecause)}`;
  return { label: "Ruled out", text };
}

function newLead(before: Hypothesis | null, after: Hypothesis, previous: Analysis): ChangeOfMind {
  const earlier = previous.hypotheses.find(({ id }) => id === after.id);
  const instead = before === null ? safe`` : safe` Before: ${shortSummary(before)}.`;
  if (earlier === undefined) {
    const text = safe`new first cause, ${confidenceWords(after.confidence)}: ${shortSummary(after)}.${instead}`;
    return { label: "New", text };
  }
  const step = safe`${confidenceNumber(earlier.confidence)} → ${confidenceNumber(after.confidence)}`;
  const text = safe`now the first cause, ${step}: ${shortSummary(after)}${reason(earlier, after)}.${instead}`;
  return { label: "Strengthened", text };
}

function shifted(before: Hypothesis, after: Hypothesis): ChangeOfMind {
  const label = after.confidence > before.confidence ? "Strengthened" : "Weakened";
  const word = literal(label.toLowerCase());
  const step = safe`${confidenceNumber(before.confidence)} → ${confidenceNumber(after.confidence)}`;
  return { label, text: safe`${word} ${step}: ${shortSummary(after)}${reason(before, after)}.` };
}

/** The line of the arithmetic that moved most, as the reason; nothing when no line moved. */
function reason(before: Hypothesis, after: Hypothesis): Safe {
  const old = linesOf(before);
  const now = linesOf(after);
  const up = after.score >= before.score ? 1 : -1;
  const moves = [...new Set([...old.keys(), ...now.keys()])].map((key) => {
    const line = now.get(key) ?? old.get(key);
    return { line, isGone: !now.has(key), by: up * ((now.get(key)?.points ?? 0) - (old.get(key)?.points ?? 0)) };
  });
  const [most] = moves.filter(({ by }) => by > 0).toSorted((a, b) => b.by - a.by);
  if (most?.line === undefined) return safe``;
  return most.isGone
    ? safe`, because this no longer counts: ${withoutStop(most.line.because)}`
    : safe`, because ${withoutStop(most.line.because)}`;
}

function linesOf(hypothesis: Hypothesis) {
  return new Map([...hypothesis.parts, ...hypothesis.against].map((line) => [String(line.signal), line] as const));
}

function shortSummary(hypothesis: Hypothesis): Safe {
  return cutSafe(withoutStop(hypothesis.summary), SUMMARY_LENGTH);
}
