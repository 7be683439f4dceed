import { compare } from "../graph/build.ts";
import type { Onset, Symptom } from "./observations.ts";
import { type Found, SIGNIFICANT } from "./symptoms.ts";

/** A single first error belongs to a burst of the same service that follows within this time. */
const FORERUNNER_MS = 60_000;

/** When users or callers first suffered: the first failing record of the earliest significant symptom; null when nothing is significant. */
export function findOnset(found: readonly Found[]): Onset | null {
  const seen = found.map(({ symptom }) => symptom).filter(({ meaning }) => meaning.isFailure);
  const significant = seen.filter((symptom) => isSignificant(symptom));
  const candidates = significant.flatMap((symptom) => [symptom, ...forerunners(symptom, seen)]);
  const first = candidates.toSorted(
    (a, b) => a.firstAtMs - b.firstAtMs || b.surprise - a.surprise || compare(a.id, b.id),
  )[0];
  const eventId = first?.sampleIds[0];
  if (first === undefined || eventId === undefined) return null;
  return { service: first.service, atMs: first.firstAtMs, eventId, symptomId: first.id };
}

/** A symptom that chance does not explain. */
export function isSignificant(symptom: Symptom): boolean {
  return symptom.surprise >= SIGNIFICANT && (symptom.course === "novel" || symptom.course === "burst");
}

function forerunners(burst: Symptom, all: readonly Symptom[]): readonly Symptom[] {
  return all.filter(
    ({ course, service, firstAtMs }) =>
      course === "novel" &&
      service === burst.service &&
      firstAtMs <= burst.firstAtMs &&
      firstAtMs >= burst.firstAtMs - FORERUNNER_MS,
  );
}
