import { safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Signal } from "../signal.ts";

const POINTS = 60;
const NEARBY_MS = 60 * 60_000;

export const noChangeNearby: Signal = {
  question: "Was nothing changed here in the hour before?",
  family: "timing",
  ask({ change, service, troubles }, file) {
    const [first] = troubles;
    if (change !== null || service === null || first === undefined || !file.changesWereRead) return [];
    const { firstAtMs, sampleIds } = first.symptom;
    const parties = new Set([service, ...troubles.map((trouble) => trouble.service)]);
    const near = file.changes.some(
      ({ event, atMs }) =>
        (event.service === null || parties.has(event.service)) && atMs <= firstAtMs && firstAtMs - atMs <= NEARBY_MS,
    );
    if (near) return [];
    const because = safe`changes were read, and none touched ${service} or its callers in the hour before ${clockTime(firstAtMs)}`;
    return [{ points: POINTS, because, evidenceIds: sampleIds.slice(0, 1) }];
  },
};
