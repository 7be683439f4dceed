import { compare } from "../graph/build.ts";
import { epochMs } from "../ids.ts";
import type { Onset, Symptom } from "./observations.ts";
import { type Found, SIGNIFICANT } from "./symptoms.ts";

/** A single first error belongs to a burst of the same service that follows within this time. */
const FORERUNNER_MS = 60_000;

/** When users or callers first suffered: the first failing record of the earliest significant symptom; null when nothing is significant. */
export function findOnset(found: readonly Found[]): Onset | null {
  const failing = found.filter(({ symptom }) => symptom.meaning.isFailure);
  const bursts = failing.map(({ symptom }) => symptom).filter((symptom) => isSignificant(symptom));
  const candidates = bursts.flatMap((burst) => [...beginning(burst), ...forerunners(burst, failing)]);
  return candidates.toSorted((a, b) => a.atMs - b.atMs || compare(a.eventId, b.eventId))[0] ?? null;
}

function beginning({ service, firstAtMs, sampleIds, id }: Symptom): readonly Onset[] {
  const [eventId] = sampleIds;
  return eventId === undefined ? [] : [{ service, atMs: firstAtMs, eventId, symptomId: id }];
}

/** The first record of anything new at the same service shortly before a burst. */
function forerunners(burst: Symptom, failing: readonly Found[]): readonly Onset[] {
  const { service, firstAtMs } = burst;
  return failing.flatMap(({ symptom, records }) => {
    if (symptom.course !== "novel" || symptom.service !== service) return [];
    const first = records.find(({ atMs }) => atMs >= firstAtMs - FORERUNNER_MS);
    if (first === undefined || first.atMs > firstAtMs) return [];
    return [{ service, atMs: epochMs(first.atMs), eventId: first.id, symptomId: symptom.id }];
  });
}

/** A symptom that chance does not explain. */
export function isSignificant(symptom: Symptom): boolean {
  return symptom.surprise >= SIGNIFICANT && (symptom.course === "novel" || symptom.course === "burst");
}
