import type { PushedEvents } from "../../app/ports.ts";
import type { Evidence, EvidenceQuery } from "../../core/evidence.ts";
import { isoTime } from "../../core/time.ts";
import { defineEvidenceSource } from "../define.ts";

const MAX_EVENTS = 200_000;

/** Events that applications sent us: OTLP, NDJSON, announced deploys. */
export const pushedEvents = defineEvidenceSource({
  env: {},
  title: "Events sent by applications",
  deadlineMs: 10_000,
  tellsChanges: true,
  howToConfigure:
    "Send OTLP/HTTP with JSON bodies to /v1/logs and /v1/traces, JSON lines to /v1/events, or announce deploys with `traceops deploy`.",
  create: (_env, { pushedEvents: stored }) =>
    stored && { gather: (query, signal) => gatherPushed(stored, query, signal) },
});

/** Baseline and window in one read, in order of time. */
async function gatherPushed(
  stored: PushedEvents,
  query: EvidenceQuery,
  signal: AbortSignal,
): Promise<Evidence<string>> {
  signal.throwIfAborted();
  const fromMs = query.baseline.fromMs;
  const toMs = query.window.toMs;
  const events = await stored.read(query.tenant, { fromMs, toMs, limit: MAX_EVENTS });
  if (events.length === 0) {
    return { status: "empty", searched: `events that applications sent, ${isoTime(fromMs)} to ${isoTime(toMs)}` };
  }
  const partial = events.length >= MAX_EVENTS ? `only the first ${MAX_EVENTS} events were read` : null;
  return { status: "found", events, read: events.length, partial };
}
