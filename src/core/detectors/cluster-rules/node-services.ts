import { type Safe, safe, sliceSafe } from "../../safe.ts";
import { textAt } from "../cluster/read.ts";
import type { ClusterObject, ClusterState, Pod } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { CONTRADICTION, type Fact, some, suspect, WITNESSED } from "./suspect.ts";

/** Nodes whose units do not run: kubelet, container runtime, kube-proxy, scheduler. Pods on such a node are victims. */
export function nodeServices(state: ClusterState): readonly Finding[] {
  const units = state.ofKind("NodeService");
  const stopped = units.filter((unit) => isStopped(unit) && !isReplaced(unit, units));
  return stopped.flatMap((unit) => {
    const [node, name] = [textAt(unit.manifest, "spec", "nodeName"), textAt(unit.manifest, "spec", "serviceName")];
    return node === null || name === null ? [] : [toFinding(unit, { node, name: plain(name) }, state)];
  });
}

/** A unit on its way up is not stopped, unless it is started again and again. */
function isStopped({ manifest }: ClusterObject): boolean {
  const active = textAt(manifest, "status", "active");
  return active === "inactive" || active === "failed" || textAt(manifest, "status", "sub") === "auto-restart";
}

const RUNTIMES = /^(?:docker|containerd|crio|cri-o|cri-dockerd)$/u;

function nameOf({ manifest }: ClusterObject): Safe {
  return plain(textAt(manifest, "spec", "serviceName") ?? safe``);
}

function nodeOf({ manifest }: ClusterObject): Safe | null {
  return textAt(manifest, "spec", "nodeName");
}

/** A node needs one container runtime: the unit of another one may rest. */
function isReplaced(unit: ClusterObject, units: readonly ClusterObject[]): boolean {
  if (!RUNTIMES.test(nameOf(unit))) return false;
  return units.some(
    (each) => each !== unit && nodeOf(each) === nodeOf(unit) && RUNTIMES.test(nameOf(each)) && !isStopped(each),
  );
}

function plain(name: Safe): Safe {
  return name.endsWith(".service") ? sliceSafe(name, 0, -".service".length) : name;
}

function toFinding(
  unit: ClusterObject,
  { node, name }: { readonly node: Safe; readonly name: Safe },
  state: ClusterState,
): Finding {
  const active = textAt(unit.manifest, "status", "active") ?? safe`not active`;
  const reported: Fact = {
    signal: "unit-is-stopped",
    family: "declared",
    // A stopped unit of the control plane is no accident of the moment: nothing works there until somebody starts it.
    points: CONTRADICTION + WITNESSED,
    because: safe`unit ${name} on ${node} is ${active}`,
    ids: [unit.id],
  };
  return suspect({
    service: null,
    kind: "infrastructure",
    detail: safe`${name}-unavailable`,
    object: safe`Node/${node}`,
    summary: safe`${name} on node ${node} is ${active}; the pods there suffer from it`,
    facts: [reported, ...notReady(node, state), ...victims(node, name, state)],
    nextChecks: [safe`systemctl status ${name} (on ${node})`, safe`journalctl -u ${name} --since -1h (on ${node})`],
  });
}

function notReady(node: Safe, state: ClusterState): readonly Fact[] {
  const found = state.nodes.find((each) => each.name === node);
  if (found === undefined || found.isReady) return [];
  return [
    {
      signal: "node-not-ready",
      family: "reported",
      points: WITNESSED,
      because: safe`node ${node} is not ready`,
      ids: [found.id],
    },
  ];
}

/** Pods that wait on the node; without a scheduler, pods that wait for any. */
function victims(node: Safe, unit: Safe, state: ClusterState): readonly Fact[] {
  const waiting = state.pods.filter((pod) => !pod.isReady && !pod.isTerminating && waitsFor(pod, { node, unit }));
  if (waiting.length === 0) return [];
  const are = waiting.length === 1 ? safe`1 pod is` : safe`${waiting.length} pods are`;
  const because = safe`${are} not ready because of it: ${some(waiting.map(({ name }) => name))}`;
  return [
    { signal: "pods-wait", family: "effect", points: WITNESSED, because, ids: waiting.slice(0, 3).map(({ id }) => id) },
  ];
}

function waitsFor(pod: Pod, { node, unit }: { readonly node: Safe; readonly unit: Safe }): boolean {
  return unit === "kube-scheduler" ? pod.node === null : pod.node === node;
}
