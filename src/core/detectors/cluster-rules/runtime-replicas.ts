import { safe } from "../../safe.ts";
import { selects } from "../cluster/read.ts";
import type { ClusterState, ServiceObject, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { reached } from "./connectivity.ts";
import { type Fact, kubectl, ODD, suspect, WITNESSED } from "./suspect.ts";

/** Workloads that are scaled to zero while a Service still leads to them: nothing looks unhealthy, nothing answers. */
export function runtimeReplicas(state: ClusterState): readonly Finding[] {
  return state.workloads
    .filter(({ desired, kind }) => desired === 0 && (kind === "Deployment" || kind === "StatefulSet"))
    .flatMap((workload) => {
      const service = state.services.find((each) => leadsTo(each, workload));
      return service === undefined || hasPods(service) ? [] : [toFinding(workload, service, state)];
    });
}

function leadsTo({ selector, namespace }: ServiceObject, workload: Workload): boolean {
  return namespace === workload.namespace && selects(selector, workload.labels);
}

function hasPods({ pods, addresses }: ServiceObject): boolean {
  return pods.some(({ isReady }) => isReady) || (addresses?.length ?? 0) > 0;
}

function toFinding(workload: Workload, service: ServiceObject, state: ClusterState): Finding {
  const tries = reached(state, service);
  const callers = state.observations.graph.callersOf(workload.service);
  const facts: Fact[] = [
    {
      signal: "scaled-to-zero",
      family: "declared",
      // Things are switched off on purpose; that a Service still leads there is odd, and twice so when somebody calls it.
      points: 2 * ODD,
      because: safe`${workload.object} asks for 0 replicas, and Service ${service.name} has nowhere to go`,
      ids: [workload.id, service.id],
    },
  ];
  if (tries.isReachable === false)
    facts.push({
      signal: "connection-fails",
      family: "effect",
      points: WITNESSED,
      because: safe`connections to ${service.name} fail`,
      ids: tries.failedIds,
    });
  if (callers.length > 0)
    facts.push({
      signal: "is-called",
      family: "spread",
      points: ODD,
      because: safe`${callers.length} services call it`,
      ids: [workload.id],
    });
  return suspect({
    service: workload.service,
    kind: "configuration",
    detail: safe`deployment-zero-replicas`,
    object: workload.object,
    summary: safe`${workload.object} is scaled to 0, so Service ${service.name} has no pod behind it`,
    facts,
    nextChecks: [kubectl("get", workload.object, workload.namespace), safe`kubectl rollout history ${workload.object}`],
  });
}
