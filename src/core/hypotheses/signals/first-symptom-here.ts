import { type Safe, safe } from "../../safe.ts";
import { clockTime, duration } from "../../time.ts";
import type { Candidate } from "../candidates.ts";
import type { CaseFile } from "../case-file.ts";
import type { Signal, SignalHit } from "../signal.ts";
import { fromTo } from "../words.ts";

const FIRST = 130;
/** The first error is a complaint about this one. */
const FIRST_IS_ABOUT = 100;
const LATER = -90;

export const firstSymptomHere: Signal = {
  question: "Was the first error of the incident here?",
  family: "origin",
  ask(candidate, file) {
    const { onset } = file;
    const { service, change } = candidate;
    if (onset === null || service === null || (change !== null && change.atMs > onset.atMs)) return [];
    if (service === onset.service) {
      const because = safe`the first error of the incident is at ${service}: ${clockTime(onset.atMs)}`;
      return [{ points: FIRST, because, evidenceIds: [onset.eventId] }];
    }
    return [...firstIsAbout(service, file), ...laterThanCallee(candidate, service, file)];
  },
};

function firstIsAbout(service: Safe, { onset, troubles }: CaseFile): readonly SignalHit[] {
  const about = troubles.find(({ symptom, blames }) => blames?.name === service && symptom.firstAtMs === onset?.atMs);
  if (about === undefined || onset === null) return [];
  const because = safe`the first error of the incident, at ${onset.service}, is about ${service}: ${clockTime(onset.atMs)}`;
  return [{ points: FIRST_IS_ABOUT, because, evidenceIds: [onset.eventId] }];
}

/** Failing after the service one calls is what victims do. */
function laterThanCallee(
  { troubles }: Candidate,
  service: Safe,
  { onset, observations }: CaseFile,
): readonly SignalHit[] {
  const first = troubles.find((trouble) => trouble.service === service);
  if (first === undefined || onset === null || observations.graph.distance(service, onset.service) === null) return [];
  const delayMs = first.symptom.firstAtMs - onset.atMs;
  if (delayMs <= 0) return [];
  const because = safe`${onset.service}, which it calls, failed ${delay(delayMs)} earlier ${fromTo(onset.atMs, first.symptom.firstAtMs)}`;
  return [{ points: LATER, because, evidenceIds: [onset.eventId, ...first.symptom.sampleIds.slice(0, 1)] }];
}

function delay(ms: number): Safe {
  return ms < 1000 ? safe`less than a second` : duration(ms);
}
