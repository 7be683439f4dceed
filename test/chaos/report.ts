import type { Count } from "./count.ts";
import type { ChaosResult } from "./run.ts";
import type { SweepResult } from "./sweep.ts";

/** The result as a table that fits a terminal. */
export function tableOf(result: ChaosResult): string {
  const { count: found, faults } = result;
  const rows: readonly Row[] = [
    ...rowsOf(found),
    ["answers 4xx to the sender", result.refusals, 0],
    ["work left", result.isDrained ? "none" : "some", "none"],
    ["work given up", result.givenUp, 0],
  ];
  const struck = Object.entries(faults).map(([kind, times]) => `${times} × ${kind}`);
  const slack = Object.entries(result.slackFaults).map(([kind, times]) => `${times} × ${kind}`);
  return [
    `seed ${result.seed} · ${result.backend} · ${result.webhooks} webhooks · ${result.tookS} s (all accepted after ${result.sentAfterS} s, drained ${result.drainS} s after the trouble)`,
    ...rows.map(line),
    `  struck: ${struck.join(", ")}; ${result.starts} starts of processes; load per core ${result.load}`,
    `  Slack:  ${slack.join(", ") || "no faults"}`,
    `  sender: ${result.repeats} repeats, 99 of 100 accepted within ${result.ackP99Ms} ms`,
    `  people: ${result.dismissals.said} said "not an incident" in ${result.dismissals.tries} tries, ${result.votes.said} voted on a cause in ${result.votes.tries}`,
    ...(found.removed > 0 ? [`  ${found.removed} doubled messages were found and taken away`] : []),
    ...[...result.deaths, ...result.failedFaults, ...found.problems].map((problem) => `  ! ${problem}`),
    ...(result.logs === null ? [] : [`  logs: ${result.logs}`]),
    result.passed ? "PASSED" : "FAILED",
  ].join("\n");
}

/** The sweep as a table: how many marks were killed at, and the same counts. */
export function sweepTableOf(result: SweepResult): string {
  const { points, count: found, slowestRecoveryMs, limitMs } = result;
  const hit = points.filter(({ wasHit }) => wasHit).length;
  const rows: readonly Row[] = [
    ["kills that hit", hit, points.length],
    ...rowsOf(found),
    ["work left", result.isDrained ? "none" : "some", "none"],
    ["work given up", result.givenUp, 0],
  ];
  const missed = points.filter(({ wasHit }) => !wasHit).map(({ name, hit: at }) => `  ! never reached: ${name}@${at}`);
  return [
    `seed ${result.seed} · sweep of ${points.length} kills · ${result.tookS} s`,
    ...rows.map(line),
    `  slowest recovery ${slowestRecoveryMs} ms, limit on this machine now ${limitMs} ms`,
    ...missed,
    ...found.problems.map((problem) => `  ! ${problem}`),
    result.passed ? "PASSED" : "FAILED",
  ].join("\n");
}

type Row = readonly [name: string, value: string | number, wanted: string | number];

function rowsOf(found: Count): readonly Row[] {
  return [
    ["incidents", found.incidents, ""],
    ["without a card", found.lost, 0],
    ["duplicate cards", found.duplicateRoots, 0],
    ["missing replies", found.missingReplies, 0],
    ["duplicate replies", found.duplicateReplies, 0],
    ["wrong final state", found.wrongStates, 0],
    ["votes that are gone", found.lostVotes, 0],
    ["strays", found.strays, 0],
    ["missing notes in PagerDuty", found.missingNotes, 0],
    ["duplicate notes", found.duplicateNotes, 0],
  ];
}

function line([name, value, wanted]: Row): string {
  return `  ${name.padEnd(28)}${String(value).padStart(8)}${wantedOf(value, wanted)}`;
}

function wantedOf(value: string | number, wanted: string | number): string {
  return wanted === "" || value === wanted ? "" : `   wanted ${wanted}`;
}
