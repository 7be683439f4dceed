import { type Safe, safe } from "../../safe.ts";
import { type CaseFile, complaintsAbout, type Trouble, troublesDownstream, troublesOf } from "../case-file.ts";
import type { Signal } from "../signal.ts";
import { listed } from "../words.ts";

const MAX_POINTS = 180;

export const explainsOtherSymptoms: Signal = {
  question: "How much of the trouble would a fault here explain, from callee to caller?",
  family: "explained",
  ask({ service, change }, file) {
    if (service === null || !isInvolved(service, file)) return [];
    // What failed before the change cannot be its work.
    const explained = troublesDownstream(file, service).filter(
      ({ symptom }) => change === null || symptom.lastAtMs >= change.atMs,
    );
    const [some, all] = [massByService(explained), massByService(file.troubles)];
    const points = Math.round((MAX_POINTS * total(some)) / total(all));
    if (points <= 0) return [];
    const names = [...some.keys()].toSorted();
    const because =
      names.length === all.size
        ? safe`would explain all failing services: ${listed(names)}`
        : safe`would explain ${names.length} of ${all.size} failing services: ${listed(names)}`;
    return [
      { points, because, evidenceIds: explained.flatMap(({ symptom }) => symptom.sampleIds.slice(0, 1)).slice(0, 5) },
    ];
  },
};

/** Being called by failing services is no proof: somebody must fail here or complain about it. */
function isInvolved(service: Safe, file: CaseFile): boolean {
  return troublesOf(file, service).length > 0 || complaintsAbout(file, service).length > 0;
}

/** One service counts once, with its most improbable trouble: many templates are one fact seen many times. */
function massByService(troubles: readonly Trouble[]): ReadonlyMap<Safe, number> {
  const mass = new Map<Safe, number>();
  for (const { service, symptom } of troubles) mass.set(service, Math.max(mass.get(service) ?? 0, symptom.surprise, 1));
  return mass;
}

function total(mass: ReadonlyMap<Safe, number>): number {
  // Summed in order of size, so that the order of the records cannot change the last digit.
  return [...mass.values()].toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0);
}
