import type { Actor } from "../../../app/actor.ts";
import type { IncidentId } from "../../../core/ids.ts";
import type { Incident } from "../../../core/incident.ts";
import { ownWords, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { utcClock } from "../drawing/mrkdwn.ts";
import { type Choice, MOST } from "./modal-parts.ts";

const RECENT_MS = 24 * 60 * 60_000;
const MAX_READ = 200;

/** The incidents that somebody may mean now: open ones, newest first, then those resolved within a day. */
export async function currentIncidents(desk: Desk, actor: Actor): Promise<readonly Incident[]> {
  const all = await desk.verbs.listIncidents(actor, { limit: MAX_READ });
  const sinceMs = desk.clock.nowMs() - RECENT_MS;
  const open = all.filter(({ status }) => status !== "resolved");
  const resolved = all.filter(({ status, resolvedAtMs }) => status === "resolved" && (resolvedAtMs ?? 0) >= sinceMs);
  return [...open.toSorted(newestFirst), ...resolved.toSorted(newestFirst)].slice(0, MOST.menu);
}

function newestFirst(a: Incident, b: Incident): number {
  return b.detectedAtMs - a.detectedAtMs;
}

/** Incidents as entries of a menu. */
export function incidentChoices(incidents: readonly Incident[]): readonly Choice[] {
  return incidents.map(({ id, service, title, status, startedAtMs }) => {
    const state = status === "resolved" ? safe`resolved` : safe`since ${utcClock(startedAtMs)}`;
    return { value: id, text: safe`${ownWords(id)} ${service ?? title}, ${state}` };
  });
}

/** The incident that is preselected: the one of the thread, else the only open one; null when it is for the person to say. */
export function likelyIncident(incidents: readonly Incident[], ofThread: IncidentId | null): IncidentId | null {
  if (ofThread !== null && incidents.some(({ id }) => id === ofThread)) return ofThread;
  const open = incidents.filter(({ status }) => status !== "resolved");
  return open.length === 1 ? (open[0]?.id ?? null) : null;
}

/** Services that incidents named lately, by name. */
export async function knownServices(desk: Desk, actor: Actor): Promise<readonly Safe[]> {
  const all = await desk.verbs.listIncidents(actor, { limit: MAX_READ });
  const names = all.flatMap(({ service, services }) => [...(service === null ? [] : [service]), ...services]);
  return [...new Set(names)].toSorted().slice(0, MOST.menu);
}
