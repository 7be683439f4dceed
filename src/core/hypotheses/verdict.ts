import type { AnalysisVerdict, Hypothesis } from "../analysis.ts";
import { own, ownWords, type Safe, safe } from "../safe.ts";
import { clockTime } from "../time.ts";
import type { Observations, Symptom } from "../timeline/observations.ts";
import type { CaseFile, Trouble } from "./case-file.ts";
import { grouped, listed } from "./words.ts";

export interface VerdictWithReason {
  readonly verdict: AnalysisVerdict;
  readonly because: Safe;
}

/** From this confidence on, one cause is named as the likely one. */
const LIKELY = 0.65;
/** And it must stand this far before the next, in hundredths of a nat. */
const MARGIN = 120;
/** A recovery is quiet for at least this long, and for this many times the longest pause between failures so far. */
const LEAST_QUIET_MS = 3 * 60_000;
const PAUSES_OF_QUIET = 3;
/** Symptoms count per ten seconds. */
const BUCKET_MS = 10_000;
/** Below this many points even the best suspect explains nothing. */
const BAR = 150;

/** What the ranking amounts to, with its reason in one sentence. */
export function decideVerdict(file: CaseFile, hypotheses: readonly Hypothesis[]): VerdictWithReason {
  const ended = endedBecause(file);
  if (ended !== null) return ended;
  const [top, second] = hypotheses;
  if (top === undefined || top.score < BAR)
    return { verdict: "no-likely-cause", because: safe`${failing(file)}, but nothing in the evidence explains why` };
  const margin = top.score - (second?.score ?? 0);
  if (top.confidence >= LIKELY && margin >= MARGIN)
    return {
      verdict: "likely-cause",
      because: safe`one cause explains the errors and leads the next by ${nats(margin)} points`,
    };
  return { verdict: "several-candidates", because: safe`${failing(file)}, ${notSure(margin, second)}` };
}

/** Nothing was ever wrong, or nothing is any more; null while something is. */
function endedBecause(file: CaseFile): VerdictWithReason | null {
  const lasts = file.findings.some(({ isActive }) => isActive);
  if (file.troubles.length === 0 && !lasts)
    return file.findings.length === 0
      ? { verdict: "no-likely-cause", because: nothingWrong(file) }
      : { verdict: "recovered", because: passedBecause() };
  const recovery = recoveredBecause(file);
  return recovery === null ? null : { verdict: "recovered", because: recovery };
}

function notSure(margin: number, second: Hypothesis | undefined): Safe {
  if (second === undefined || margin >= MARGIN) return ownWords(own("and the best suspect is not sure enough"));
  return safe`and the best two suspects are only ${nats(margin)} points apart`;
}

function nothingWrong({ usual, passed, observations }: CaseFile): Safe {
  const { logs, spans, metrics, objects } = observations;
  const checked = [
    ...(metrics.length === 0 ? [] : [safe`${ownWords(own(grouped(metrics.length)))} points of metrics`]),
    ...(objects.length === 0 ? [] : [safe`the state of ${objects.length} objects of the cluster`]),
  ];
  if (logs.length + spans.length === 0)
    return checked.length === 0
      ? ownWords(own("no log line and no span was read, so no failure can be seen"))
      : safe`${listed(checked)} show nothing wrong; no log line and no span was read`;
  if (passed.length > 0)
    return safe`events tell of trouble at ${objectsOf(passed)}, but all objects that they name were seen well since`;
  return usual.length === 0
    ? ownWords(own("no record in the window reports a failure"))
    : safe`${usual.length} kinds of errors were found, all as frequent as before`;
}

function objectsOf(passed: readonly Symptom[]): Safe {
  return listed([...new Set(passed.map(({ service }) => service))].toSorted());
}

function passedBecause(): Safe {
  return ownWords(own("what was found has passed: nothing of it lasts at the end of the window"));
}

/** Every failure has ended although its services go on logging. */
function recoveredBecause({ troubles, findings, observations }: CaseFile): Safe | null {
  if (findings.some(({ isActive }) => isActive) || !troubles.every(({ symptom }) => symptom.ended)) return null;
  const enoughMs = Math.max(LEAST_QUIET_MS, PAUSES_OF_QUIET * longestPause(troubles));
  if (quietSince(troubles, observations) < enoughMs) return null;
  const last = troubles.reduce((a, b) => (b.symptom.lastAtMs > a.symptom.lastAtMs ? b : a));
  return safe`the errors stopped at ${clockTime(last.symptom.lastAtMs)} and have not come back`;
}

/** How long the records go on after the last failure, in ms. */
function quietSince(troubles: readonly Trouble[], { logs, spans, window }: Observations): number {
  const newest = Math.max(window.fromMs, logs.at(-1)?.atMs ?? 0, spans.at(-1)?.atMs ?? 0);
  return newest - Math.max(...troubles.map(({ symptom }) => symptom.lastAtMs));
}

/** The longest pause between failures so far, in ms: what comes in waves has not ended in a trough. */
function longestPause(troubles: readonly Trouble[]): number {
  const size = Math.max(0, ...troubles.map(({ symptom }) => symptom.buckets.length));
  let [last, longest] = [-1, 0];
  for (let index = 0; index < size; index++) {
    if (!troubles.some(({ symptom }) => (symptom.buckets[index] ?? 0) > 0)) continue;
    if (last >= 0) longest = Math.max(longest, index - last);
    last = index;
  }
  return longest * BUCKET_MS;
}

function failing({ troubles, findings }: CaseFile): Safe {
  const failed = [...new Set(troubles.map(({ service }: Trouble) => service))].toSorted();
  const found = [...new Set(findings.flatMap(({ service, object }) => service ?? object ?? []))].toSorted();
  const names = failed.length > 0 || found.length === 0 ? failed : found;
  return names.length === 1 ? safe`${listed(names)} fails` : safe`${listed(names)} fail`;
}

/** "3.5": points as people read them. */
function nats(points: number): Safe {
  return ownWords(own((points / 100).toFixed(1)));
}
