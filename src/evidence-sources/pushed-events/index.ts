import type { EventSegments, PushedEvents, SegmentReading } from "../../app/ports.ts";
import type { Evidence, EvidenceQuery } from "../../core/evidence.ts";
import { isoTime } from "../../core/time.ts";
import { defineEvidenceSource } from "../define.ts";

/** Announced deploys and other rare events. */
const MAX_RARE = 20_000;
/** Log lines that come one by one; of more, the telling ones come and the others are counted. */
const MAX_LOGS = 20_000;

/** Events that applications sent us: OTLP, JSON lines, text, Firehose, announced deploys. */
export const pushedEvents = defineEvidenceSource({
  env: {},
  title: "Events sent by applications",
  deadlineMs: 10_000,
  tellsChanges: true,
  howToConfigure:
    "Send OTLP over HTTP to /v1/logs, /v1/traces and /v1/metrics, JSON lines to /v1/events, or announce deploys with `traceops deploy`.",
  create: (_env, { pushedEvents: rare, segments }) => {
    if (rare === null && segments === null) return null;
    return { gather: (query, signal) => gatherPushed({ rare, segments }, query, signal) };
  },
});

interface Stores {
  readonly rare: PushedEvents | null;
  readonly segments: EventSegments | null;
}

/** Baseline and window in one read of each store. */
async function gatherPushed(
  { rare, segments }: Stores,
  { tenant, baseline, window }: EvidenceQuery,
  signal: AbortSignal,
): Promise<Evidence<string>> {
  signal.throwIfAborted();
  const range = { fromMs: baseline.fromMs, toMs: window.toMs };
  const [told, found] = await Promise.all([
    rare?.read(tenant, { ...range, limit: MAX_RARE }) ?? [],
    segments?.read(tenant, { ...range, limit: MAX_LOGS }, signal) ?? NOTHING,
  ]);
  const events = [...told, ...found.events];
  const partial = joined([
    told.length >= MAX_RARE ? `only the first ${MAX_RARE} announced events were read` : null,
    found.partial,
  ]);
  if (events.length > 0 || partial !== null) {
    return { status: "found", events, read: told.length + found.read, partial };
  }
  return {
    status: "empty",
    searched: `events that applications sent, ${isoTime(range.fromMs)} to ${isoTime(range.toMs)}`,
  };
}

const NOTHING: SegmentReading = { events: [], read: 0, partial: null };

function joined(parts: readonly (string | null)[]): string | null {
  return parts.filter((part) => part !== null).join("; ") || null;
}
