import type { LogEvent } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import type { Observed } from "../../timeline/observations.ts";
import { nameText, textAt } from "../cluster/read.ts";
import type { ClusterState, ServiceObject, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { databaseOf } from "./databases.ts";
import { looksLike } from "./likeness.ts";
import { CONTRADICTION, type Fact, kubectl, LEFTOVER, some, suspect, WITNESSED } from "./suspect.ts";
import { type Address, addressesIn, variablesOf } from "./variables.ts";

interface Wrong {
  readonly address: Address;
  readonly points: number;
  readonly because: Safe;
  readonly service: ServiceObject | null;
}

/** Log lines that are read in search of an address. */
const MAX_LINES = 20_000;
const MAX_CITED = 3;

type Lines = ReadonlyMap<Safe | null, readonly Observed<LogEvent>[]>;

/** Callers whose environment names a Service that does not exist, or a port that it does not offer: the caller is at fault. */
export function routingEnvironment(state: ClusterState): readonly Finding[] {
  const lines: Lines = Map.groupBy(state.observations.logs.slice(-MAX_LINES), ({ event }) => event.service);
  return state.workloads.flatMap((workload) => {
    if (workload.desired === 0) return [];
    const wrong = addressesIn(variablesOf(workload, state)).flatMap((address) => wrongOf(address, workload, state));
    const told = wrong.map((each) => ({
      wrong: each,
      complaints: complaints(each, lines.get(workload.service) ?? []),
    }));
    const [worst] = told
      .filter((each) => each.wrong.points > LEFTOVER || each.complaints.length > 0)
      .toSorted((a, b) => b.wrong.points + b.complaints.length - a.wrong.points - a.complaints.length);
    return worst === undefined ? [] : [toFinding(workload, worst, state)];
  });
}

interface Told {
  readonly wrong: Wrong;
  readonly complaints: readonly Fact[];
}

function toFinding(workload: Workload, { wrong, complaints: effects }: Told, state: ClusterState): Finding {
  const { variable, host, port } = wrong.address;
  const database = databaseOf(`${variable.name} ${variable.value}`, wrong.service, state);
  const isPort = wrong.service !== null;
  const place = port === null ? host : safe`${host}:${port}`;
  const declared: Fact = {
    signal: "address-leads-nowhere",
    family: "declared",
    points: wrong.points,
    because: safe`${nameText(variable.name)} is ${place}: ${wrong.because}`,
    ids: [...variable.ids, ...(wrong.service === null ? [] : [wrong.service.id])],
  };
  return suspect({
    service: workload.service,
    kind: "configuration",
    detail: isPort && database !== null ? safe`${database}-invalid-port` : safe`service-env-var-address-mismatch`,
    object: workload.object,
    summary: safe`${workload.object} is told to call ${place} (${nameText(variable.name)}): ${wrong.because}`,
    facts: [declared, ...effects],
    nextChecks: [
      kubectl("describe", workload.object, workload.namespace),
      kubectl("get", safe`services`, workload.namespace),
    ],
  });
}

/** Its own log lines that name the wrong place. */
function complaints({ address, service }: Wrong, own: readonly Observed<LogEvent>[]): readonly Fact[] {
  const place = service === null ? address.host : `:${address.port ?? ""}`;
  const lines = own.filter(({ event }) => event.body.includes(place));
  if (lines.length === 0) return [];
  const ids = lines.slice(0, MAX_CITED).map(({ event }) => event.id);
  return [
    {
      signal: "logs-name-it",
      family: "effect",
      points: WITNESSED,
      because: safe`its log names this place ${lines.length} times`,
      ids,
    },
  ];
}

function wrongOf(address: Address, workload: Workload, state: ClusterState): readonly Wrong[] {
  const target = resolve(address.host, workload, state);
  if (target === "outside") return [];
  if (target === "missing") return [missing(address, workload, state)];
  const { port } = address;
  if (port === null || target.ports.length === 0 || offers(target, port)) return [];
  const offered = some(target.ports.map((each) => safe`${each.port}`));
  const because = safe`Service ${target.name} offers ${offered}`;
  return [{ address, points: CONTRADICTION, because, service: target }];
}

/** A headless Service leads straight to the pods, so their ports count too. */
function offers(service: ServiceObject, port: number): boolean {
  if (
    service.ports.some((each) => each.port === port || (each.targetPort === String(port) && service.pods.length === 0))
  )
    return true;
  return service.pods.some(
    (pod) => isHeadless(service) && pod.containers.some(({ ports }) => ports.some((each) => each.port === port)),
  );
}

function isHeadless({ manifest }: ServiceObject): boolean {
  return textAt(manifest, "spec", "clusterIP") === "None";
}

/** The Service that a host name means inside the cluster; "missing" when it must be one and is not there. */
function resolve(host: Safe, { namespace }: Workload, state: ClusterState): ServiceObject | "missing" | "outside" {
  const labels = host.split(".");
  const found = placesOf(labels, namespace).flatMap(
    ([name, place]) => state.services.find((each) => each.name === name && each.namespace === place) ?? [],
  );
  return found[0] ?? (isHere(labels, namespace) && state.wasListed("Service", namespace) ? "missing" : "outside");
}

/** "service", "service.namespace", "pod.headless.namespace" and "pod.headless", as pairs of Service and namespace. */
function placesOf(labels: readonly string[], own: Safe | null): readonly (readonly [string, string | null])[] {
  const [first = "", second, third] = labels;
  if (second === undefined) return [[first, own]];
  return [[first, second], ...(third === undefined ? [] : ([[second, third]] as const)), [second, own]];
}

/** Other namespaces may not have been read, and other domains are not ours. */
function isHere([, second, third]: readonly string[], namespace: Safe | null): boolean {
  return second === undefined || (second === namespace && (third === undefined || third === "svc"));
}

function missing(address: Address, { namespace }: Workload, state: ClusterState): Wrong {
  const name = address.host.split(".")[0] ?? "";
  const near = state.services.find((each) => each.namespace === namespace && looksLike(name, each.name));
  return near === undefined
    ? // Optional features are often left out, and only some resolver outside the cluster may know the name.
      { address, points: LEFTOVER, because: safe`no Service of this name exists`, service: null }
    : {
        address,
        points: CONTRADICTION,
        because: safe`no Service of this name exists, but ${near.name} does`,
        service: null,
      };
}
