import { type Safe, safe } from "../../safe.ts";
import { compareNames, nameText, selects } from "../cluster/read.ts";
import type { ClusterState, ServiceObject, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { type Reached, reached } from "./connectivity.ts";
import { CONTRADICTION, type Fact, kubectl, LEFTOVER, suspect, WITNESSED } from "./suspect.ts";

/** Services that select no pod although a workload is plainly meant for them: labels and selector disagree. */
export function routingSelector(state: ClusterState): readonly Finding[] {
  return state.services
    .filter((service) => selectsNothing(service, state))
    .flatMap((service) => toFinding(service, state));
}

/** With a selector that neither a pod nor the pods that a workload would make can fit. */
function selectsNothing({ selector, pods, addresses, namespace }: ServiceObject, state: ClusterState): boolean {
  if (selector.size === 0 || pods.length > 0 || (addresses?.length ?? 0) > 0) return false;
  const wouldFit = state.workloads.some((each) => each.namespace === namespace && selects(selector, each.labels));
  return !wouldFit && state.pods.some((pod) => pod.namespace === namespace);
}

function toFinding(service: ServiceObject, state: ClusterState): readonly Finding[] {
  const tries = reached(state, service);
  if (tries.isReachable === true) return [];
  const meant = meantFor(service, state);
  // Without a workload that it is meant for, it may be a leftover that nobody calls.
  if (meant === null && tries.isReachable === null) return [];
  const summary = safe`Service ${service.name} selects no pod: its selector ${pairs(service.selector)} fits no pod labels${meant === null ? safe`` : safe` (${meant.object} carries ${pairs(meant.labels)})`}`;
  return [
    suspect({
      service: meant?.service ?? service.service,
      kind: "configuration",
      detail: safe`service-selector-mismatch`,
      object: meant?.object ?? service.object,
      summary,
      facts: factsOf(service, { meant, tries }),
      nextChecks: [
        kubectl("describe", service.object, service.namespace),
        safe`kubectl get pods --show-labels${service.namespace === null ? safe`` : safe` -n ${service.namespace}`}`,
      ],
    }),
  ];
}

function factsOf(
  service: ServiceObject,
  { meant, tries }: { readonly meant: Workload | null; readonly tries: Reached },
): readonly Fact[] {
  const isMeant = meant !== null;
  const declared: Fact = {
    signal: "selector-fits-no-pod",
    family: "declared",
    points: isMeant ? CONTRADICTION : LEFTOVER,
    because: isMeant
      ? safe`the selector ${pairs(service.selector)} fits no pod, while ${meant.object} is labelled ${pairs(meant.labels)}`
      : safe`the selector ${pairs(service.selector)} fits no pod`,
    ids: [service.id, ...(isMeant ? [meant.id] : [])],
  };
  if (tries.isReachable !== false) return [declared];
  const because = safe`connections to ${service.name} fail`;
  return [declared, { signal: "connection-fails", family: "effect", points: WITNESSED, because, ids: tries.failedIds }];
}

/** The workload of the same name, else the one whose labels share most values and ports with the Service; null when none does. */
function meantFor(service: ServiceObject, state: ClusterState): Workload | null {
  const near = state.workloads
    .filter(({ namespace, desired }) => namespace === service.namespace && desired !== 0)
    .map((workload) => ({ workload, likeness: likeness(service, workload) }))
    .filter(({ likeness: points }) => points > 0)
    .toSorted((a, b) => b.likeness - a.likeness || compareNames(a.workload.object, b.workload.object));
  return near[0]?.workload ?? null;
}

function likeness(service: ServiceObject, workload: Workload): number {
  const values = new Set<Safe>(workload.labels.values());
  const shared = [...service.selector.values()].filter((value) => values.has(value)).length;
  const asked = new Set(service.ports.map(({ targetPort }): string => targetPort));
  const offers = workload.containers.some(({ ports }) =>
    ports.some(({ port, name }) => asked.has(String(port)) || (name !== null && asked.has(name))),
  );
  const isNamesake = workload.name === service.name || workload.service === service.service;
  // A port alone is shared by chance; it only tells namesakes and label sharers apart.
  if (!isNamesake && shared === 0) return 0;
  return (isNamesake ? 4 : 0) + 2 * shared + (offers ? 1 : 0);
}

function pairs(labels: ReadonlyMap<string, Safe>): Safe {
  const all = [...labels].map(([key, value]) => safe`${nameText(key)}=${value}`);
  return all.length === 0 ? safe`none` : all.slice(0, 4).reduce((text, pair) => safe`${text},${pair}`);
}
