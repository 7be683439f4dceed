import type { ChangeKind } from "../core/event.ts";
import type { Evidence, TimeWindow } from "../core/evidence.ts";
import { type EpochMs, type EventId, epochMs, incidentId } from "../core/ids.ts";
import { own, ownWords, type Safe } from "../core/safe.ts";
import { nsToMs } from "../core/time.ts";
import type { Actor } from "./actor.ts";
import type { Clock, EvidencePort } from "./ports.ts";

export interface RecentChangesDeps {
  readonly clock: Clock;
  readonly evidence: readonly EvidencePort[];
}

export interface RecentChange {
  readonly id: EventId;
  readonly atMs: EpochMs;
  readonly service: Safe | null;
  readonly kind: ChangeKind;
  readonly status: "deployed" | "merged" | "failed" | "rolled-back";
  readonly version: Safe;
  readonly summary: Safe;
  readonly by: Safe | null;
  readonly url: Safe | null;
}

export interface ChangesAnswer {
  readonly window: TimeWindow;
  /** Newest first, at most 200. */
  readonly changes: readonly RecentChange[];
  /** More than were kept. */
  readonly hidden: number;
  /** Names of the sources that were read. */
  readonly read: readonly Safe[];
  /** Sources that could not be read, or in part: nothing found there means nothing. */
  readonly gaps: readonly { readonly source: Safe; readonly because: Safe }[];
}

const MAX_CHANGES = 200;
const MAX_WINDOW_MS = 7 * 24 * 60 * 60_000;
const DEADLINE_MS = 20_000;

/** What changed lately, in every source that tells of changes; also without any incident. A source that fails is a gap. */
export async function recentChanges(
  deps: RecentChangesDeps,
  actor: Actor,
  request: { readonly service: Safe | null; readonly sinceMs: EpochMs },
): Promise<ChangesAnswer> {
  const toMs = deps.clock.nowMs();
  const fromMs = epochMs(Math.max(Math.min(request.sinceMs, toMs), toMs - MAX_WINDOW_MS));
  const window = { fromMs, toMs };
  const asked = deps.evidence.filter(({ tellsChanges }) => tellsChanges === true);
  const answers = await Promise.all(
    asked.map(async (port) => ({
      source: ownWords(own(port.name)),
      evidence: await port.gather(queryOf(actor, window, request.service), AbortSignal.timeout(DEADLINE_MS)),
    })),
  );
  const found = new Map(answers.flatMap(({ evidence }) => changesIn(evidence)).map((change) => [change.id, change]));
  const wanted = [...found.values()]
    .filter(
      ({ atMs, service }) =>
        atMs >= fromMs && atMs <= toMs && (request.service === null || service === request.service),
    )
    .toSorted((a, b) => b.atMs - a.atMs || (a.id < b.id ? -1 : 1));
  return {
    window,
    changes: wanted.slice(0, MAX_CHANGES),
    hidden: Math.max(0, wanted.length - MAX_CHANGES),
    read: answers.flatMap(({ source, evidence: { status } }) =>
      status === "found" || status === "empty" ? [source] : [],
    ),
    gaps: answers.flatMap(({ source, evidence }) => gapOf(source, evidence)),
  };
}

function queryOf({ tenant }: Actor, window: TimeWindow, service: Safe | null) {
  const baseline = { fromMs: window.fromMs, toMs: window.fromMs };
  return { tenant, incidentId: incidentId("none"), service, window, baseline, external: [] };
}

function changesIn(evidence: Evidence): readonly RecentChange[] {
  if (evidence.status !== "found") return [];
  return evidence.events.flatMap((event) => {
    if (event.kind !== "change") return [];
    const { kind, status, version, summary, by, url } = event.change;
    return [
      { id: event.id, atMs: nsToMs(event.atNs), service: event.service, kind, status, version, summary, by, url },
    ];
  });
}

function gapOf(source: Safe, evidence: Evidence): ChangesAnswer["gaps"] {
  if (evidence.status === "failed") return [{ source, because: evidence.detail }];
  return evidence.status === "found" && evidence.partial !== null ? [{ source, because: evidence.partial }] : [];
}
