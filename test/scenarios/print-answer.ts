import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";

/** The timeline as a person reads it, one row a line. */
export function printTimeline({ timeline, hiddenRows, window }: Analysis): string {
  const rows = timeline.map((row) => {
    const skew = row.skewCorrectedMs === 0 ? "" : ` (clock corrected by ${row.skewCorrectedMs} ms)`;
    const count = row.count === 1 ? "" : ` ×${row.count} until ${row.lastAt.slice(11, 19)}`;
    return `${row.at.slice(11, 23)}  ${row.role.padEnd(13)} ${(row.service ?? "-").padEnd(21)} ${row.text}${count}${skew}`;
  });
  return [`window ${window.from} to ${window.to}`, ...rows, `${hiddenRows} more rows`, ""].join("\n");
}

/** Verdict and causes with their whole arithmetic. */
export function printHypotheses(analysis: Analysis): string {
  const gaps = analysis.gaps.map((gap) => `gap: ${gap.source} ${gap.status}: ${gap.detail}`);
  return [
    `verdict: ${analysis.verdict}`,
    `because: ${analysis.verdictBecause}`,
    ...gaps,
    ...analysis.hypotheses.flatMap(printHypothesis),
    "",
  ].join("\n");
}

function printHypothesis(hypothesis: Hypothesis): readonly string[] {
  const { rank, summary, cause, score, confidence, parts, against } = hypothesis;
  const what = [cause.kind, cause.detail, cause.service, cause.object].filter((each) => each !== undefined).join(" · ");
  return [
    "",
    `${rank}. ${summary}`,
    `   ${what}   score ${points(score)}, confidence ${confidence}`,
    ...[...parts, ...against].map((part) => `   ${points(part.points).padStart(6)}  ${part.signal}: ${part.because}`),
    ...hypothesis.nextChecks.map((check) => `   next: ${check}`),
  ];
}

function points(value: number): string {
  return `${value > 0 ? "+" : ""}${(value / 100).toFixed(1)}`;
}
