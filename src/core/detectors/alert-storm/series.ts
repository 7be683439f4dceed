import type { ServiceGraph } from "../../graph/service-graph.ts";
import type { Safe } from "../../safe.ts";
import { complaints } from "./calls.ts";
import type { Alarm, Level, Storm } from "./read-storm.ts";
import type { Resource } from "./resources.ts";

/** One kind of series over all places of one sort. */
export interface Series {
  readonly level: Level;
  readonly kind: string;
  readonly resource: Resource;
  /** How many places of this sort could show it; 0 when that is not known. */
  readonly places: number;
  /** The first alert of each place that shows it; its weight is how much of the series it shows. */
  readonly alarms: readonly Alarm[];
}

/** From this weight on, an alert came early enough to explain others. */
const EARLY = 0.5;

/** All alerts of a storm by kind, without what other alerts already explain. */
export function seriesOf(storm: Storm, graph: ServiceGraph): readonly Series[] {
  const places = { pod: storm.pods.size, service: storm.services.size, node: storm.nodes.size };
  const alarms = [...unspent(storm, graph), ...complaints(storm)];
  const kinds = Map.groupBy(alarms, ({ level, kind }) => `${level} ${kind}`);
  return [...kinds.values()].flatMap((told) => {
    const [any] = told;
    if (any === undefined) return [];
    const { level, kind, resource } = any;
    // A series that means nothing to us may exist at these places only: nobody else can be compared.
    return [{ level, kind, resource, places: resource === "other" ? 0 : places[level], alarms: byPlace(told) }];
  });
}

/** A series with numbered copies (cores, disks) is shown in part when only some copies alert. */
function byPlace(told: readonly Alarm[]): readonly Alarm[] {
  const copies = 1 + told.reduce((most, { copy }) => Math.max(most, copy), 0);
  return [...Map.groupBy(told, ({ name }) => name).values()].flatMap((own) => {
    const [first] = own;
    const weights = new Map<number, number>();
    for (const { copy, weight } of own) weights.set(copy, Math.max(weight, weights.get(copy) ?? 0));
    return first === undefined ? [] : [{ ...first, weight: sum([...weights.values()]) / copies }];
  });
}

/** Callers suffer what their callees cause, and nodes show what their pods use: such alerts are spent. */
function unspent(storm: Storm, graph: ServiceGraph): readonly Alarm[] {
  const suffering = new Set(
    storm.alarms.flatMap((alarm) => (isServiceTrouble(alarm) && alarm.weight > EARLY ? [alarm.name] : [])),
  );
  const shareOf = unspentShares(storm);
  return storm.alarms.flatMap((alarm) => {
    if (isServiceTrouble(alarm) && graph.calleesOf(alarm.name).some((callee) => suffering.has(callee))) return [];
    return alarm.level === "node" ? [{ ...alarm, weight: alarm.weight * shareOf(alarm) }] : [alarm];
  });
}

/** True for alerts about the requests of a service as a whole. */
export function isServiceTrouble({ level, resource }: Alarm): boolean {
  return level === "service" && resource === "requests";
}

/**
 * How much of a node's alert is left when pods on it use the same resource: as much as it is likely that one of so many
 * pods does so by chance. Among forty pods one always does; of three pods it explains the alert.
 */
function unspentShares({ alarms, pods }: Storm): (alarm: Alarm) => number {
  const hosted = Map.groupBy([...pods.keys()], (name) => pods.get(name)?.node ?? null);
  const onPods = alarms.filter(({ level }) => level === "pod");
  const users = new Map(
    [...Map.groupBy(onPods, ({ resource }) => resource)].map(([resource, told]) => [
      resource,
      new Set(told.map(({ name }) => name)),
    ]),
  );
  return ({ name, resource }) => {
    const here = hosted.get(name) ?? [];
    const using = users.get(resource) ?? new Set<Safe>();
    const usingHere = here.filter((pod) => using.has(pod)).length;
    if (usingHere === 0) return 1;
    const usual = (using.size - usingHere + 0.5) / (pods.size - here.length + 1);
    return 1 - (1 - Math.min(1, usual)) ** here.length;
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}
