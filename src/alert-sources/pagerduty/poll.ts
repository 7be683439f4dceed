import type { Clock, Inbox, Logger, Marks } from "../../app/ports.ts";
import type { TenantId } from "../../core/ids.ts";
import type { PagerDutyClient } from "../../platform/clients/pagerduty.ts";
import { incidentsWithNews, isOutOfReach } from "./poll-incidents.ts";
import { polledNotes } from "./poll-notes.ts";
import { type ListedIncident, type LogEntry, LogEntryList, Mark, type PollMark } from "./poll-payload.ts";
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
const MAX_PAGES = 10;

/**
 * One round of polling, for installs without a public URL: what changed since the last round goes to the inbox in the shape of webhooks.
 * Throws `UnavailableError` when PagerDuty is silent; the mark moves only when everything is stored, so the next round repeats.
 */
export async function pollPagerDuty(deps: PollDeps, signal: AbortSignal): Promise<PollOutcome> {
  const nowMs = deps.clock.nowMs();
  const mark = readMark(await deps.marks.get(deps.tenant, MARK));
  const news = await incidentsWithNews(deps, { mark, nowMs }, signal);
  const counts = { stored: 0, duplicates: 0 };
  for (const incident of news.incidents) {
    for (const item of await told(deps, incident, signal)) {
      const outcome = await store(deps, item);
      if (outcome === "stored") counts.stored++;
      else counts.duplicates++;
    }
  }
  await deps.marks.set(deps.tenant, MARK, JSON.stringify(news.mark));
  return { incidents: news.incidents.length, ...counts };
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

/** Changes of state, then what people wrote. Nothing of an incident whose log this key may not read: the others go on. */
async function told(deps: PollDeps, incident: ListedIncident, signal: AbortSignal): Promise<readonly Told[]> {
  try {
    const entries = await logEntries(deps, incident.id, signal);
    const changes = entries.flatMap((entry) => {
      const body = asWebhook(incident, entry);
      return body === null ? [] : [{ key: entry.id, body }];
    });
    const notes = await polledNotes(deps.client, { incidentId: incident.id, entries }, signal);
    return [...changes, ...notes.map(({ id, body }) => ({ key: `note:${id}`, body }))];
  } catch (error) {
    if (!isOutOfReach(error)) throw error;
    deps.logger.warn(
      { err: error, pagerDutyIncident: incident.id },
      "PagerDuty does not show what happened to this incident: it is left out until it changes",
    );
    return [];
  }
}

function store({ inbox, tenant, clock }: PollDeps, { key, body }: Told): Promise<"stored" | "duplicate"> {
  const raw = new TextEncoder().encode(JSON.stringify(body));
  return inbox.store({
    tenant,
    source: "pagerduty",
    // Webhooks use "event:" and "webhook:", so what was polled never hides a delivery.
    dedupKey: `poll:${key}`,
    delivery: { raw, receivedAtMs: clock.nowMs() },
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
