import { setTimeout as wait } from "node:timers/promises";
import { pollPagerDuty } from "../alert-sources/pagerduty/poll.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import type { Wiring } from "./wiring.ts";

const ROUND_WITHIN_MS = 60_000;

/** Asks PagerDuty for incidents at the set pace until it is stopped. A round that fails is repeated by the next one. */
export function startPagerDutyPolling(wiring: Wiring): () => Promise<void> {
  const { config, pagerDuty, store, clock, logger } = wiring;
  const pauseMs = config.core.PAGERDUTY_POLL_SECONDS * 1_000;
  if (pauseMs === 0) return () => Promise.resolve();
  if (pagerDuty === null) {
    logger.warn({}, "PAGERDUTY_POLL_SECONDS is set, but PAGERDUTY_API_TOKEN is not: PagerDuty is not polled");
    return () => Promise.resolve();
  }
  const stopping = new AbortController();
  const deps = { client: pagerDuty, marks: store.marks, inbox: store.inbox, clock, logger, tenant: DEFAULT_TENANT };
  const rounds = async () => {
    while (!stopping.signal.aborted) {
      const deadline = AbortSignal.any([stopping.signal, AbortSignal.timeout(ROUND_WITHIN_MS)]);
      await pollPagerDuty(deps, deadline).catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ err: error }, "PagerDuty could not be polled");
      });
      await wait(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = rounds();
  return async () => {
    stopping.abort();
    await running;
  };
}
