import { safe } from "../../safe.ts";
import { duration } from "../../time.ts";
import type { Signal } from "../signal.ts";
import { fromTo } from "../words.ts";

const POINTS = -400;
/** Clocks and flushes are not exact to the second. */
const TOLERANCE_MS = 5000;

export const changeAfterOnset: Signal = {
  question: "Did the change come only after the errors had begun?",
  family: "timing",
  ask({ change }, { onset }) {
    if (change === null || onset === null || change.atMs <= onset.atMs + TOLERANCE_MS) return [];
    const because = safe`took effect ${duration(change.atMs - onset.atMs)} after the first error ${fromTo(onset.atMs, change.atMs)}`;
    return [{ points: POINTS, because, evidenceIds: [change.event.id, onset.eventId] }];
  },
};
