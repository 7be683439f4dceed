import { safe } from "../../safe.ts";
import { complaintsAbout } from "../case-file.ts";
import type { Signal } from "../signal.ts";
import { errors, listed } from "../words.ts";

const ONE_CALLER = 180;
const SEVERAL_CALLERS = 220;

export const outsideHost: Signal = {
  question: "Is the accused a host of somebody else that tells us nothing?",
  family: "own-failure",
  ask({ kind, service }, file) {
    if (kind !== "third-party-outage" || service === null) return [];
    const complaints = complaintsAbout(file, service);
    const callers = [...new Set(complaints.map((trouble) => trouble.service))].toSorted();
    const count = complaints.reduce((sum, { symptom }) => sum + symptom.count, 0);
    const because = safe`${service} is not one of our services; ${errors(count)} at ${listed(callers)} are about it`;
    return [
      {
        points: callers.length > 1 ? SEVERAL_CALLERS : ONE_CALLER,
        because,
        evidenceIds: complaints.flatMap(({ symptom }) => symptom.sampleIds.slice(0, 2)).slice(0, 5),
      },
    ];
  },
};
