import { safe } from "../../safe.ts";
import { complaintsAbout } from "../case-file.ts";
import type { Signal } from "../signal.ts";
import { errors, listed } from "../words.ts";

const FIRST_CALLER = 100;
const EACH_FURTHER = 50;
const MAX_POINTS = 200;
/** The graph points here, the text does not. */
const SHARE_WHEN_NOT_NAMED = 0.5;

export const blamedByCallers: Signal = {
  question: "Do the errors of its callers name it?",
  family: "blame",
  ask({ service, change }, file) {
    const complaints = complaintsAbout(file, service).filter(
      ({ symptom }) => change === null || symptom.lastAtMs >= change.atMs,
    );
    if (service === null || complaints.length === 0) return [];
    const callers = [...new Set(complaints.map((trouble) => trouble.service))].toSorted();
    const count = complaints.reduce((sum, { symptom }) => sum + symptom.count, 0);
    const named = complaints.some(({ blames }) => blames?.named === true);
    const full = Math.min(MAX_POINTS, FIRST_CALLER + EACH_FURTHER * (callers.length - 1));
    return [
      {
        points: Math.round(named ? full : full * SHARE_WHEN_NOT_NAMED),
        because: safe`${errors(count)} at ${listed(callers)} ${named ? safe`name` : safe`come from calls to`} ${service}`,
        evidenceIds: complaints.flatMap(({ symptom }) => symptom.sampleIds.slice(0, 1)).slice(0, 5),
      },
    ];
  },
};
