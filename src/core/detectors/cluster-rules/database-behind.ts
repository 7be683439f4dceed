import type { LogEvent } from "../../event.ts";
import type { Safe } from "../../safe.ts";
import type { Observed } from "../../timeline/observations.ts";
import { compareNames, listAt, textAt } from "../cluster/read.ts";
import type { ClusterState, ServiceObject, Workload } from "../cluster/state.ts";
import { databaseIn, databaseWorkloads, isHelper } from "./databases.ts";
import { addressesIn, variablesOf } from "./variables.ts";

interface Clients {
  readonly clients: readonly Safe[];
  readonly lines: ReadonlyMap<Safe, readonly Observed<LogEvent>[]>;
  readonly family: Safe | null;
}

/** Lines of one client in which a host name is looked for. */
const MAX_LINES = 20;

/**
 * The database that clients complain about: the one that says so itself, that their lines name, that they are told to call, or that is known
 * to be called by them; else the only one of its family, or the one that was started last, for the others have long worked.
 */
export function databaseBehind(state: ClusterState, who: Clients): Workload | null {
  const choices = who.family === null ? state.workloads.filter(isDatabase) : databaseWorkloads(who.family, state);
  return (
    mostNamed(choices, (each) => who.lines.get(each.service)?.length ?? 0) ??
    mostNamed(choices, (each) => namedIn(each, who, state)) ??
    mostNamed(choices, (each) => toldToCall(each, who, state)) ??
    mostNamed(
      choices,
      (each) =>
        who.clients.filter((client) => state.observations.graph.calleesOf(client).includes(each.service)).length,
    ) ??
    choices.toSorted((a, b) => compareNames(startedLast(b), startedLast(a)) || compareNames(a.object, b.object))[0] ??
    null
  );
}

function isDatabase({ containers }: Workload): boolean {
  return containers.some(({ image, isInit }) => !isInit && !isHelper(image ?? "") && databaseIn(image ?? "") !== null);
}

function mostNamed(choices: readonly Workload[], count: (each: Workload) => number): Workload | null {
  const counted = choices.map((each) => ({ each, times: count(each) })).filter(({ times }) => times > 0);
  const [best] = counted.toSorted((a, b) => b.times - a.times || compareNames(a.each.object, b.each.object));
  return best?.each ?? null;
}

function servicesOf(database: Workload, state: ClusterState): readonly ServiceObject[] {
  return state.services.filter(({ pods }) =>
    pods.some((pod) => pod.owner === database.object && pod.namespace === database.namespace),
  );
}

function namedIn(database: Workload, { clients, lines }: Clients, state: ClusterState): number {
  const names = [...new Set([database.name, ...servicesOf(database, state).map(({ name }) => name)])];
  return clients.filter((client) =>
    lines
      .get(client)
      ?.slice(0, MAX_LINES)
      .some(({ event }) => names.some((name) => hasWord(event.body, name))),
  ).length;
}

/** A name inside a longer name is another name. */
function hasWord(text: string, word: string): boolean {
  const start = text.indexOf(word);
  if (start < 0) return false;
  return !/[\w-]/u.test(text[start - 1] ?? " ") && !/[\w-]/u.test(text[start + word.length] ?? " ");
}

function toldToCall(database: Workload, { clients }: Clients, state: ClusterState): number {
  const names = new Set<string>(servicesOf(database, state).map(({ name }) => name));
  return state.workloads
    .filter(({ service }) => clients.includes(service))
    .filter((client) => addressesIn(variablesOf(client, state)).some(({ host }) => names.has(host.split(".")[0] ?? "")))
    .length;
}

/** The newest start of any of its containers, as ISO text; empty when unknown. */
function startedLast({ pods }: Workload): string {
  return pods
    .flatMap(({ manifest }) => listAt(manifest, "status", "containerStatuses"))
    .map((status) => textAt(status, "state", "running", "startedAt") ?? "")
    .reduce((latest: string, each) => (compareNames(each, latest) > 0 ? each : latest), "");
}
