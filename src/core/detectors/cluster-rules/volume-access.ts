import type { EventId } from "../../ids.ts";
import { type Safe, safe } from "../../safe.ts";
import { at, listAt, textAt } from "../cluster/read.ts";
import type { ClusterState, Container, Pod } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { linesBy } from "./log-lines.ts";
import { CONTRADICTION, type Fact, kubectl, ODD, suspect, WITNESSED } from "./suspect.ts";

const DENIED =
  /permission denied|\bEACCES\b|AccessDeniedException|operation not permitted|\bEPERM\b|read-only file system|\bEROFS\b/iu;
/** Refusals by databases and sockets have nothing to do with files. */
const ELSEWHERE =
  /permission denied for (?:table|relation|schema|database|function|sequence|view)|connect(?:ion)?\b.*permission denied|\.sock\b/iu;
const ABOUT_VOLUMES = /mount|volume|chown|chmod|fsgroup/iu;
const MAX_CITED = 3;

/** Containers that fail at start because they may not read or write what is mounted into them. */
export function volumeAccess(state: ClusterState): readonly Finding[] {
  const failing = state.pods.filter((pod) => !pod.isReady && !pod.isTerminating && pod.node !== null);
  const once = new Map(failing.toReversed().map((pod) => [`${pod.namespace ?? ""} ${pod.owner ?? pod.name}`, pod]));
  const lines = linesBy(state, DENIED);
  return [...once.values()].flatMap((pod) => {
    const mounts = pod.containers.flatMap((container) => mountsOf(pod, container));
    const own = (lines.get(pod.service ?? pod.name) ?? []).filter(({ event }) => !ELSEWHERE.test(event.body));
    const told = [...toldByNode(pod, { mounts, state }), ...toldByLogs(own, mounts)];
    const [first] = told;
    return first === undefined || mounts.length === 0 ? [] : [toFinding(pod, { state, mounts, told, first })];
  });
}

/** Storage that a container shares with the outside. What the cluster itself mounts (tokens, settings) is readable by design. */
interface Mount {
  readonly path: Safe;
  readonly volume: Safe;
  readonly isReadOnly: boolean;
}

function mountsOf(pod: Pod, { spec }: Container): readonly Mount[] {
  const volumes = new Map(listAt(pod.manifest, "spec", "volumes").map((each) => [textAt(each, "name"), each]));
  return listAt(spec, "volumeMounts").flatMap((each) => {
    const [path, volume] = [textAt(each, "mountPath"), textAt(each, "name")];
    const source = volumes.get(volume) ?? null;
    const isOurs = ["secret", "configMap", "projected", "downwardAPI"].some((kind) => at(source, kind) !== null);
    // The root is part of every path, so it tells nothing.
    if (path === null || path === "/" || volume === null || isOurs || path.startsWith("/var/run/secrets/")) return [];
    return [{ path, volume, isReadOnly: textAt(each, "readOnly") === "true" }];
  });
}

interface Told {
  readonly because: Safe;
  readonly points: number;
  readonly ids: readonly EventId[];
}

function toldByNode(
  pod: Pod,
  { mounts, state }: { readonly mounts: readonly Mount[]; readonly state: ClusterState },
): readonly Told[] {
  const isAbout = (note: string) => ABOUT_VOLUMES.test(note) || mounts.some(({ path }) => note.includes(path));
  const warnings = state.eventsOf(pod.object).filter(({ isWarning }) => isWarning);
  const event = warnings.find(({ note }) => DENIED.test(note) && isAbout(note));
  if (event === undefined) return [];
  return [
    { because: safe`the node says (×${event.count}): ${event.note}`, points: CONTRADICTION, ids: [event.id, pod.id] },
  ];
}

/** A line that names a path below a mount is about it; one that names none may be about any file. */
function toldByLogs(
  lines: readonly { readonly event: { readonly id: EventId; readonly body: Safe } }[],
  mounts: readonly Mount[],
): readonly Told[] {
  const isAbout = (body: string) => mounts.some(({ path }) => body.includes(path));
  const named = lines.filter(({ event }) => isAbout(event.body));
  const used = named.length > 0 ? named : lines;
  const [first] = used;
  if (first === undefined) return [];
  const points = named.length > 0 ? CONTRADICTION : 2 * ODD;
  const ids = used.slice(-MAX_CITED).map(({ event }) => event.id);
  return [{ because: safe`its log says ×${used.length}: ${first.event.body}`, points, ids }];
}

function toFinding(
  pod: Pod,
  {
    state,
    mounts,
    told,
    first,
  }: {
    readonly state: ClusterState;
    readonly mounts: readonly Mount[];
    readonly told: readonly Told[];
    readonly first: Told;
  },
): Finding {
  const service = pod.service ?? pod.name;
  const workload = state.workloadOf(pod);
  const [mount] = mounts;
  const facts: readonly Fact[] = [
    ...told.map(
      ({ because, points, ids }): Fact => ({ signal: "access-is-denied", family: "declared", points, because, ids }),
    ),
    ...restarts(pod),
    ...readOnly(pod, mounts),
  ];
  return suspect({
    service,
    kind: "configuration",
    detail: safe`volume-mount-permission-denied`,
    object: workload?.object ?? pod.object,
    summary: safe`${service} does not start: it may not use what is mounted at ${mount?.path ?? safe`its volume`}: ${first.because}`,
    facts,
    nextChecks: [kubectl("describe", pod.object, pod.namespace), kubectl("logs", pod.object, pod.namespace)],
  });
}

function restarts(pod: Pod): readonly Fact[] {
  const restarted = pod.containers.reduce((sum, { status }) => sum + (status?.restarts ?? 0), 0);
  if (restarted === 0) return [];
  const because = safe`its containers were started again ${restarted} times and are still not ready`;
  return [{ signal: "starts-in-vain", family: "reported", points: WITNESSED, because, ids: [pod.id] }];
}

function readOnly(pod: Pod, mounts: readonly Mount[]): readonly Fact[] {
  const found = mounts.find(({ isReadOnly }) => isReadOnly);
  if (found === undefined) return [];
  const because = safe`${found.volume} is mounted read-only at ${found.path}`;
  return [{ signal: "mounted-read-only", family: "effect", points: ODD, because, ids: [pod.id] }];
}
