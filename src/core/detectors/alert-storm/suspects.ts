import type { ServiceGraph } from "../../graph/service-graph.ts";
import type { Safe } from "../../safe.ts";
import { silences } from "./calls.ts";
import type { Level, Pod, Storm } from "./read-storm.ts";
import { type Series, seriesOf } from "./series.ts";
import { type Sign, signOf, signsOfCallers } from "./signs.ts";

/** A place where the fault may be. */
export interface Suspect {
  readonly level: Level;
  readonly name: Safe;
  /** The best of every kind of evidence, strongest first. */
  readonly signs: readonly Sign[];
}

interface Claim {
  readonly level: Level;
  readonly name: Safe;
  readonly sign: Sign;
}

/** Every place that alerts itself, through its parts or through its callers, with what speaks for a fault there. */
export function findSuspects(storm: Storm, graph: ServiceGraph): readonly Suspect[] {
  const groups = groupsOf(storm);
  const claims = [
    ...seriesOf(storm, graph).flatMap((series) => [...ownClaims(series), ...groupClaims(series, groups)]),
    ...[...signsOfCallers(storm, graph)].map(([name, sign]): Claim => ({ level: "service", name, sign })),
    ...silences(storm).map(({ pod, nats, calls, siblings }): Claim => {
      const sign = { nats, alarms: calls, shown: 1, of: 1, elsewhere: 0, others: siblings };
      return { level: "pod", name: pod, sign: { about: "silence", ...sign } };
    }),
  ];
  const places = Map.groupBy(claims, ({ level, name }) => `${level}/${name}`);
  return [...places.values()].flatMap((own) => {
    const [any] = own;
    const signs = discounted(bestOfEach(own.map(({ sign }) => sign)));
    return any === undefined || signs.length === 0 ? [] : [{ level: any.level, name: any.name, signs }];
  });
}

function ownClaims(series: Series): readonly Claim[] {
  return series.alarms.map((alarm) => ({ level: series.level, name: alarm.name, sign: signOf(series, [alarm], 1) }));
}

/** How pods belong together, and how many belong to each. */
interface Groups {
  readonly pods: Storm["pods"];
  readonly sizes: Readonly<Record<keyof Pod, ReadonlyMap<Safe, number>>>;
}

function groupsOf({ pods }: Storm): Groups {
  const count = (by: keyof Pod) => {
    const sizes = new Map<Safe, number>();
    for (const { [by]: name } of pods.values()) if (name !== null) sizes.set(name, (sizes.get(name) ?? 0) + 1);
    return sizes;
  };
  return { pods, sizes: { service: count("service"), node: count("node") } };
}

/** Pods that fail together: those of one service, and those of different services on one node. */
function groupClaims(series: Series, { pods, sizes }: Groups): readonly Claim[] {
  if (series.level !== "pod") return [];
  return (["service", "node"] as const).flatMap((level) =>
    [...Map.groupBy(series.alarms, ({ name }) => pods.get(name)?.[level] ?? null)].flatMap(([name, own]) => {
      const size = name === null ? undefined : sizes[level].get(name);
      // One pod that stands out is the pod's own matter, and so is one service on a node the service's.
      if (name === null || size === undefined || own.length < 2) return [];
      if (level === "node" && new Set(own.map((alarm) => pods.get(alarm.name)?.service)).size < 2) return [];
      return [{ level, name, sign: signOf(series, own, size) }];
    }),
  );
}

/** Many series of one resource are one fact seen many times: the best counts. */
function bestOfEach(signs: readonly Sign[]): readonly Sign[] {
  const best = new Map<Sign["about"], Sign>();
  for (const sign of signs) {
    // Who fails before calling anybody is complained about by its own callers: one fact from two sides.
    const fact = sign.about === "silence" ? "requests" : sign.about;
    if (sign.nats > (best.get(fact)?.nats ?? 0)) best.set(fact, sign);
  }
  return [...best.values()].toSorted((a, b) => b.nats - a.nats);
}

/** Resources rise together, so each further one is less of a new fact: a half, a third, a quarter counts. */
function discounted(signs: readonly Sign[]): readonly Sign[] {
  return signs.map((sign, index) => ({ ...sign, nats: sign.nats / (index + 1) }));
}
