import { safe } from "../../safe.ts";
import { complaintsAbout, troublesOf } from "../case-file.ts";
import type { Signal } from "../signal.ts";

const POINTS = -220;

export const quietAfterChange: Signal = {
  question: "Did the changed service stay healthy?",
  family: "quiet",
  ask({ change, service }, file) {
    if (change === null || service === null || file.onset === null) return [];
    // Silence speaks only where somebody listened: its own records were read.
    if (!file.heard.has(service)) return [];
    if (troublesOf(file, service).length > 0 || complaintsAbout(file, service).length > 0) return [];
    const because = safe`${service} itself shows no new errors, and nobody's errors name it`;
    return [{ points: POINTS, because, evidenceIds: [change.event.id, file.onset.eventId] }];
  },
};
