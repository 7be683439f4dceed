import type { MetricEvent } from "../event.ts";
import type { Safe } from "../safe.ts";
import type { Observed } from "./observations.ts";

/** One point of a series: its share of a limit (0 to 1 and above), or its bare value where no limit is known. */
export interface Point {
  readonly observed: Observed<MetricEvent>;
  readonly value: number;
  readonly share: number | null;
}

/** One resource of one service at one place, over time. */
export interface Series {
  readonly service: Safe;
  readonly name: Safe;
  readonly unit: Safe;
  readonly family: Family;
  readonly points: readonly Point[];
}

export type Family = "memory" | "connection-pool" | "waiting" | "disk" | "cpu" | "throttling";

const FAMILIES: readonly (readonly [Family, RegExp])[] = [
  ["waiting", /(?:pool|connection)s?\b.*(?:pending|waiting|wait_count|queued)/iu],
  ["connection-pool", /pool|connections?(?:[._]|$)/iu],
  ["throttling", /throttl/iu],
  ["memory", /(?:^|[._-])(?:mem|memory|heap|rss|working_set)/iu],
  ["disk", /disk|filesystem|volume/iu],
  ["cpu", /(?:^|[._-])cpu/iu],
];
const LIMIT = /(?:[._-])(?:limit|max|size|capacity|total|quota)(?:[._-]|$)/iu;
const SHARE_NAME = /util|ratio|percent|pct|saturation|used_share/iu;

/** The series that tell how full a resource is, each with the limit that belongs to it. Points must come in order of time. */
export function resourceSeries(metrics: readonly Observed<MetricEvent>[]): readonly Series[] {
  const groups = new Map<string, Observed<MetricEvent>[]>();
  const limits = new Map<string, Observed<MetricEvent>[]>();
  for (const observed of metrics) {
    const family = familyOf(observed.event);
    if (family === null || observed.event.service === null) continue;
    const place = placeOf(observed.event, family);
    if (isLimit(observed.event)) push(limits, place, observed);
    else push(groups, `${place}\u0000${observed.event.name}\u0000${stateOf(observed.event)}`, observed);
  }
  return [...groups.values()].flatMap((group) => toSeries(group, limits));
}

/** "cpu.limit" is a limit; "cpu.limit_utilization" is a share of one. */
function isLimit({ name }: MetricEvent): boolean {
  return LIMIT.test(name) && !SHARE_NAME.test(name);
}

function push(groups: Map<string, Observed<MetricEvent>[]>, key: string, item: Observed<MetricEvent>): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}

function familyOf({ name }: MetricEvent): Family | null {
  return FAMILIES.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

function placeOf({ service, host }: MetricEvent, family: Family): string {
  return `${service}\u0000${host ?? ""}\u0000${family}`;
}

function stateOf({ attributes }: MetricEvent): string {
  return String(attributes["state"] ?? attributes["db.client.connection.state"] ?? "");
}

function toSeries(
  group: readonly Observed<MetricEvent>[],
  limits: ReadonlyMap<string, readonly Observed<MetricEvent>[]>,
): readonly Series[] {
  const [first] = group;
  const family = first === undefined ? null : familyOf(first.event);
  if (first === undefined || family === null || first.event.service === null) return [];
  // Idle or free places are no use of a resource.
  if (/idle|free|available/iu.test(`${stateOf(first.event)} ${first.event.name}`)) return [];
  const limit = limits.get(placeOf(first.event, family)) ?? [];
  const { service, name, unit } = first.event;
  const points = group.map((observed) => ({ observed, value: observed.event.value, share: shareOf(observed, limit) }));
  return [{ service, name, unit, family, points }];
}

function shareOf({ event, atMs }: Observed<MetricEvent>, limits: readonly Observed<MetricEvent>[]): number | null {
  if (event.unit === "%") return event.value / 100;
  if (event.unit === "1" && SHARE_NAME.test(event.name)) return event.value;
  const known = limits.findLast((limit) => limit.atMs <= atMs && limit.event.unit === event.unit) ?? limits[0];
  if (known === undefined || known.event.unit !== event.unit || known.event.value <= 0) return null;
  return event.value / known.event.value;
}
