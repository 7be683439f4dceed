import { type Safe, safe } from "../../safe.ts";
import { compareNames } from "../cluster/read.ts";
import type { ClusterState, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { nodeNetwork, pressureOn, type Slow, slowServices } from "./slowness.ts";
import { type Fact, kubectl, ODD, some, suspect, WITNESSED } from "./suspect.ts";

/** A caller waits for its callees one after the other, some of them more than once: it slows down by this many of their delays. */
const CALLS = 3;
/** Packets sent again per second, each node: late answers make a few, lost packets many (one in a hundred of some hundreds). */
const MANY_RESENT = 5;
const NETWORK = /network|retrans|packet/iu;
const PROCESSOR = /cpu/iu;

/**
 * When everything is up and yet slow: the one workload whose slowness explains that of all others, else, when no single
 * one does, the node of those that are slow on their own account.
 */
export function performanceLatency(state: ClusterState): readonly Finding[] {
  const slow = slowServices(state);
  if (slow.size === 0) return state.workloads.flatMap((workload) => ofPressure(workload, state));
  const [best] = [...slow.values()]
    .map((each) => ({ each, explained: explains(each, slow, state) }))
    .filter(({ explained }) => explained !== null)
    .toSorted(
      (a, b) =>
        (b.explained ?? 0) - (a.explained ?? 0) ||
        byDelay(a.each, b.each) ||
        compareNames(a.each.service, b.each.service),
    );
  const workload =
    best === undefined ? undefined : state.workloads.find(({ service }) => service === best.each.service);
  if (best !== undefined && workload !== undefined) return [ofWorkload(workload, best.each, { slow, state })];
  return ofNode(slow, state);
}

/** Nothing is measured to be slow, but an alert tells of the processor of one workload. */
function ofPressure(workload: Workload, state: ClusterState): readonly Finding[] {
  const ids = pressureOn(state, workload.service, PROCESSOR);
  if (ids.length === 0) return [];
  const because = safe`an alert tells of its cpu`;
  return [
    suspect({
      service: workload.service,
      kind: "cpu",
      detail: safe`pod-cpu-overload`,
      object: workload.object,
      summary: safe`everything is up, but ${workload.object} is short of cpu`,
      facts: [{ signal: "cpu-pressure", family: "reported", points: WITNESSED, because, ids }],
      nextChecks: [kubectl("describe", workload.object, workload.namespace), safe`kubectl top pods`],
    }),
  ];
}

interface Known {
  readonly slow: ReadonlyMap<Safe, Slow>;
  readonly state: ClusterState;
}

/** How well the slowness of one service explains all the others; null when it does not. */
function explains(cause: Slow, slow: Known["slow"], state: ClusterState): number | null {
  const others = [...slow.values()].filter(({ service }) => service !== cause.service);
  const shares = others.map((other) => explainedShare(other, cause, state));
  const left = shares.filter((share) => share === 0).length;
  // Alerts err, too: among many, one in five may have a reason of its own.
  return left > others.length / 5 ? null : shares.reduce((sum, share) => sum + share, 0);
}

function explainedShare(other: Slow, cause: Slow, { observations: { graph } }: ClusterState): number {
  if (graph.distance(other.service, cause.service) !== null && fits(other, cause)) return 1;
  // A callee's slowest answers wait for a slow reader; its typical ones do not. It is the rarer way round.
  return graph.distance(cause.service, other.service) !== null && other.median === null ? 0.5 : 0;
}

/** Its longest delay, in ms. */
function worst({ median, tail }: Slow): number {
  return Math.max(median ?? 0, tail ?? 0);
}

/** Longest delay first; also among endless ones. */
function byDelay(a: Slow, b: Slow): number {
  return worst(a) === worst(b) ? 0 : worst(b) - worst(a);
}

/** A caller cannot be slowed down by more than a few of its callee's delays. */
function fits(caller: Slow, callee: Slow): boolean {
  const [own, theirs] =
    caller.median === null
      ? [caller.tail, callee.tail ?? callee.median]
      : [caller.median, callee.median ?? callee.tail];
  return (own ?? 0) <= CALLS * (theirs ?? 0);
}

function ofWorkload(workload: Workload, own: Slow, { slow, state }: Known): Finding {
  const cpu = pressureOn(state, workload.service, PROCESSOR);
  const isCpu = cpu.length > 0;
  const what = isCpu
    ? safe`is short of cpu`
    : safe`answers slowly and no alert tells of its cpu: its network is likely slow`;
  const facts = [slowness(own.ids, { state, because: safe`${workload.service} answers ${by(own)} slower than usual` })];
  const others = [...slow.values()].filter(({ service }) => service !== workload.service);
  if (others.length > 0)
    facts.push(spread(safe`it explains why ${some(others.map(({ service }) => service))} are slow too`, others));
  if (isCpu)
    facts.push({
      signal: "cpu-pressure",
      family: "reported",
      points: WITNESSED,
      because: safe`an alert tells of its cpu`,
      ids: cpu,
    });
  return suspect({
    service: workload.service,
    kind: isCpu ? "cpu" : "network",
    detail: isCpu ? safe`pod-cpu-overload` : safe`pod-network-delay`,
    object: workload.object,
    summary: safe`everything is up, but ${workload.object} ${what}`,
    facts,
    nextChecks: [kubectl("describe", workload.object, workload.namespace), safe`kubectl top pods`],
    firstAtMs: own.atMs,
  });
}

/** While pods are not ready, slowness is their effect more often than a fault of its own. */
function slowness(
  ids: Fact["ids"],
  { state, because }: { readonly state: ClusterState; readonly because: Safe },
): Fact {
  const isAllUp = state.pods.every(({ isReady, isTerminating }) => isReady || isTerminating);
  return { signal: "slower-than-usual", family: "effect", points: isAllUp ? WITNESSED + 2 * ODD : ODD, because, ids };
}

function spread(because: Safe, others: readonly Slow[]): Fact {
  return {
    signal: "explains-the-others",
    family: "spread",
    points: ODD,
    because,
    ids: others.flatMap(({ ids }) => ids).slice(0, 5),
  };
}

function by({ median, tail }: Slow): Safe {
  const ms = median ?? tail ?? 0;
  return Number.isFinite(ms) ? safe`${Math.round(ms)} ms` : safe`so much`;
}

/** The node on which most of those live that are slow while none of their callees is. */
function ofNode(slow: Known["slow"], state: ClusterState): readonly Finding[] {
  const origins = originsOf([...slow.values()], state);
  const nodes = origins.flatMap(({ service }) => nodesOf(service, state));
  const counts = [...Map.groupBy(nodes, (node) => node)].map(([node, all]) => ({
    node,
    votes: all.length,
    network: pressureOn(state, node, NETWORK),
  }));
  const [best] = counts.toSorted(
    (a, b) => b.votes - a.votes || b.network.length - a.network.length || compareNames(a.node, b.node),
  );
  // On a cluster of one node there is no other to compare with.
  if (best === undefined || new Set(state.pods.map(({ node }) => node)).size < 2) return [];
  const names = origins.map(({ service }) => service);
  const ids = origins.flatMap((each) => each.ids).slice(0, 5);
  const facts = [
    slowness(ids, {
      state,
      because: safe`${some(names)} on ${best.node} are slow, and none of them explains the others`,
    }),
    spread(safe`${slow.size} services are slow, all of them there or calling there`, [...slow.values()]),
  ];
  const network = nodeNetwork(state, NETWORK);
  const isLoss = network.resent >= MANY_RESENT;
  if (network.ids.length > 0)
    facts.push({
      signal: "node-network-alert",
      family: "reported",
      points: ODD,
      because: safe`an alert tells of the network between nodes`,
      ids: network.ids,
    });
  return [
    suspect({
      service: null,
      kind: "network",
      detail: isLoss ? safe`node-network-packet-loss` : safe`node-network-delay`,
      object: safe`Node/${best.node}`,
      summary: safe`everything is up, but what runs on node ${best.node} is slow: ${some(names)}`,
      facts,
      nextChecks: [
        safe`ping the node from another node`,
        safe`kubectl get pods -o wide --field-selector spec.nodeName=${best.node}`,
      ],
      firstAtMs: origins[0]?.atMs ?? null,
    }),
  ];
}

/** Slow typical requests tell more than slow rare ones, so those alone count where there are any. */
function originsOf(slow: readonly Slow[], { observations: { graph } }: ClusterState): readonly Slow[] {
  const typical = slow.filter(({ median }) => median !== null);
  const among = typical.length > 0 ? typical : slow;
  return among.filter(({ service }) =>
    among.every((other) => other.service === service || graph.distance(service, other.service) === null),
  );
}

function nodesOf(service: Safe, state: ClusterState): readonly Safe[] {
  const nodes = state.pods.flatMap((pod) => (pod.service === service && pod.node !== null ? [pod.node] : []));
  return [...new Set(nodes)];
}
