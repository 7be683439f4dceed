import { type Safe, safe } from "../../safe.ts";
import { compareNames, nameText, quantity, textAt } from "../cluster/read.ts";
import type { ClusterEvent, ClusterState, Node, Pod } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { meetsSelector, untolerated, type Wish, wishedNodes, wishOf } from "./fit.ts";
import { CONTRADICTION, type Fact, kubectl, suspect, WITNESSED } from "./suspect.ts";

/** Pods that no node takes: which wish of theirs, or which state of the nodes that could have them, stands in the way. */
export function scheduling(state: ClusterState): readonly Finding[] {
  const waiting = state.pods.filter((pod) => pod.phase === "Pending" && pod.node === null && !pod.isTerminating);
  const groups = Map.groupBy(waiting, ({ namespace, owner, name }) => `${namespace ?? ""} ${owner ?? name}`);
  return [...groups.values()].flatMap((pods) => {
    const [pod] = pods;
    return pod === undefined ? [] : toFinding(pod, { state, count: pods.length });
  });
}

/** Why the pod waits, in the words of the cause; `share` tells among equals which is the larger. */
interface Obstacle {
  readonly detail: Safe;
  readonly nodes: number;
  readonly share: number;
  readonly because: Safe;
  readonly ids: readonly Node["id"][];
}

function toFinding(
  pod: Pod,
  { state, count }: { readonly state: ClusterState; readonly count: number },
): readonly Finding[] {
  const refusal = state.eventsOf(pod.object).find(({ reason }) => reason === "FailedScheduling") ?? null;
  const told = toldBy(refusal);
  const workload = state.workloadOf(pod);
  const obstacle = obstacleOf(pod, { wish: wishOf(pod, workload), told, state });
  if (obstacle === null) return [];
  const service = pod.service ?? pod.name;
  const waiting = count === 1 ? safe`a pod` : safe`${count} pods`;
  return [
    suspect({
      service,
      kind: "scheduling",
      detail: obstacle.detail,
      object: workload?.object ?? pod.object,
      summary: safe`${waiting} of ${service} cannot be placed on any node: ${obstacle.because}`,
      facts: [declared(pod, obstacle), ...reported(refusal)],
      nextChecks: [kubectl("describe", pod.object, pod.namespace), safe`kubectl get nodes --show-labels`],
    }),
  ];
}

function declared(pod: Pod, { because, ids }: Obstacle): Fact {
  return {
    signal: "no-node-fits",
    family: "declared",
    points: CONTRADICTION,
    because,
    ids: [pod.id, ...ids.slice(0, 4)],
  };
}

function reported(refusal: ClusterEvent | null): readonly Fact[] {
  if (refusal === null) return [];
  const because = safe`the scheduler says: ${refusal.note}`;
  return [{ signal: "scheduler-refuses", family: "reported", points: WITNESSED, because, ids: [refusal.id] }];
}

/** How many nodes the scheduler turned down for which reason. */
interface Told {
  readonly isTold: boolean;
  readonly mismatch: number;
  readonly cordon: number;
  readonly taint: number;
  readonly cpu: number;
  readonly memory: number;
  readonly antiAffinity: number;
}

function toldBy(refusal: ClusterEvent | null): Told {
  // What follows is about evicting others to make room, not about why the pod does not fit.
  const note = (refusal?.note ?? "").split(/\bpreemption:/u)[0] ?? "";
  const count = (pattern: RegExp) => [...note.matchAll(pattern)].reduce((sum, [, nodes]) => sum + Number(nodes), 0);
  return {
    isTold: note !== "",
    mismatch: count(/(\d+) node\(s\) didn't match (?:Pod's )?node (?:affinity|selector)/gu),
    cordon: count(/(\d+) node\(s\) were unschedulable/gu),
    // "taint {key: value}", "taints" or "taint(s)", by the scheduler's age.
    taint: count(/(\d+) node\(s\) had (?:untolerated )?taint(?:s|\(s\))?(?! ?\{node\.kubernetes\.io\/)(?=[ ,.]|$)/gu),
    cpu: count(/(\d+) Insufficient cpu/gu),
    memory: count(/(\d+) Insufficient memory/gu),
    antiAffinity: count(
      /(\d+) node\(s\) didn't (?:match|satisfy) (?:existing pods |pod )?(?:affinity\/)?anti-affinity/gu,
    ),
  };
}

interface Asked {
  readonly wish: Wish;
  readonly told: Told;
  readonly state: ClusterState;
}

/** The pod's own wish first: only nodes that fit it can refuse it for another reason. */
function obstacleOf(pod: Pod, { wish, told, state }: Asked): Obstacle | null {
  const nodes = state.nodes;
  const able = wishedNodes(wish, nodes);
  if (nodes.length === 0) return hardest(toldOnly(pod, { wish, told, state }));
  if (able.length === 0) return unmetWish(wish, nodes);
  // A pod may just be young: without a word of the scheduler only what is declared may speak.
  const closed = closedNodes(wish, able);
  if (told.isTold) return hardest([...closed, ...shortages(pod, { wish, told, state })]);
  return hardest(closed.filter(({ nodes: count }) => count === able.length));
}

function unmetWish(wish: Wish, nodes: readonly Node[]): Obstacle {
  const isSelector = wish.selector.size > 0 && !nodes.some((node) => meetsSelector(wish, node));
  const wanted = [...wish.selector].map(([key, value]) => safe`${nameText(key)}=${value}`);
  const asked = wanted.reduce<Safe>((text, each) => (text === "" ? each : safe`${text},${each}`), safe``);
  return {
    detail: isSelector ? safe`node-selector-mismatch` : safe`node-affinity-mismatch`,
    nodes: nodes.length,
    share: 0,
    because: isSelector
      ? safe`its nodeSelector ${asked} fits none of ${nodes.length} nodes`
      : safe`its node affinity rule fits none of ${nodes.length} nodes`,
    ids: [],
  };
}

/** Nodes that the pod could use, closed by a cordon or by a taint that it does not tolerate. */
function closedNodes(wish: Wish, able: readonly Node[]): readonly Obstacle[] {
  const cordoned = able.filter(({ isCordoned }) => isCordoned);
  const tainted = able.filter((node) => untolerated(wish, node).length > 0);
  const taints = tainted.flatMap((node) => untolerated(wish, node).map(({ key }) => key));
  const found: Obstacle[] = [];
  if (cordoned.length > 0)
    found.push({
      detail: safe`node-cordon-mismatch`,
      nodes: cordoned.length,
      share: 0,
      because: safe`${cordoned.length} of ${able.length} nodes that could run it are cordoned`,
      ids: cordoned.map(({ id }) => id),
    });
  if (taints[0] !== undefined)
    found.push({
      detail: safe`taint-toleration-mismatch`,
      nodes: tainted.length,
      share: 1,
      because: safe`${tainted.length} of ${able.length} nodes that could run it carry the taint ${taints[0]}, which it does not tolerate`,
      ids: tainted.map(({ id }) => id),
    });
  return found;
}

function shortages(pod: Pod, { told, state }: Asked): readonly Obstacle[] {
  const found: Obstacle[] = [];
  for (const resource of ["cpu", "memory"] as const) {
    const share = largestShare(pod, resource, state.nodes);
    if (told[resource] === 0) continue;
    const wants = share === 0 ? safe`` : safe` (it asks for ${Math.round(share * 100)} % of what the largest node has)`;
    found.push({
      detail: resource === "cpu" ? safe`cpu-capacity-mismatch` : safe`memory-capacity-mismatch`,
      nodes: told[resource],
      share: 2 + share,
      because: safe`${told[resource]} nodes have too little ${resource === "cpu" ? safe`cpu` : safe`memory`} left for its request${wants}`,
      ids: [],
    });
  }
  if (told.antiAffinity > 0)
    found.push({
      detail: safe`pod-anti-affinity-conflict`,
      nodes: told.antiAffinity,
      share: 2,
      because: safe`${told.antiAffinity} nodes already run a pod that its anti-affinity rule keeps away from`,
      ids: [],
    });
  return found;
}

/** The pod's request over what the largest node can give. */
function largestShare(pod: Pod, resource: "cpu" | "memory", nodes: readonly Node[]): number {
  const asked = pod.containers
    .filter(({ isInit }) => !isInit)
    .reduce((sum, { spec }) => sum + (quantity(textAt(spec, "resources", "requests", resource)) ?? 0), 0);
  const largest = nodes.reduce(
    (most, { manifest }) => Math.max(most, quantity(textAt(manifest, "status", "allocatable", resource)) ?? 0),
    0,
  );
  return largest === 0 ? 0 : asked / largest;
}

/** Without the nodes, the scheduler's own counts must do. */
function toldOnly(pod: Pod, asked: Asked): readonly Obstacle[] {
  const { told, wish } = asked;
  const mismatch = wish.selector.size > 0 ? safe`node-selector-mismatch` : safe`node-affinity-mismatch`;
  return [
    ...plain(mismatch, told.mismatch, safe`${told.mismatch} nodes do not fit its node selector or affinity`),
    ...plain(safe`node-cordon-mismatch`, told.cordon, safe`${told.cordon} nodes are cordoned`),
    ...plain(
      safe`taint-toleration-mismatch`,
      told.taint,
      safe`${told.taint} nodes carry a taint that it does not tolerate`,
    ),
    ...shortages(pod, asked),
  ];
}

function plain(detail: Safe, nodes: number, because: Safe): readonly Obstacle[] {
  return nodes === 0 ? [] : [{ detail, nodes, share: 0, because, ids: [] }];
}

/** What closes most nodes; among equals what the pod asks for comes before what the nodes are. */
function hardest(obstacles: readonly Obstacle[]): Obstacle | null {
  const sorted = obstacles.toSorted(
    (a, b) => b.nodes - a.nodes || b.share - a.share || compareNames(a.detail, b.detail),
  );
  return sorted[0] ?? null;
}
