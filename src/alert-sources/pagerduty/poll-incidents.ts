import { z } from "zod";
import type { Logger } from "../../app/ports.ts";
import { type EpochMs, epochMs } from "../../core/ids.ts";
import { type PagerDutyClient, PagerDutyError, type PagerDutyQuery } from "../../platform/clients/pagerduty.ts";
import { type ListedIncident, ListedIncidents, type PollMark } from "./poll-payload.ts";

interface AskDeps {
  readonly client: PagerDutyClient;
  readonly logger: Logger;
}

/** What is to be told, and where polling stands when all of it is stored. */
export interface News {
  readonly incidents: readonly ListedIncident[];
  readonly mark: PollMark;
}

const MINUTE_MS = 60_000;
/** What was opened and resolved between two rounds is in no list of open ones, so the newest are listed whatever their status. */
const LIST_BACK_MS = 6 * 60 * MINUTE_MS;
/** Changes become visible late and clocks differ: each round looks this far before the last one. */
const OVERLAP_MS = 2 * MINUTE_MS;
const FIRST_LOOK_BACK_MS = 15 * MINUTE_MS;
/** What has been open and unchanged for this long when polling begins is nobody's page of tonight. */
const FORGOTTEN_MS = 48 * 60 * MINUTE_MS;
const PAGE_SIZE = 100;
const MAX_PAGES = 10;
const MAX_OPEN = 2_000;
/** Each costs one or two calls, and a round has a minute. What is left over is taken by the next rounds. */
const MAX_AT_ONCE = 50;

/**
 * Asks for every open incident, however old, and for the newest ones; what is open and not remembered is news too. The
 * first round of an install only follows what lay untouched for days: it is told when it changes or ends.
 */
export async function incidentsWithNews(
  deps: AskDeps,
  { mark, nowMs }: { readonly mark: PollMark | null; readonly nowMs: EpochMs },
  signal: AbortSignal,
): Promise<News> {
  const open = await listOpen(deps, signal);
  const recent = await listRecent(deps, nowMs, signal);
  const listed = new Map([...open, ...recent].map((incident) => [incident.id, incident]));
  const known = new Set(mark?.open);
  const missing = [...known].filter((id) => !listed.has(id));
  const found = await readEach(deps, missing.slice(0, MAX_AT_ONCE), signal);
  const sinceMs = epochMs((mark?.seenMs ?? nowMs - FIRST_LOOK_BACK_MS) - OVERLAP_MS);
  const all = [...listed.values(), ...found];
  const untouched = mark === null ? open.filter((each) => !hasChanged(each, epochMs(nowMs - FORGOTTEN_MS))) : [];
  if (untouched.length > 0) {
    deps.logger.info(
      { untouched: untouched.length },
      "open in PagerDuty and unchanged for two days: told when they change",
    );
  }
  const chosen = choose(all, { known: new Set([...known, ...untouched.map(idOf)]), sinceMs });
  const isFull = open.length >= MAX_OPEN;
  if (isFull && mark?.isFull !== true) {
    deps.logger.warn({ limit: MAX_OPEN }, "PagerDuty has more open incidents than polling follows: the newest are");
  }
  // In this order: what was not asked for is asked for first by the next round, and what was found open last.
  const remembered = [...chosen.later, ...missing.slice(MAX_AT_ONCE), ...chosen.followed];
  return {
    incidents: chosen.incidents,
    mark: { seenMs: nowMs, open: withinBound(deps, remembered), isFull },
  };
}

interface Chosen {
  readonly incidents: readonly ListedIncident[];
  /** Over, but left to the next round. */
  readonly later: readonly string[];
  readonly followed: readonly string[];
}

/** An incident that opened or ended since it was remembered is told once; one that changed otherwise as long as it is new. */
function choose(
  all: readonly ListedIncident[],
  { known, sinceMs }: { readonly known: ReadonlySet<string>; readonly sinceMs: EpochMs },
): Chosen {
  const opened = all.filter((incident) => isOpen(incident) && !known.has(incident.id)).slice(0, MAX_AT_ONCE);
  const ended = all.filter((incident) => !isOpen(incident) && known.has(incident.id));
  const changed = all.filter(
    (incident) => isOpen(incident) === known.has(incident.id) && hasChanged(incident, sinceMs),
  );
  const taken = new Set(opened.map(({ id }) => id));
  return {
    incidents: [...opened, ...ended.slice(0, MAX_AT_ONCE), ...changed],
    later: ended.slice(MAX_AT_ONCE).map(({ id }) => id),
    followed: all
      .filter((incident) => isOpen(incident) && (known.has(incident.id) || taken.has(incident.id)))
      .map(idOf),
  };
}

const isOpen = ({ status }: ListedIncident) => status !== "resolved";
const idOf = ({ id }: ListedIncident) => id;

function hasChanged(incident: ListedIncident, sinceMs: EpochMs): boolean {
  const times = [incident.updated_at, incident.last_status_change_at, incident.created_at];
  return times.some((time) => time !== null && time !== undefined && Date.parse(time) >= sinceMs);
}

function withinBound({ logger }: AskDeps, remembered: readonly string[]): string[] {
  const forgotten = remembered.slice(MAX_OPEN);
  if (forgotten.length > 0) {
    logger.warn(
      { limit: MAX_OPEN, forgotten },
      "more open PagerDuty incidents than polling follows: how these end will not be seen",
    );
  }
  return remembered.slice(0, MAX_OPEN);
}

/** Without a date PagerDuty leaves out what is older than a month. */
function listOpen(deps: AskDeps, signal: AbortSignal): Promise<readonly ListedIncident[]> {
  const query = { date_range: "all", "statuses[]": ["triggered", "acknowledged"], sort_by: "created_at:desc" };
  return list(deps, { query, maxPages: MAX_OPEN / PAGE_SIZE }, signal);
}

async function listRecent(deps: AskDeps, nowMs: EpochMs, signal: AbortSignal): Promise<readonly ListedIncident[]> {
  const since = new Date(nowMs - LIST_BACK_MS).toISOString();
  const until = new Date(nowMs + MINUTE_MS).toISOString();
  const query = { since, until, sort_by: "created_at:desc" };
  const listed = await list(deps, { query, maxPages: MAX_PAGES }, signal);
  if (listed.length >= MAX_PAGES * PAGE_SIZE) {
    deps.logger.warn({ limit: listed.length }, "polling reached its page limit");
  }
  return listed;
}

async function list(
  { client }: AskDeps,
  asked: { readonly query: PagerDutyQuery; readonly maxPages: number },
  signal: AbortSignal,
): Promise<readonly ListedIncident[]> {
  return ListedIncidents.parse(await client.list({ path: "/incidents", key: "incidents", ...asked }, signal));
}

const One = z.object({ incident: ListedIncidents.element });

/** Incidents that were open and are in no list. One that PagerDuty shows no more is left out, so that it is forgotten. */
async function readEach(
  { client, logger }: AskDeps,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly ListedIncident[]> {
  const found: ListedIncident[] = [];
  for (const id of ids) {
    try {
      const { incident } = One.parse(await client.get(`/incidents/${encodeURIComponent(id)}`, {}, signal));
      found.push(incident);
    } catch (error) {
      if (!isOutOfReach(error) && !(error instanceof z.ZodError)) throw error;
      logger.warn(
        { err: error, pagerDutyIncident: id },
        "PagerDuty no longer shows this incident: it is not followed any more, and stays as it is here until somebody resolves it",
      );
    }
  }
  return found;
}

/** Deleted with its service, or not for this key any more: asking again would say the same. */
export function isOutOfReach(error: unknown): boolean {
  return error instanceof PagerDutyError && (error.status === 403 || error.status === 404);
}
