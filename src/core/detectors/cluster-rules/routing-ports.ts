import { type Safe, safe } from "../../safe.ts";
import type { ClusterState, Container, ServiceObject, ServicePort, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { reached } from "./connectivity.ts";
import { CONTRADICTION, type Fact, kubectl, ODD, some, suspect, WITNESSED } from "./suspect.ts";

interface Mismatch {
  readonly detail: Safe;
  readonly points: number;
  readonly because: Safe;
}

/** Services whose ports lead to where the containers behind them do not listen, or speak another protocol. */
export function routingPorts(state: ClusterState): readonly Finding[] {
  return state.services.flatMap((service) => {
    const workload = behind(service, state);
    if (workload === null) return [];
    return service.ports.flatMap((port) => {
      const tries = reached(state, service, port.port);
      const mismatch = mismatchOf(port, declaredPorts(service, workload));
      if (mismatch === null || tries.isReachable === true) return [];
      const effect: readonly Fact[] =
        tries.isReachable === false
          ? [
              {
                signal: "connection-fails",
                family: "effect",
                points: WITNESSED,
                because: safe`connections to ${service.name}:${port.port} fail`,
                ids: tries.failedIds,
              },
            ]
          : [];
      return [toFinding(service, workload, { mismatch, effect })];
    });
  });
}

function toFinding(
  service: ServiceObject,
  workload: Workload,
  { mismatch, effect }: { readonly mismatch: Mismatch; readonly effect: readonly Fact[] },
): Finding {
  const { detail, points, because } = mismatch;
  const declared: Fact = {
    signal: "ports-disagree",
    family: "declared",
    points,
    because,
    ids: [service.id, workload.id],
  };
  return suspect({
    service: workload.service,
    kind: "configuration",
    detail,
    object: workload.object,
    summary: safe`Service ${service.name} does not reach ${workload.object}: ${because}`,
    facts: [declared, ...effect],
    nextChecks: [
      kubectl("describe", service.object, service.namespace),
      kubectl("get", safe`endpoints/${service.name}`, service.namespace),
    ],
  });
}

/** The one workload whose pods a Service selects; null when there is none or several. */
function behind(service: ServiceObject, state: ClusterState): Workload | null {
  const owners = new Set(service.pods.map((pod) => state.workloadOf(pod)));
  const [only] = owners;
  return owners.size === 1 && only !== undefined ? only : null;
}

/** What template and pods declare: a sidecar that is put in on the way stands only in the pods. */
function declaredPorts({ pods }: ServiceObject, { containers }: Workload): Container["ports"] {
  return [...containers, ...pods.flatMap((pod) => pod.containers)]
    .filter(({ isInit }) => !isInit)
    .flatMap(({ ports }) => ports);
}

function mismatchOf(port: ServicePort, declared: Container["ports"]): Mismatch | null {
  // Containers need not declare their ports: no declaration is no contradiction.
  if (declared.length === 0) return null;
  const target = port.targetPort;
  const isNumber = /^\d+$/u.test(target);
  const hits = declared.filter((each) => (isNumber ? String(each.port) === target : each.name === target));
  const offered = some([...new Set(declared.map((each) => safe`${each.port}/${each.protocol}`))].toSorted());
  if (hits.length === 0)
    return {
      detail: safe`service-port-mapping-mismatch`,
      // A named port that no container has resolves to nothing; a number that is not declared may still be listened on.
      points: isNumber ? 2 * ODD : CONTRADICTION,
      because: safe`targetPort ${target} is not among the ports of its containers (${offered})`,
    };
  if (hits.some(({ protocol }) => protocol === port.protocol)) return null;
  return {
    detail: safe`service-protocol-mismatch`,
    points: CONTRADICTION,
    because: safe`port ${port.port} is ${port.protocol} in the Service, but its containers listen on ${offered}`,
  };
}
