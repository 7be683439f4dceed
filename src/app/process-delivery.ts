import { z } from "zod";
import type { Alert } from "../core/alert.ts";
import type { AlertSourcePort } from "./alert-source-port.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import { type IngestAlertsDeps, ingestAlerts } from "./ingest-alerts.ts";
import type { JobOutcome } from "./jobs/catalog.ts";
import type { Inbox, StoredDelivery } from "./ports.ts";
import type { Redactor } from "./redactor.ts";
import type { SentNote } from "./sent-note.ts";
import { takeNote } from "./take-note.ts";

export interface ProcessDeliveryDeps extends IngestAlertsDeps {
  readonly inbox: Inbox;
  readonly redactor: Redactor;
  readonly sources: ReadonlyMap<string, AlertSourcePort>;
  /** When this worker began: of what came while none was running, nothing was looked at yet. */
  readonly startedMs?: number;
}

const MAX_NOTES = 100;
/** Deliveries are worked on side by side: a note may overtake the alert that opens its incident, above all in a backlog. */
const NOTE_WAITS_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 3_000;
/** An alert waits this long at most for the first look at another case: most take some seconds, and it may be a page. */
const FIRST_LOOK_WAITS_MS = 10_000;
const FIRST_LOOK_AGAIN_MS = 500;
const RESTARTS_MAY_ADD_MS = 20_000;
const CONFIRM_WITHIN_MS = 10_000;
const DONE: JobOutcome = { status: "done" };

/**
 * Takes every alert and note of a stored webhook to its incident. What cannot be read goes to quarantine with the reason;
 * only an unavailable store or sender throws, so that the job runs again. Running twice changes nothing.
 */
export async function processDelivery(deps: ProcessDeliveryDeps, inboxId: string): Promise<JobOutcome> {
  const stored = await deps.inbox.load(inboxId);
  if (stored === null || stored.state !== "new") return DONE;

  const source = deps.sources.get(stored.source);
  const reading = read(source, stored);
  if (reading.status === "unreadable") {
    deps.logger.warn({ inboxId, source: stored.source }, "webhook quarantined");
    await deps.inbox.quarantine(inboxId, deps.redactor.text(reading.because));
    return DONE;
  }
  await source?.confirm?.(reading.body, AbortSignal.timeout(CONFIRM_WITHIN_MS));
  const waitedMs = deps.clock.nowMs() - waitingSince(stored, deps.startedMs ?? 0);
  const waiting = { mayWait: waitedMs < FIRST_LOOK_WAITS_MS, hasWaited: waitedMs >= FIRST_LOOK_AGAIN_MS };
  const ingested = await ingestAlerts({ ...deps, ...waiting }, stored.tenant, reading.alerts);
  if (ingested === "unfinished") {
    return { status: "again", notBeforeMs: deps.clock.nowMs(), because: "it holds more alerts than one run takes in" };
  }
  if (ingested === "waits") return waitForFirstLook(deps, stored, waitedMs);
  const waitMs = await takeNotes(deps, stored, reading.notes.slice(0, MAX_NOTES));
  if (waitMs !== null) {
    const notBeforeMs = deps.clock.nowMs() + waitMs;
    return { status: "again", notBeforeMs, because: "the incident of a note is not there yet" };
  }
  await deps.inbox.markProcessed(inboxId);
  return DONE;
}

async function waitForFirstLook(
  { inbox, clock }: ProcessDeliveryDeps,
  { id, waitingSinceMs }: StoredDelivery,
  waitedMs: number,
): Promise<JobOutcome> {
  const nowMs = clock.nowMs();
  if (waitingSinceMs === null) await inbox.markWaiting(id, nowMs);
  const notBeforeMs = nowMs + Math.max(FIRST_LOOK_AGAIN_MS, Math.round(waitedMs / 5));
  return { status: "again", notBeforeMs, because: "the first look at a case beside it is still running" };
}

/**
 * What came while no worker ran waits from its start on, since the look that it waits for was not begun or was cut off;
 * workers that start again and again make it wait so much longer and no more.
 */
function waitingSince({ delivery, waitingSinceMs }: StoredDelivery, startedMs: number): number {
  const latest = waitingSinceMs === null ? startedMs : waitingSinceMs + RESTARTS_MAY_ADD_MS;
  return Math.max(delivery.receivedAtMs, Math.min(startedMs, latest));
}

/** How long to wait when a note's incident may still come; null = done. Notes of incidents that never came are let go. */
async function takeNotes(
  deps: ProcessDeliveryDeps,
  { tenant, source, delivery }: StoredDelivery,
  notes: readonly SentNote<string>[],
): Promise<number | null> {
  let without = 0;
  for (const note of notes) {
    if ((await takeNote(deps, tenant, note)) === "no-incident") without++;
  }
  if (without === 0) return null;
  const ageMs = deps.clock.nowMs() - delivery.receivedAtMs;
  if (ageMs < NOTE_WAITS_MS) return Math.max(LOOK_AGAIN_MS, Math.round(ageMs / 5));
  deps.logger.info({ source, notes: without }, "notes belong to no incident here");
  return null;
}

type Reading =
  | {
      readonly status: "read";
      readonly body: unknown;
      readonly alerts: readonly Alert<string>[];
      readonly notes: readonly SentNote<string>[];
    }
  | { readonly status: "unreadable"; readonly because: string };

function read(source: AlertSourcePort | undefined, { delivery }: StoredDelivery): Reading {
  if (source === undefined) return { status: "unreadable", because: "no such alert source" };
  const json = parseBoundedJson(delivery.raw);
  if (json.status === "refused") return { status: "unreadable", because: json.reason };
  try {
    const { receivedAtMs } = delivery;
    return {
      status: "read",
      body: json.value,
      alerts: source.parse(json.value, receivedAtMs),
      notes: source.parseNotes(json.value, receivedAtMs),
    };
  } catch (cause) {
    return { status: "unreadable", because: describe(cause) };
  }
}

/** Names the fields that are wrong, never their values. */
function describe(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return "the alert source failed on it";
  const issues = cause.issues.slice(0, 5).map(({ path, code }) => `${path.map(String).join(".") || "body"}: ${code}`);
  return issues.join("; ").slice(0, 500);
}
