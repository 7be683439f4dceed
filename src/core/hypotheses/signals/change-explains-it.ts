import { safe } from "../../safe.ts";
import { duration } from "../../time.ts";
import type { Signal } from "../signal.ts";
import { fromTo } from "../words.ts";

const MAX_POINTS = -200;
const HALF_LIFE_MS = 15 * 60_000;

export const changeExplainsIt: Signal = {
  question: "Would a change of the same service shortly before explain this failure?",
  family: "explained",
  ask({ change, service, troubles }, file) {
    const [first] = troubles;
    if (change !== null || service === null || first === undefined) return [];
    return file.changes
      .filter(({ event, atMs }) => event.service === service && atMs <= first.symptom.firstAtMs)
      .flatMap(({ event, atMs }) => {
        const leadMs = first.symptom.firstAtMs - atMs;
        const points = Math.round(MAX_POINTS * 2 ** (-leadMs / HALF_LIFE_MS));
        if (points >= 0) return [];
        const because = safe`${event.change.version} of ${service} took effect ${duration(leadMs)} before it ${fromTo(atMs, first.symptom.firstAtMs)} and would explain it`;
        return [{ points, because, evidenceIds: [event.id, ...first.symptom.sampleIds.slice(0, 1)] }];
      });
  },
};
