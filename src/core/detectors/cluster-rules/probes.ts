import type { Json } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import { at, numberAt, textAt } from "../cluster/read.ts";
import type { ClusterEvent, ClusterState, Container, Pod } from "../cluster/state.ts";

export type ProbeKind = "liveness" | "readiness" | "startup";

/** How a container is asked whether it lives. */
export interface Probe {
  readonly kind: ProbeKind;
  /** "grpc", "http", "https", "tcp" or "exec". */
  readonly protocol: Safe;
  /** A number, or the name of a container port; null for commands. */
  readonly port: Safe | null;
  readonly path: Safe | null;
  /** How long after the start it is first asked, in seconds. */
  readonly delayS: number;
  /** How long after its start a container that never answers is given up, in seconds. */
  readonly patienceS: number;
}

/** The probes that a container declares. */
export function probesOf(container: Container): readonly Probe[] {
  const kinds: readonly ProbeKind[] = ["liveness", "readiness", "startup"];
  return kinds.flatMap((kind) => toProbe(kind, container[kind]) ?? []);
}

function toProbe(kind: ProbeKind, spec: Json): Probe | null {
  if (spec === null) return null;
  const how = protocolOf(spec);
  if (how === null) return null;
  const failures = numberAt(spec, "failureThreshold") ?? 3;
  const delayS = numberAt(spec, "initialDelaySeconds") ?? 0;
  const periodS = numberAt(spec, "periodSeconds") ?? 10;
  return {
    kind,
    ...how,
    delayS,
    patienceS: delayS + failures * periodS,
  };
}

function protocolOf(spec: Json): Pick<Probe, "protocol" | "port" | "path"> | null {
  if (at(spec, "grpc") !== null) return { protocol: safe`grpc`, port: textAt(spec, "grpc", "port"), path: null };
  if (at(spec, "tcpSocket") !== null)
    return { protocol: safe`tcp`, port: textAt(spec, "tcpSocket", "port"), path: null };
  if (at(spec, "exec") !== null) return { protocol: safe`exec`, port: null, path: null };
  if (at(spec, "httpGet") === null) return null;
  const isTls = textAt(spec, "httpGet", "scheme")?.toLowerCase() === "https";
  return {
    protocol: isTls ? safe`https` : safe`http`,
    port: textAt(spec, "httpGet", "port"),
    path: textAt(spec, "httpGet", "path"),
  };
}

/** What the node reported about a failing probe of a pod, newest first. */
export function failuresOf(kind: ProbeKind, pod: Pod, state: ClusterState): readonly ClusterEvent[] {
  const words = new RegExp(`^${kind} probe (?:failed|errored)`, "iu");
  return state.eventsOf(pod.object).filter(({ reason, note }) => reason === "Unhealthy" && words.test(note));
}
