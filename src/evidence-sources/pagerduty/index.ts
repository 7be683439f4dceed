import type { z } from "zod";
import type { Event } from "../../core/event.ts";
import type { Evidence, EvidenceFailure, EvidenceQuery } from "../../core/evidence.ts";
import { isoTime } from "../../core/time.ts";
import { type PagerDutyClient, PagerDutyError } from "../../platform/clients/pagerduty.ts";
import { checkPagerDutyKey } from "../../platform/clients/pagerduty-check.ts";
import { defineEvidenceSource } from "../define.ts";
import { ChangeRecord, IncidentBody, LogEntry } from "./answers.ts";
import { changeEvent } from "./change-events.ts";
import { logEntryEvent } from "./log-entries.ts";

const DEADLINE_MS = 12_000;
const RESERVE_MS = 1500;
const MAX_INCIDENTS = 5;
const MAX_PAGES = 5;

/** The sender's own knowledge: what people did in the incident, and what changed on its service. */
export const pagerduty = defineEvidenceSource({
  // The account's settings belong to the surface of the same name; the client made from them arrives as a dependency.
  env: {},
  title: "PagerDuty",
  deadlineMs: DEADLINE_MS,
  howToConfigure: "Set PAGERDUTY_API_TOKEN (a read-only key is enough) to read log entries and change events.",
  create: (_env, { pagerDuty }) =>
    pagerDuty && {
      gather: (query, signal) =>
        gatherFromPagerDuty({ client: pagerDuty, deadlineMs: DEADLINE_MS - RESERVE_MS }, query, signal),
    },
  check: async (_env, { pagerDuty }, signal) => (pagerDuty === null ? null : checkPagerDutyKey(pagerDuty, signal)),
});

export interface GatherOptions {
  readonly client: PagerDutyClient;
  readonly deadlineMs: number;
}

/** Reads every PagerDuty incident behind ours. What the account's plan does not hold is a stated gap. */
export async function gatherFromPagerDuty(
  { client, deadlineMs }: GatherOptions,
  query: EvidenceQuery,
  signal: AbortSignal,
): Promise<Evidence<string>> {
  const ids = query.external.filter(({ source }) => source === "pagerduty").map(({ externalId }) => externalId);
  if (ids.length === 0) return { status: "empty", searched: "no PagerDuty incident is behind this alert" };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const readings = await Promise.all(
    ids.slice(0, MAX_INCIDENTS).map((id) => readIncident({ client, signal: limited, id }, query)),
  );
  return toEvidence(readings, ids);
}

interface Reading {
  readonly events: readonly Event<string>[];
  readonly read: number;
  readonly problems: readonly Problem[];
}

interface Problem {
  readonly reason: EvidenceFailure;
  readonly detail: string;
}

interface Asking {
  readonly client: PagerDutyClient;
  readonly signal: AbortSignal;
  readonly id: string;
}

async function readIncident(asking: Asking, query: EvidenceQuery): Promise<Reading> {
  const path = `/incidents/${encodeURIComponent(asking.id)}`;
  const parts = await Promise.all([
    readList(asking, { what: "log entries", path: `${path}/log_entries`, key: "log_entries", query: {} }, (raw) =>
      mapped(LogEntry, raw, logEntryEvent),
    ),
    readList(
      asking,
      { what: "related change events", path: `${path}/related_change_events`, key: "change_events", query: {} },
      (raw) => mapped(ChangeRecord, raw, changeEvent),
    ),
    readServiceChanges(asking, path, query),
  ]);
  return join(parts);
}

async function readServiceChanges(asking: Asking, path: string, query: EvidenceQuery): Promise<Reading> {
  try {
    const { incident } = IncidentBody.parse(await asking.client.get(path, {}, asking.signal));
    const service = incident.service?.id;
    if (!service) return NOTHING;
    const range = { since: isoTime(query.baseline.fromMs), until: isoTime(query.window.toMs) };
    const list = {
      what: "change events of the service",
      path: `/services/${encodeURIComponent(service)}/change_events`,
      key: "change_events",
      query: range,
    };
    return await readList(asking, list, (raw) => mapped(ChangeRecord, raw, changeEvent));
  } catch (error) {
    return { ...NOTHING, problems: [problemOf(error, "incident", asking.signal)] };
  }
}

interface List {
  readonly what: string;
  readonly path: string;
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
}

async function readList(asking: Asking, list: List, read: (raw: unknown) => Event<string> | null): Promise<Reading> {
  const { client, signal } = asking;
  try {
    const { path, key, query } = list;
    const raw = await client.list({ path, key, query, maxPages: MAX_PAGES }, signal);
    return { events: raw.flatMap((item) => read(item) ?? []), read: raw.length, problems: [] };
  } catch (error) {
    return { ...NOTHING, problems: [problemOf(error, list.what, signal)] };
  }
}

/** An item of another shape is left out; the others are still worth reading. */
function mapped<Item>(
  schema: z.ZodType<Item>,
  raw: unknown,
  map: (item: Item) => Event<string> | null,
): Event<string> | null {
  const item = schema.safeParse(raw);
  return item.success ? map(item.data) : null;
}

function problemOf(error: unknown, what: string, signal: AbortSignal): Problem {
  if (signal.aborted) return { reason: "timeout", detail: `PagerDuty did not answer in time for the ${what}` };
  const status = error instanceof PagerDutyError ? (error.status ?? 0) : 0;
  switch (status) {
    case 401:
      return { reason: "unauthorized", detail: "PagerDuty does not accept PAGERDUTY_API_TOKEN" };
    case 402:
    case 403:
      return {
        reason: "unauthorized",
        detail: `the ${what} are not on this PagerDuty plan, or the key may not read them`,
      };
    case 404:
      return { reason: "invalid", detail: `PagerDuty does not know the ${what} in this account` };
    default:
      return {
        reason: "unavailable",
        detail: `PagerDuty could not be asked for the ${what}${status === 0 ? "" : ` (status ${status})`}`,
      };
  }
}

const NOTHING: Reading = { events: [], read: 0, problems: [] };

/** A change that two lists name counts once. */
function join(readings: readonly Reading[]): Reading {
  const byId = new Map(readings.flatMap(({ events }) => events.map((event) => [event.id, event] as const)));
  return {
    events: [...byId.values()],
    read: readings.reduce((sum, { read }) => sum + read, 0),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

function toEvidence(readings: readonly Reading[], ids: readonly string[]): Evidence<string> {
  const { events, read, problems } = join(readings);
  const skipped =
    ids.length > MAX_INCIDENTS ? [`only ${MAX_INCIDENTS} of ${ids.length} PagerDuty incidents were read`] : [];
  const gaps = [...new Set([...problems.map(({ detail }) => detail), ...skipped])].join("; ");
  const [first] = problems;
  if (events.length === 0 && first && read === 0) return { status: "failed", reason: first.reason, detail: gaps };
  if (events.length === 0)
    return { status: "empty", searched: `log entries and change events of PagerDuty ${ids.join(", ")}` };
  return { status: "found", events, read, partial: gaps === "" ? null : gaps };
}
