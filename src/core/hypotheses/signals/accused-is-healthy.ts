import { safe } from "../../safe.ts";
import { complaintsAbout, troublesOf } from "../case-file.ts";
import type { Signal } from "../signal.ts";

const POINTS = -100;

export const accusedIsHealthy: Signal = {
  question: "Does the accused log normally, without failures?",
  family: "quiet",
  ask({ change, service }, file) {
    if (change !== null || service === null || !file.heard.has(service)) return [];
    if (troublesOf(file, service).length > 0) return [];
    const [complaint] = complaintsAbout(file, service);
    if (complaint === undefined) return [];
    const because = safe`${service} is heard and shows no failure of its own`;
    return [{ points: POINTS, because, evidenceIds: complaint.symptom.sampleIds.slice(0, 1) }];
  },
};
