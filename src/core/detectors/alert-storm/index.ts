import { compare } from "../../graph/build.ts";
import type { EpochMs } from "../../ids.ts";
import type { Incident } from "../../incident.ts";
import { type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { Finding, FindingReason } from "../finding.ts";
import { readStorm, type Storm } from "./read-storm.ts";
import { namingOf } from "./resources.ts";
import type { Sign } from "./signs.ts";
import { findSuspects, type Suspect } from "./suspects.ts";

/** More suspects than this are no help. */
const MAX_SUSPECTS = 12;
/** Alerts cited for one reason. */
const MAX_CITED = 5;
const POINTS_PER_NAT = 100;

/** Which place a storm of alerts comes from: a pod, a service or a node, read from what alerts there and nowhere else. */
export function alertStorm(observations: Observations, _incident: Incident): readonly Finding[] {
  const storm = readStorm(observations);
  if (storm === null) return [];
  return findSuspects(storm, observations.graph)
    .toSorted((a, b) => strength(b) - strength(a) || compare(a.name, b.name) || compare(a.level, b.level))
    .slice(0, MAX_SUSPECTS)
    .flatMap((suspect) => toFinding(suspect, storm));
}

function strength({ signs }: Suspect): number {
  return signs.reduce((sum, { nats }) => sum + nats, 0);
}

const OBJECTS = { pod: safe`Pod`, node: safe`Node` } as const;

function toFinding(suspect: Suspect, storm: Storm): readonly Finding[] {
  const { level, name, signs } = suspect;
  const [first] = signs;
  if (first === undefined) return [];
  const { kind, detail, words } = namingOf(first.about);
  const object = level === "service" ? null : safe`${OBJECTS[level]}/${name}`;
  const owner = level === "pod" ? (storm.pods.get(name)?.service ?? null) : name;
  return [
    {
      service: level === "node" ? null : owner,
      kind,
      detail,
      object,
      changeId: null,
      grain: object ?? "",
      summary: safe`${name} stands out in the storm of alerts that began at ${clockTime(storm.startMs)}, most in ${words}`,
      firstAtMs: firstOf(suspect),
      isActive: true,
      reasons: signs.map((sign) => toReason(sign, suspect)),
      nextChecks: [CHECKS[level](name)],
    },
  ];
}

function firstOf({ signs }: Suspect): EpochMs | null {
  return signs
    .flatMap(({ alarms }) => alarms.map(({ atMs }) => atMs))
    .reduce<EpochMs | null>((first, atMs) => (first === null || atMs < first ? atMs : first), null);
}

const CHECKS = {
  pod: (name: Safe) =>
    safe`Compare pod ${name} with its siblings: kubectl describe pod ${name}, kubectl top pod ${name}.`,
  service: (name: Safe) => safe`Check what all pods of ${name} have in common: its callees, its last change, its load.`,
  node: (name: Safe) => safe`Check the node itself: kubectl describe node ${name}, kubectl top node ${name}.`,
} as const;

function toReason(sign: Sign, suspect: Suspect): FindingReason {
  return {
    signal: safe`alert-storm-${namingOf(sign.about).detail}`,
    family: `alert-storm ${sign.about}`,
    points: Math.round(sign.nats * POINTS_PER_NAT),
    because: becauseOf(sign, suspect),
    evidenceIds: sign.alarms.slice(0, MAX_CITED).map(({ id }) => id),
  };
}

function becauseOf({ about, shown, of, elsewhere, others }: Sign, { level, name }: Suspect): Safe {
  const { words } = namingOf(about);
  if (about === "silence") return safe`its ${others} siblings report calls, ${name} makes none of them`;
  if (about === "callers")
    return safe`${shown} of ${of} callers of ${name} suffer, and ${elsewhere} of ${others} others`;
  const where =
    of === 1 ? safe`${level === "pod" ? safe`pod ` : safe``}${name}` : safe`${shown} of ${of} pods of ${name}`;
  const peers = others === 0 ? safe`nobody else is known to have it` : safe`${elsewhere} of ${others} others show it`;
  return safe`${words} alerts at ${where}; ${peers}`;
}
