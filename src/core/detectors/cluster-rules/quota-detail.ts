import { type Safe, safe } from "../../safe.ts";
import type { ClusterEvent, Workload } from "../cluster/state.ts";

/** Which workload was refused by which quota, for which resources ("requests.cpu"). */
export interface QuotaBlame {
  readonly workload: Workload;
  readonly refusal: ClusterEvent;
  readonly quota: string;
  readonly resources: readonly string[];
}

/** The named cause for the resources that a quota refuses; null when they are none that we know. */
export function quotaDetail(resources: readonly string[]): Safe | null {
  const plain = resources.map((name) => name.replace(/^(?:requests|limits|count)[./]/u, ""));
  const has = (pattern: RegExp) => plain.some((name) => pattern.test(name));
  if (has(/^pods$/u)) return safe`namespace-pod-quota-exceeded`;
  if (has(/^cpu$/u)) return safe`namespace-cpu-quota-exceeded`;
  if (has(/^memory$/u)) return safe`namespace-memory-quota-exceeded`;
  if (has(/^services(?:\.|$)/u)) return safe`namespace-service-quota-exceeded`;
  if (has(/storage$|^persistentvolumeclaims$/u)) return safe`namespace-storage-quota-exceeded`;
  return null;
}
