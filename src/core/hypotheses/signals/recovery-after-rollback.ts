import type { ChangeEvent } from "../../event.ts";
import { safe } from "../../safe.ts";
import { clockTime, duration } from "../../time.ts";
import type { Observed } from "../../timeline/observations.ts";
import type { Candidate } from "../candidates.ts";
import type { CaseFile } from "../case-file.ts";
import type { Signal, SignalHit } from "../signal.ts";

const RECOVERED = 300;
const NOT_RECOVERED = -300;
/** A rollback needs some minutes until the last old request is gone. */
const SETTLED_MS = 5 * 60_000;

export const recoveryAfterRollback: Signal = {
  question: "Did the errors stop after the change was rolled back?",
  family: "recovery",
  ask(candidate, file) {
    const rollback = rollbackOf(candidate, file);
    return rollback === undefined ? [] : judge(candidate, rollback, file);
  },
};

function rollbackOf({ change }: Candidate, { rollbacks }: CaseFile): Observed<ChangeEvent> | undefined {
  if (change === null) return undefined;
  return rollbacks.find(({ event, atMs }) => event.service === change.event.service && atMs > change.atMs);
}

function judge({ change }: Candidate, rollback: Observed<ChangeEvent>, file: CaseFile): readonly SignalHit[] {
  const last = file.troubles.toSorted((a, b) => b.symptom.lastAtMs - a.symptom.lastAtMs)[0];
  if (last === undefined || change === null) return [];
  const lagMs = last.symptom.lastAtMs - rollback.atMs;
  const evidenceIds = [change.event.id, rollback.event.id, ...last.symptom.sampleIds.slice(-1)];
  if (lagMs >= SETTLED_MS)
    return [
      {
        points: NOT_RECOVERED,
        because: safe`errors went on ${duration(lagMs)} after it was rolled back at ${clockTime(rollback.atMs)}`,
        evidenceIds,
      },
    ];
  const ended = file.troubles.every(({ symptom }) => symptom.ended);
  if (!ended || lagMs < -SETTLED_MS) return [];
  return [
    {
      points: RECOVERED,
      because: safe`rolled back at ${clockTime(rollback.atMs)}, and the errors stopped at ${clockTime(last.symptom.lastAtMs)}`,
      evidenceIds,
    },
  ];
}
