import type { ClusterManifest, KubernetesItem } from "./stage.ts";
import { toTheSecond } from "./to-the-second.ts";

/** What `kubectl get events -o json` prints. */
export function printKubernetes(items: readonly KubernetesItem[]): string {
  const list = {
    apiVersion: "v1",
    kind: "List",
    items: items.toSorted((a, b) => a.atMs - b.atMs).map(toEvent),
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** What `kubectl get <kind> -o json` prints. */
export function printObjects(objects: readonly ClusterManifest[]): string {
  const items = objects.map(({ kind, metadata, ...rest }) => ({
    apiVersion: API_VERSIONS[kind] ?? "v1",
    kind,
    metadata: { namespace: "prod", ...metadata },
    ...rest,
  }));
  return `${JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2)}\n`;
}

const API_VERSIONS: Readonly<Record<string, string>> = { Deployment: "apps/v1", ReplicaSet: "apps/v1" };

function toEvent(item: KubernetesItem, index: number): object {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: `${item.name}.${(0x17a90000 + index * 7919).toString(16)}`,
      namespace: "prod",
      creationTimestamp: toTheSecond(item.atMs),
    },
    involvedObject: { kind: item.kind, name: item.name, namespace: "prod" },
    reason: item.reason,
    message: item.message,
    type: item.type,
    count: item.count ?? 1,
    firstTimestamp: toTheSecond(item.atMs),
    lastTimestamp: toTheSecond(item.lastMs ?? item.atMs),
    source: { component: item.component ?? "kubelet" },
  };
}
