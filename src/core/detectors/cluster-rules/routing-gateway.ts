import type { AlertEvent } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import { compareNames } from "../cluster/read.ts";
import type { ClusterState, ServiceObject } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { type Route, routesOf } from "./routes.ts";
import { CONTRADICTION, type Fact, kubectl, ODD, some, suspect, WITNESSED } from "./suspect.ts";

/** A Service that does not get the requests that are its own. */
interface Misrouted {
  readonly service: ServiceObject;
  readonly route: Route;
  readonly facts: readonly Fact[];
}

/** Gateways that send a path to another Service than the one that answers it, or to a port that it does not offer. */
export function routingGateway(state: ClusterState): readonly Finding[] {
  const routes = routesOf(state);
  if (routes.length === 0) return [];
  const found = [...byAlert(routes, state), ...byName(routes, state), ...byPort(routes, state)];
  const groups = Map.groupBy(found, ({ service }) => service.id);
  return [...groups.values()]
    .map((group) => toFinding(group, state))
    .toSorted((a, b) => compareNames(a.object ?? "", b.object ?? ""));
}

/** A request for a path fails that belongs to one Service, while the route leads to another. */
function byAlert(routes: readonly Route[], state: ClusterState): readonly Misrouted[] {
  return state.observations.alerts.flatMap(({ event }) => {
    const path = pathOf(event);
    const service = state.services.find(({ name }) => name === event.service);
    if (path === null || service === undefined) return [];
    const [route] = routes
      .filter((each) => path.startsWith(each.path))
      .toSorted((a, b) => b.path.length - a.path.length);
    if (route === undefined || leadsTo(route, service, state)) return [];
    const effect: Fact = {
      signal: "requests-fail",
      family: "effect",
      points: WITNESSED + 2 * ODD,
      because: safe`requests for ${path}, a path of ${service.name}, fail, and the gateway sends them to ${route.host}`,
      ids: [event.id, ...route.ids],
    };
    return [{ service, route, facts: [effect] }];
  });
}

function pathOf({ attributes }: AlertEvent): Safe | null {
  const path = attributes?.["path"] ?? attributes?.["url.path"] ?? attributes?.["http.route"];
  return typeof path === "string" && path.startsWith("/") ? path : null;
}

/** Two Services may share pods: then either is right. */
function leadsTo({ host }: Route, service: ServiceObject, state: ClusterState): boolean {
  const name = host.split(".")[0];
  if (name === service.name) return true;
  const target = state.services.find((each) => each.name === name && each.namespace === service.namespace);
  return target !== undefined && target.pods.some((pod) => service.pods.some(({ id }) => id === pod.id));
}

/** Two paths lead to one Service, one of them reads like another Service, and no route leads there. */
function byName(routes: readonly Route[], state: ClusterState): readonly Misrouted[] {
  return routes.flatMap((route) => {
    const shared = routes.filter(({ host, path }) => host === route.host && path !== route.path);
    if (shared.length === 0 || namesake(route.path, route.host)) return [];
    const service = state.services.find(
      (each) => namesake(route.path, each.name) && !routes.some(({ host }) => host.split(".")[0] === each.name),
    );
    if (service === undefined) return [];
    const because = safe`the gateway sends ${route.path} to ${route.host}, and nothing to ${service.name}`;
    return [
      {
        service,
        route,
        facts: [{ signal: "route-reads-like-another", family: "declared", points: 3 * ODD, because, ids: route.ids }],
      },
    ];
  });
}

/** What names of services carry at their ends without saying which: "orders", "orders-service" and "orders-svc" are one. */
const GENERIC_END = /(?:service|server|svc)$/u;

/** True when a part of the path is the name of the Service, or its end, apart from punctuation and generic words. */
function namesake(path: string, name: string): boolean {
  const plain = bareName(name);
  return path
    .split("/")
    .map(bareName)
    .some((part) => part.length > 3 && plain.endsWith(part));
}

function bareName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, "")
    .replace(GENERIC_END, "");
}

function byPort(routes: readonly Route[], state: ClusterState): readonly Misrouted[] {
  return routes.flatMap((route) => {
    const service = state.services.find(
      (each) => each.name === route.host.split(".")[0] && each.namespace === route.namespace,
    );
    if (service === undefined || route.port === null || service.ports.length === 0) return [];
    if (service.ports.some(({ port }) => port === route.port)) return [];
    const offered = some(service.ports.map(({ port }) => safe`${port}`));
    const because = safe`the gateway sends ${route.path} to port ${route.port}, and Service ${service.name} offers ${offered}`;
    return [
      {
        service,
        route,
        facts: [
          {
            signal: "route-to-wrong-port",
            family: "declared",
            points: CONTRADICTION,
            because,
            ids: [...route.ids, service.id],
          },
        ],
      },
    ];
  });
}

function toFinding(group: readonly Misrouted[], state: ClusterState): Finding {
  const [first] = group.toSorted((a, b) => (b.facts[0]?.points ?? 0) - (a.facts[0]?.points ?? 0));
  if (first === undefined) throw new TypeError("a group is never empty");
  const { service, route } = first;
  const owner = service.pods.map((pod) => state.workloadOf(pod)).find((each) => each !== null) ?? null;
  return suspect({
    service: owner?.service ?? service.service,
    kind: "configuration",
    detail: safe`gateway-misrouted`,
    object: owner?.object ?? service.object,
    summary: safe`requests for ${service.name} do not reach it: ${first.facts[0]?.because ?? route.path}`,
    facts: group.flatMap(({ facts }) => facts),
    nextChecks: [
      kubectl("describe", service.object, service.namespace),
      safe`kubectl get configmaps,ingresses${service.namespace === null ? safe`` : safe` -n ${service.namespace}`}`,
    ],
  });
}
