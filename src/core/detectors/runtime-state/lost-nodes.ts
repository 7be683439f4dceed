import type { CauseKind } from "../../analysis.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import { listAt, textAt } from "../cluster/read.ts";
import type { ClusterState, Node } from "../cluster/state.ts";
import { CONTRADICTION, type Fact, kubectl, ODD, some, suspect, WITNESSED } from "../cluster-rules/suspect.ts";
import type { Finding } from "../finding.ts";

/** Nodes that the cluster has lost or that evict what runs on them. Where a node's own units were read, they tell more. */
export function lostNodes(state: ClusterState): readonly Finding[] {
  const told = new Set(
    state.ofKind("NodeService").flatMap(({ manifest }) => textAt(manifest, "spec", "nodeName") ?? []),
  );
  return state.nodes
    .filter(({ name }) => !told.has(name))
    .flatMap((node) => {
      if (isLost(node)) return [lost(node, state)];
      return PRESSURES.flatMap((pressure) =>
        statusOf(node, pressure.type) === "True" ? evicts(node, pressure, state) : [],
      );
    });
}

/** A condition that was not read is no condition. */
function isLost(node: Node): boolean {
  const ready = statusOf(node, "Ready");
  return ready !== null && ready !== "True";
}

function statusOf({ manifest }: Node, type: string): Safe | null {
  const found = listAt(manifest, "status", "conditions").find((each) => textAt(each, "type") === type);
  return textAt(found, "status");
}

function lost(node: Node, state: ClusterState): Finding {
  const status = statusOf(node, "Ready") ?? safe`not said`;
  const unknown = status === "Unknown" ? safe`: its kubelet reports nothing any more` : safe``;
  return suspect({
    service: null,
    kind: "infrastructure",
    detail: safe`node-not-ready`,
    object: node.object,
    summary: safe`node ${node.name} is not ready (Ready is ${status})${unknown}`,
    facts: [
      {
        signal: "node-is-lost",
        family: "declared",
        points: CONTRADICTION,
        because: safe`node ${node.name} is not ready: Ready is ${status}${unknown}`,
        ids: [node.id],
      },
      ...eventFacts(node, state),
      ...victims(node, state),
    ],
    nextChecks: [kubectl("describe", node.object, null), safe`journalctl -u kubelet --since -1h (on ${node.name})`],
  });
}

interface Pressure {
  readonly type: string;
  readonly kind: CauseKind;
  readonly detail: string;
  readonly words: string;
}

const PRESSURES: readonly Pressure[] = [
  { type: "DiskPressure", kind: "resource-exhaustion", detail: "disk", words: "disk space" },
  { type: "MemoryPressure", kind: "memory", detail: "node-memory-pressure", words: "memory" },
  { type: "PIDPressure", kind: "resource-exhaustion", detail: "process-ids", words: "process ids" },
];

/** Pressure alone may pass unnoticed; together with pods there that do not run it is why. */
function evicts(node: Node, { kind, detail, words, type }: Pressure, state: ClusterState): readonly Finding[] {
  const harmed = victims(node, state);
  const short = ownWords(own(words));
  const condition = ownWords(own(type));
  return [
    suspect({
      service: null,
      kind,
      detail: ownWords(own(detail)),
      object: node.object,
      summary: safe`node ${node.name} is short of ${short} and evicts pods`,
      facts: [
        {
          signal: "node-under-pressure",
          family: "declared",
          points: harmed.length > 0 ? CONTRADICTION : ODD,
          because: safe`node ${node.name} reports ${condition}`,
          ids: [node.id],
        },
        ...eventFacts(node, state),
        ...harmed,
      ],
      nextChecks: [kubectl("describe", node.object, null)],
    }),
  ];
}

function eventFacts(node: Node, state: ClusterState): readonly Fact[] {
  const event = state.eventsOf(node.object).find(({ isWarning }) => isWarning);
  if (event === undefined) return [];
  const because = safe`the cluster says: ${event.reason}: ${event.note}`;
  return [{ signal: "node-is-reported", family: "reported", points: WITNESSED, because, ids: [event.id] }];
}

function victims(node: Node, state: ClusterState): readonly Fact[] {
  const down = state.pods.filter((pod) => pod.node === node.name && !pod.isReady && !pod.isTerminating);
  if (down.length === 0) return [];
  const because = safe`${down.length} pods there are not ready: ${some(down.map(({ name }) => name))}`;
  return [
    {
      signal: "pods-are-down",
      family: "effect",
      points: WITNESSED,
      because,
      ids: down.slice(0, 3).map(({ id }) => id),
    },
  ];
}
