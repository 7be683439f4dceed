import type { ServiceGraph } from "../../graph/service-graph.ts";
import type { Safe } from "../../safe.ts";
import type { Alarm, Storm } from "./read-storm.ts";
import { isLossOfSupply, type Resource } from "./resources.ts";
import { isServiceTrouble, type Series } from "./series.ts";

/** What one resource says about one suspect. */
export interface Sign {
  readonly about: Resource | "callers" | "silence";
  /** How much likelier these alerts are with a fault here than without. */
  readonly nats: number;
  readonly alarms: readonly Pick<Alarm, "id" | "atMs">[];
  /** How many places of the suspect show it, of how many. */
  readonly shown: number;
  readonly of: number;
  /** How many other places of that sort show the same, of how many; 0 of 0 when there is nobody to compare with. */
  readonly elsewhere: number;
  readonly others: number;
}

/** Chance that a fault shows in a series of its own kind. Not certain: each series has its own threshold. */
const SHOWS = 0.8;
/** A fault takes more of a resource far more often than less, and what a series means is not always known. */
const SHOWS_INDIRECTLY = 0.3;
/** With nobody else alerting, one tenth of an alert is assumed among the others: thresholds are crossed by chance too. */
const BY_CHANCE = 0.1;

/** Bernoulli trials: each of the suspect's `size` places shows the series or not, against the rate of all others. */
export function signOf({ kind, resource, places, alarms }: Series, own: readonly Alarm[], size: number): Sign {
  const others = Math.max(0, places - size);
  const usual = rate(weightOf(alarms) - weightOf(own), others);
  const isFall = kind.endsWith(" down") && !isLossOfSupply(kind);
  const shows = isFall || resource === "other" ? SHOWS_INDIRECTLY : SHOWS;
  const shown = weightOf(own);
  // A place that shows nothing speaks against a fault of the whole group, never against itself.
  const missing = size === 1 ? 0 : size - shown;
  const nats = ratio({ shown, missing, shows, usual }) / size;
  const elsewhere = others === 0 ? 0 : alarms.length - own.length;
  return { about: resource, nats, alarms: own, shown: own.length, of: size, elsewhere, others };
}

/** Services that call a suffering one and suffer as well, against the rate of those that do not depend on it. */
export function signsOfCallers(storm: Storm, graph: ServiceGraph): ReadonlyMap<Safe, Sign> {
  const suffering = new Map<Safe, Alarm>();
  for (const alarm of storm.alarms) {
    if (isServiceTrouble(alarm) && !suffering.has(alarm.name)) suffering.set(alarm.name, alarm);
  }
  return new Map(
    [...suffering.keys()].flatMap((name) => {
      const callers = graph.callersOf(name);
      if (callers.length === 0) return [];
      const dependent = dependentOn(name, graph);
      const outside = [...storm.services].filter((service) => !dependent.has(service));
      const usual = rate(weightOf(outside.flatMap((service) => suffering.get(service) ?? [])), outside.length);
      const alarms = callers.flatMap((service) => suffering.get(service) ?? []);
      const shown = weightOf(alarms);
      const nats = ratio({ shown, missing: callers.length - shown, shows: SHOWS, usual });
      const of = callers.length;
      const elsewhere = outside.filter((service) => suffering.has(service)).length;
      return [[name, { about: "callers", nats, alarms, shown: alarms.length, of, elsewhere, others: outside.length }]];
    }),
  );
}

/** The service itself and all that call it, directly or not. */
function dependentOn(name: Safe, graph: ServiceGraph): ReadonlySet<Safe> {
  const found = new Set([name]);
  // A set grows while it is walked, so this visits every caller of every caller once.
  for (const service of found) for (const caller of graph.callersOf(service)) found.add(caller);
  return found;
}

function rate(weight: number, places: number): number {
  return (Math.max(0, weight) + BY_CHANCE) / (places + 1);
}

interface Trials {
  readonly shown: number;
  readonly missing: number;
  readonly shows: number;
  readonly usual: number;
}

/** Log of the likelihood ratio. */
function ratio({ shown, missing, shows, usual }: Trials): number {
  return shown * Math.log(shows / usual) + missing * Math.log((1 - shows) / Math.max(BY_CHANCE, 1 - usual));
}

function weightOf(alarms: readonly Alarm[]): number {
  return alarms.reduce((all, { weight }) => all + weight, 0);
}
