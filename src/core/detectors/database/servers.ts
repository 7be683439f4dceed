import type { LogEvent, MetricEvent } from "../../event.ts";
import type { EpochMs, EventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";
import { type Measure, type Measured, measured } from "./measures.ts";

export interface Reading {
  readonly atMs: EpochMs;
  readonly value: number;
  readonly id: EventId;
}

/** One number of one server over time, inside baseline and window. */
export interface Series {
  readonly measure: Measure;
  readonly name: Safe;
  readonly readings: readonly Reading[];
}

/** What a share of the sessions at work did: ran this statement, or waited for this. */
export interface LoadShare {
  readonly what: "statement" | "wait";
  readonly text: Safe;
  /** "Lock", "IO", "CPU" …; empty for a statement. */
  readonly type: string;
  readonly sessions: number;
  readonly id: EventId;
}

/** A database server as its numbers show it. */
export interface Server {
  readonly name: Safe;
  readonly series: readonly Series[];
  readonly shares: readonly LoadShare[];
}

/** Bounds against floods: more servers or points than this are no incident of one database. */
const MAX_SERVERS = 50;
const MAX_READINGS = 2_000;

/** Every database server that metrics tell of, by name. */
export function databaseServers(seen: Observations): readonly Server[] {
  const servers = new Map<Safe, Collected>();
  for (const observed of seen.metrics) collect(servers, observed);
  return [...servers]
    .filter(([, { isDatabase }]) => isDatabase)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_SERVERS)
    .map(([name, found]) => ({
      name,
      shares: found.shares,
      series: withUse(newestOf(found), limitTold(name, seen)),
    }));
}

interface Collected {
  isDatabase: boolean;
  readonly series: Map<string, { measure: Measure; name: Safe; readings: Reading[] }>;
  readonly shares: LoadShare[];
}

function collect(servers: Map<Safe, Collected>, { event, atMs }: Observed<MetricEvent>): void {
  const place = event.service ?? event.host;
  const told = place === null ? null : measured(event);
  if (place === null || told === null) return;
  const server: Collected = servers.get(place) ?? { isDatabase: false, series: new Map(), shares: [] };
  servers.set(place, server);
  server.isDatabase ||= told.isTelling;
  const share = told.measure === "load" ? shareOf(event) : null;
  if (share !== null) server.shares.push(share);
  else collectReading(server, { event, atMs, told });
}

interface NewReading {
  readonly event: MetricEvent;
  readonly atMs: EpochMs;
  readonly told: Measured;
}

function collectReading({ series }: Collected, { event, atMs, told: { measure, value } }: NewReading): void {
  const key = [event.name, event.host ?? "", ...Object.values(event.attributes)].join("\u0000");
  const known = series.get(key) ?? { measure, name: event.name, readings: [] };
  series.set(key, known);
  known.readings.push({ atMs, value, id: event.id });
}

function newestOf({ series }: Collected): readonly Series[] {
  return [...series]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, each]) => ({ ...each, readings: each.readings.slice(-MAX_READINGS) }));
}

function shareOf({ attributes, value, id }: MetricEvent): LoadShare | null {
  const statement = attributes["db.query.text"] ?? attributes["db.statement"];
  const wait = attributes["db.wait_event.name"];
  const type = String(attributes["db.wait_event.type"] ?? "");
  if (typeof statement === "string") return { what: "statement", text: statement, type: "", sessions: value, id };
  return typeof wait === "string" ? { what: "wait", text: wait, type, sessions: value, id } : null;
}

/** "connections: 469 of 500", "connections 469/500", "max_connections = 500": how many a server allows, in its own words. */
const LIMIT_TOLD = /connections\b[^.\d]{0,30}\d+ ?(?:of|out of|\/) ?(\d+)|max_connections\W{1,3}(\d+)/iu;
const REFUSED = /remaining connection slots|too many (?:clients|connections)/iu;

interface ToldLimit {
  readonly limit: number | null;
  /** The server refused somebody: then the most it ever had is all that it allows. */
  readonly isRefusing: boolean;
}

function limitTold(server: Safe, { logs, window }: Observations): ToldLimit {
  const own = logs.filter(({ event, atMs }) => atMs >= window.fromMs && isAbout(event, server));
  const last = own.findLast(({ event }) => LIMIT_TOLD.test(event.body));
  const [, told, declared] = LIMIT_TOLD.exec(last?.event.body ?? "") ?? [];
  const limit = Number(told ?? declared ?? 0);
  return { limit: limit > 0 ? limit : null, isRefusing: own.some(({ event }) => REFUSED.test(event.body)) };
}

/** True when a server writes a line or a line names it. */
export function isAbout({ service, body }: LogEvent, server: Safe): boolean {
  return service === server || (service === null && body.includes(server));
}

/** The share of all allowed connections, where it is known how many are allowed. */
function withUse(series: readonly Series[], { limit: told, isRefusing }: ToldLimit): readonly Series[] {
  const limits = series.find(({ measure }) => measure === "connection-limit");
  const derived = series.flatMap((each) => {
    if (each.measure !== "connections") return [];
    const most = each.readings.reduce((highest, { value }) => Math.max(highest, value), 0);
    const limit = limits?.readings.at(-1)?.value ?? told ?? (isRefusing ? most : null);
    if (limit === null || limit <= 0) return [];
    const readings = each.readings.map((reading) => ({ ...reading, value: reading.value / limit }));
    return [{ ...each, measure: "connection-use" as const, readings }];
  });
  return [...series, ...derived];
}
