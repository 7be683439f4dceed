import type { EventId } from "../../ids.ts";
import { type Safe, safe } from "../../safe.ts";
import type { Candidate } from "../candidates.ts";
import { type CaseFile, complaintsAbout } from "../case-file.ts";
import type { Signal, SignalHit } from "../signal.ts";

const SAME_SERVICE = 100;
const ONE_CALL_AWAY = 90;
const CALLS_THE_ALERTED = 30;
const NO_PATH = -120;

export const reachesTheAlert: Signal = {
  question: "Can a fault here reach the service that alerted?",
  family: "reach",
  ask(candidate, file) {
    const { alerted } = file;
    const { service } = candidate;
    if (alerted === null || service === null) return [];
    const evidenceIds = [...evidenceOf(candidate), ...alertIds(file)];
    return answer(service, alerted, file).map((hit) => ({ ...hit, evidenceIds }));
  },
};

function answer(service: Safe, alerted: Safe, file: CaseFile): readonly Omit<SignalHit, "evidenceIds">[] {
  if (service === alerted) return [{ points: SAME_SERVICE, because: safe`${service} is the service that alerted` }];
  const { graph } = file.observations;
  const steps = distanceTo(service, alerted, file);
  if (steps !== null)
    return [
      {
        points: Math.round(ONE_CALL_AWAY / steps),
        because: safe`the alerted ${alerted} calls ${service}${steps > 1 ? through(steps) : safe``}`,
      },
    ];
  if (graph.distance(service, alerted) !== null)
    return [{ points: CALLS_THE_ALERTED, because: safe`${service} calls the alerted ${alerted} and can overload it` }];
  // "No path" means something only where calls of both were seen.
  const seen = (name: Safe): boolean => graph.callersOf(name).length + graph.calleesOf(name).length > 0;
  if (!seen(service) || !seen(alerted)) return [];
  return [{ points: NO_PATH, because: safe`no call from the alerted ${alerted} leads to ${service}` }];
}

function through(steps: number): Safe {
  return steps === 2 ? safe` through one other service` : safe` through ${steps - 1} other services`;
}

function distanceTo(service: Safe, alerted: Safe, file: CaseFile): number | null {
  const { graph } = file.observations;
  const viaComplaints = complaintsAbout(file, service).flatMap((trouble) => {
    const steps = trouble.service === alerted ? 0 : graph.distance(alerted, trouble.service);
    return steps === null ? [] : [steps + 1];
  });
  const direct = graph.distance(alerted, service);
  const all = direct === null ? viaComplaints : [direct, ...viaComplaints];
  return all.length === 0 ? null : Math.max(1, Math.min(...all));
}

function evidenceOf({ change, troubles }: Candidate): readonly EventId[] {
  return change === null ? (troubles[0]?.symptom.sampleIds.slice(0, 1) ?? []) : [change.event.id];
}

function alertIds({ observations, alerted }: CaseFile): readonly EventId[] {
  return observations.alerts
    .filter(({ event }) => event.service === alerted)
    .map(({ event }) => event.id)
    .slice(0, 1);
}
