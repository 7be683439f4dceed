import { z } from "zod";
import type { Clock, Inbox, Logger, Marks } from "../../app/ports.ts";
import { type EpochMs, epochMs, type TenantId } from "../../core/ids.ts";
import type { PagerDutyClient } from "../../platform/clients/pagerduty.ts";
import { polledNotes } from "./poll-notes.ts";
import {
  type ListedIncident,
  ListedIncidents,
  type LogEntry,
  LogEntryList,
  Mark,
  type PollMark,
} from "./poll-payload.ts";
import { asWebhook } from "./poll-webhook.ts";

export interface PollDeps {
  readonly client: PagerDutyClient;
  readonly marks: Marks;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tenant: TenantId;
}

export interface PollOutcome {
  readonly incidents: number;
  readonly stored: number;
  readonly duplicates: number;
}

const MARK = "pagerduty.poll";
const MINUTE_MS = 60_000;
/** Incidents are listed by their creation; older ones that are still open are remembered by id. */
const LIST_BACK_MS = 6 * 60 * MINUTE_MS;
/** Changes become visible late and clocks differ: each round looks this far before the last one. */
const OVERLAP_MS = 2 * MINUTE_MS;
const FIRST_LOOK_BACK_MS = 15 * MINUTE_MS;
const MAX_PAGES = 10;
const PAGE_SIZE = 100;
const MAX_REMEMBERED = 100;

/**
 * One round of polling, for installs without a public URL: what changed since the last round goes to the inbox in the shape of webhooks.
 * Throws `UnavailableError` when PagerDuty is silent; the mark moves only when everything is stored, so the next round repeats.
 */
export async function pollPagerDuty(deps: PollDeps, signal: AbortSignal): Promise<PollOutcome> {
  const nowMs = deps.clock.nowMs();
  const mark = readMark(await deps.marks.get(deps.tenant, MARK));
  const changed = await changedIncidents(deps, { mark, nowMs }, signal);
  const counts = { stored: 0, duplicates: 0 };
  for (const incident of changed.incidents) {
    for (const item of await told(deps, incident, signal)) {
      const outcome = await store(deps, item);
      if (outcome === "stored") counts.stored++;
      else counts.duplicates++;
    }
  }
  await deps.marks.set(deps.tenant, MARK, JSON.stringify({ seenMs: nowMs, open: changed.open } satisfies PollMark));
  return { incidents: changed.incidents.length, ...counts };
}

async function changedIncidents(
  deps: PollDeps,
  { mark, nowMs }: { readonly mark: PollMark | null; readonly nowMs: EpochMs },
  signal: AbortSignal,
) {
  const since = new Date(nowMs - LIST_BACK_MS).toISOString();
  const until = new Date(nowMs + MINUTE_MS).toISOString();
  const listed = ListedIncidents.parse(
    await deps.client.list(
      {
        path: "/incidents",
        key: "incidents",
        query: { since, until, sort_by: "created_at:desc" },
        maxPages: MAX_PAGES,
      },
      signal,
    ),
  );
  if (listed.length >= MAX_PAGES * PAGE_SIZE)
    deps.logger.warn({ limit: listed.length }, "polling reached its page limit");
  const remembered = await readRemembered(deps, missingFrom(listed, mark), signal);
  const all = [...listed, ...remembered];
  const sinceMs = epochMs((mark?.seenMs ?? nowMs - FIRST_LOOK_BACK_MS) - OVERLAP_MS);
  return {
    incidents: all.filter((incident) => isNews(incident, { sinceMs, isFirst: mark === null })),
    open: all
      .filter(({ status }) => status !== "resolved")
      .map(({ id }) => id)
      .slice(0, MAX_REMEMBERED),
  };
}

function missingFrom(listed: readonly ListedIncident[], mark: PollMark | null): readonly string[] {
  const ids = new Set(listed.map(({ id }) => id));
  return (mark?.open ?? []).filter((id) => !ids.has(id)).slice(0, MAX_REMEMBERED);
}

async function readRemembered(deps: PollDeps, ids: readonly string[], signal: AbortSignal) {
  const found: ListedIncident[] = [];
  for (const id of ids) {
    const answer = await deps.client.get(`/incidents/${encodeURIComponent(id)}`, {}, signal);
    const incident = z.object({ incident: ListedIncidents.element }).safeParse(answer);
    if (incident.success) found.push(incident.data.incident);
  }
  return found;
}

/** The first round also takes up what is still open, however long ago it changed. */
function isNews(incident: ListedIncident, since: { readonly sinceMs: EpochMs; readonly isFirst: boolean }): boolean {
  if (since.isFirst && incident.status !== "resolved") return true;
  const times = [incident.updated_at, incident.last_status_change_at, incident.created_at];
  return times.some((time) => time !== null && time !== undefined && Date.parse(time) >= since.sinceMs);
}

async function logEntries(deps: PollDeps, id: string, signal: AbortSignal): Promise<readonly LogEntry[]> {
  const path = `/incidents/${encodeURIComponent(id)}/log_entries`;
  const query = { is_overview: "false" };
  const entries = await deps.client.list({ path, key: "log_entries", query, maxPages: MAX_PAGES }, signal);
  return LogEntryList.parse(entries);
}

interface Told {
  readonly key: string;
  /** In the shape of the webhook that would have told it. */
  readonly body: object;
}

/** Changes of state, then what people wrote. */
async function told(deps: PollDeps, incident: ListedIncident, signal: AbortSignal): Promise<readonly Told[]> {
  const entries = await logEntries(deps, incident.id, signal);
  const changes = entries.flatMap((entry) => {
    const body = asWebhook(incident, entry);
    return body === null ? [] : [{ key: entry.id, body }];
  });
  const notes = await polledNotes(deps.client, { incidentId: incident.id, entries }, signal);
  return [...changes, ...notes.map(({ id, body }) => ({ key: `note:${id}`, body }))];
}

function store({ inbox, tenant, clock }: PollDeps, { key, body }: Told): Promise<"stored" | "duplicate"> {
  const raw = new TextEncoder().encode(JSON.stringify(body));
  return inbox.store({
    tenant,
    source: "pagerduty",
    // Webhooks use "event:" and "webhook:", so what was polled never hides a delivery.
    dedupKey: `poll:${key}`,
    delivery: { raw, headers: {}, receivedAtMs: clock.nowMs() },
  });
}

function readMark(text: string | null): PollMark | null {
  if (text === null) return null;
  const mark = Mark.safeParse(parseJson(text));
  return mark.success ? mark.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
