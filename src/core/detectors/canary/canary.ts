import { type EpochMs, epochMs } from "../../ids.ts";
import type { Incident } from "../../incident.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { Finding, FindingReason } from "../finding.ts";
import { failingEdges } from "./failing-edges.ts";
import { levelReference } from "./levels.ts";
import { reasonsOf, type Scene } from "./reasons.ts";
import { type Rollout, rolloutsOf } from "./rollouts.ts";
import { measured } from "./samples.ts";

/** Points from which a single comparison is a symptom of its own, without an alarm: one in twenty. */
const TELLING = 300;

/**
 * Judges gradual rollouts by what their pods and call edges measured: changed against old pods, since against before, and
 * whether a fault there explains the calls that fail. Silent when nothing fails and no alarm is open.
 */
export function canary(observations: Observations, incident: Incident): readonly Finding[] {
  const all = rolloutsOf(observations);
  if (all.length === 0) return [];
  const alarmMs = alarmOf(observations, incident);
  const rollouts = all.filter(({ fromMs }) => fromMs <= alarmMs);
  const seen = measured(observations);
  const edges = failingEdges(rollouts, seen);
  const scene: Scene = {
    rollouts: all,
    seen,
    levels: levelReference(all, seen),
    edges,
    alarmMs,
    graph: observations.graph,
  };
  const judged = rollouts.map((rollout) => ({ rollout, reasons: reasonsOf(rollout, scene) }));
  const isAlarmed = isOpen(observations, incident);
  const isWrong = edges.some(({ bad }) => bad.length > 1) || judged.some(({ reasons }) => reasons.some(isTelling));
  if (!isWrong && !isAlarmed) return [];
  return judged.map(({ rollout, reasons }) => toFinding(rollout, reasons, edges.length > 0 || isAlarmed));
}

function isTelling({ family, points }: FindingReason): boolean {
  return (family === "exposure" || family === "reporting") && points >= TELLING;
}

/** What starts after the alarm cannot be why it rang. */
function alarmOf({ alerts }: Observations, { detectedAtMs }: Incident): EpochMs {
  const [first] = alerts.filter(({ event }) => event.status === "firing");
  return epochMs(first === undefined ? detectedAtMs : Math.max(first.atMs, detectedAtMs));
}

function isOpen({ alerts }: Observations, { resolvedAtMs }: Incident): boolean {
  return resolvedAtMs === null && alerts.at(-1)?.event.status !== "resolved";
}

function toFinding(rollout: Rollout, reasons: readonly FindingReason[], isActive: boolean): Finding {
  const { service, version, steps, fromMs } = rollout;
  const [best] = reasons
    .filter(({ family }) => family !== "timing" && family !== "explained")
    .toSorted((a, b) => b.points - a.points);
  const [prior] = reasons;
  const told = best !== undefined && best.points > 0 ? best : prior;
  const where = safe`Rollout ${version} of ${service} at ${clockTime(fromMs)}`;
  return {
    service,
    kind: "change",
    detail: ROLLOUT,
    object: null,
    changeId: steps[0]?.event.id ?? null,
    grain: "",
    summary: told === undefined ? where : safe`${where}: ${told.because}`,
    firstAtMs: fromMs,
    isActive,
    reasons,
    nextChecks: checksFor(service),
  };
}

const ROLLOUT = ownWords(own("rollout"));

function checksFor(service: Safe): readonly Safe[] {
  return [
    safe`Compare errors, latency and restarts of new and old pods of ${service} at the same time.`,
    safe`Read the logs of the new pods of ${service} since they started.`,
  ];
}
