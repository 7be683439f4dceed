import { compare } from "../graph/build.ts";
import { epochMs, stableHash } from "../ids.ts";
import { countLines, type Failures, type RecordGroup } from "./failures.ts";
import type { Coverage } from "./place.ts";
import { MAX_SURPRISE } from "./surprise.ts";
import type { Found } from "./symptoms.ts";

/** A line must have been this common for its absence to say something. */
const MIN_BASELINE_RECORDS = 20;
/** Shorter silences happen. */
const MIN_SILENCE_MS = 120_000;
const MIN_NATS = 6;
/** A service that stops doing something stops logging many lines about it; the clearest few tell it. */
const MAX_PER_SERVICE = 2;

/** Lines of normal work that stopped while their service goes on logging: a method that returns early, a job that is stuck. */
export function vanishedSymptoms(failures: Failures, cover: Coverage): readonly Found[] {
  const working = failures.groups.filter(({ kind, meaning }) => kind === "log" && !meaning.isFailure);
  const found = working
    .flatMap((group) => toVanished(group, cover, working.length))
    .toSorted((a, b) => b.symptom.surprise - a.symptom.surprise || compare(a.symptom.id, b.symptom.id));
  const taken = new Map<string, number>();
  return found.filter(({ symptom }) => {
    const before = taken.get(symptom.service) ?? 0;
    taken.set(symptom.service, before + 1);
    return before < MAX_PER_SERVICE;
  });
}

function toVanished(group: RecordGroup, cover: Coverage, looks: number): readonly Found[] {
  const { window, lastMs } = cover;
  const before = countLines(group.records.filter(({ atMs }) => atMs < window.fromMs));
  const last = group.records.at(-1);
  const watchedMs = window.fromMs - cover.since(group.service);
  if (last === undefined || before < MIN_BASELINE_RECORDS || watchedMs <= 0) return [];
  const silenceMs = lastMs - Math.max(last.atMs, window.fromMs);
  const serviceLast = cover.lastOf(group.service) ?? 0;
  if (silenceMs < MIN_SILENCE_MS || serviceLast < lastMs - MIN_SILENCE_MS / 2) return [];
  // Poisson: the chance of none when `expected` were due.
  const nats = (before / watchedMs) * silenceMs - Math.log(looks);
  if (nats < MIN_NATS) return [];
  const inside = countLines(group.records) - before;
  return [
    {
      kind: "log",
      records: [],
      symptom: {
        id: `s${stableHash(`vanished\u0000${group.service}\u0000${group.template}`)}`,
        service: group.service,
        template: group.template,
        meaning: group.meaning,
        course: "vanished",
        firstAtMs: epochMs(Math.max(last.atMs, window.fromMs)),
        lastAtMs: epochMs(Math.max(last.atMs, window.fromMs)),
        count: inside,
        baselineCount: before,
        surprise: Math.round(Math.min(MAX_SURPRISE, nats) * 100) / 100,
        buckets: [],
        sampleIds: [last.id],
        traces: 0,
        ended: false,
      },
    },
  ];
}
