import { setTimeout as wait } from "node:timers/promises";
import type { Clock, Logger } from "../app/ports.ts";
import { type EpochMs, epochMs } from "../core/ids.ts";
import type { Store } from "../store/create-store.ts";
import type { CoreConfig } from "./config.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Long enough to look up what ran during an incident. */
const DONE_JOBS_KEPT_MS = 7 * DAY_MS;
/** A kind of message that was not seen for this long is new again. */
const COUNTS_KEPT_MS = 14 * DAY_MS;
/** Some calls happen once a month. */
const EDGES_KEPT_MS = 60 * DAY_MS;
/** Long enough to notice, to update and to try again; kept without end they would hold what people wrote without end. */
const QUARANTINE_KEPT_MS = 90 * DAY_MS;

export interface JanitorDeps {
  readonly store: Pick<Store, "pruneDoneJobs" | "pastTime"> & {
    readonly pushedEvents: Pick<Store["pushedEvents"], "prune">;
    readonly logCounts: Pick<Store["logCounts"], "prune">;
    readonly serviceEdges: Pick<Store["serviceEdges"], "prune">;
  };
  readonly clock: Clock;
  readonly config: {
    readonly core: Pick<CoreConfig, "EVENT_RETENTION_HOURS" | "WEBHOOK_RETENTION_DAYS" | "ANSWER_RETENTION_DAYS">;
  };
  readonly logger: Pick<Logger, "info" | "error">;
}

export interface JanitorPace {
  readonly firstMs: number;
  readonly everyMs: number;
}

/**
 * Soon after the start, because a worker may be restarted more often than hourly, then once an hour. By chance a little apart,
 * so that workers that were started together do not clean together.
 */
export function janitorPace(random: () => number): JanitorPace {
  return { firstMs: MINUTE_MS * (1 + random()), everyMs: HOUR_MS * (1 + random() / 10) };
}

/** Removes what is past its time, again and again until it is stopped. */
export function startJanitor(deps: JanitorDeps, { firstMs, everyMs } = janitorPace(Math.random)): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rounds = async () => {
    await wait(firstMs, undefined, { signal, ref: false });
    for (;;) {
      await cleanOnce(deps, signal);
      await wait(everyMs, undefined, { signal, ref: false });
    }
  };
  // Only the end of the waiting rejects here.
  const running = rounds().catch(() => undefined);
  return async () => {
    stopping.abort();
    await running;
  };
}

/** One step that fails keeps none of the others from its work. */
async function cleanOnce({ store, clock, config, logger }: JanitorDeps, signal: AbortSignal): Promise<void> {
  const { EVENT_RETENTION_HOURS, WEBHOOK_RETENTION_DAYS, ANSWER_RETENTION_DAYS } = config.core;
  const before = (keptMs: number): EpochMs => epochMs(clock.nowMs() - keptMs);
  const webhooksKeptMs = WEBHOOK_RETENTION_DAYS * DAY_MS;
  const steps = {
    events: () => store.pushedEvents.prune(before(EVENT_RETENTION_HOURS * HOUR_MS)),
    counts: () => store.logCounts.prune(before(COUNTS_KEPT_MS)),
    edges: () => store.serviceEdges.prune(before(EDGES_KEPT_MS)),
    jobs: () => store.pruneDoneJobs(before(DONE_JOBS_KEPT_MS)),
    ...store.pastTime({
      webhooksBefore: before(webhooksKeptMs),
      quarantinedBefore: before(Math.max(QUARANTINE_KEPT_MS, webhooksKeptMs)),
      answersBefore: before(ANSWER_RETENTION_DAYS * DAY_MS),
    }),
  };
  const removed: Record<string, number> = {};
  for (const [name, step] of Object.entries(steps)) {
    if (signal.aborted) return;
    try {
      removed[name] = await step();
    } catch (error) {
      logger.error(
        { err: error, step: name },
        "what is past its time could not be removed; the next round tries again",
      );
    }
  }
  logger.info(removed, "what is past its time was removed");
}
