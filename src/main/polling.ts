import { setTimeout as wait } from "node:timers/promises";
import { type PollDeps, pollPagerDuty } from "../alert-sources/pagerduty/poll.ts";
import { leadsTo, type SubscriptionState, subscriptionState } from "../alert-sources/pagerduty/subscription.ts";
import { alertSources } from "../alert-sources/registry.ts";
import type { Logger } from "../app/ports.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { PagerDutyError } from "../platform/clients/pagerduty.ts";
import { seriesOf } from "../platform/metrics/exposition.ts";
import type { Wiring } from "./wiring.ts";

const ROUND_WITHIN_MS = 60_000;
const WATCH_EVERY_MS = 60_000;

type Stop = () => Promise<void>;
const NOTHING_TO_STOP: Stop = () => Promise.resolve();

/**
 * Asks PagerDuty until it is stopped: for incidents at the set pace, or, where webhooks tell them, every minute whether it
 * still sends any; while it does not, incidents are asked for. A round that fails is repeated by the next one.
 */
export function startPagerDutyPolling(wiring: Wiring, watchEveryMs = WATCH_EVERY_MS): Stop {
  const { config, pagerDuty, store, clock, logger } = wiring;
  const pauseMs = config.core.PAGERDUTY_POLL_SECONDS * 1_000;
  if (pagerDuty === null) {
    if (pauseMs > 0) {
      logger.warn({}, "PAGERDUTY_POLL_SECONDS is set, but PAGERDUTY_API_TOKEN is not: PagerDuty is not polled");
    }
    return NOTHING_TO_STOP;
  }
  const deps = { client: pagerDuty, marks: store.marks, inbox: store.inbox, clock, logger, tenant: DEFAULT_TENANT };
  if (pauseMs > 0) return startRounds((signal) => polled(deps, signal), { everyMs: pauseMs, logger });

  // Without a secret no webhook is taken, so none is missed.
  if (alertSources.pagerduty.secrets(config.env).length === 0) return NOTHING_TO_STOP;
  const told = { ...deps, tell: (state: SubscriptionState) => tellMetric(wiring, state) };
  return startRounds(subscriptionWatch(told, leadsTo(config.core.PUBLIC_URL)), { everyMs: watchEveryMs, logger });
}

const GO_ON = { isOver: false };

async function polled(deps: PollDeps, signal: AbortSignal): Promise<Round> {
  await pollPagerDuty(deps, signal);
  return GO_ON;
}

interface WatchDeps extends PollDeps {
  readonly tell: (state: SubscriptionState) => Promise<void>;
}

/** One more round after the subscription is back: what happened just before was not sent either. */
function subscriptionWatch(deps: WatchDeps, leadsHere: (url: string) => boolean) {
  let last: SubscriptionState = "enabled";
  return async (signal: AbortSignal): Promise<Round> => {
    const state = await subscriptionState(deps.client, leadsHere, signal).catch((error: unknown) =>
      unseen(error, deps),
    );
    if (state === null) return { isOver: true };
    await deps.tell(state);
    if (state !== last) tellChange(deps.logger, state);
    if (state === "disabled" || last === "disabled") await pollPagerDuty(deps, signal);
    last = state;
    return GO_ON;
  };
}

/** Null when this key may never see subscriptions. */
function unseen(error: unknown, { logger }: PollDeps): null {
  if (!(error instanceof PagerDutyError) || error.status !== 403) throw error;
  logger.warn(
    {},
    "PAGERDUTY_API_TOKEN may not read webhook subscriptions: nobody watches whether PagerDuty stopped sending",
  );
  return null;
}

async function tellMetric({ store }: Wiring, state: SubscriptionState): Promise<void> {
  const series = seriesOf("traceops_subscription_enabled", { source: "pagerduty" });
  await store.metricTotals.set(series, state === "enabled" ? 1 : 0);
}

function tellChange(logger: Logger, state: SubscriptionState): void {
  if (state === "enabled") logger.info({}, "PagerDuty sends webhooks again");
  if (state === "missing") {
    logger.warn({}, "PagerDuty has no webhook subscription for this address: compare it with PUBLIC_URL");
  }
  if (state === "disabled") {
    logger.error(
      {},
      "PagerDuty stopped sending webhooks: incidents are asked for instead. Check PAGERDUTY_WEBHOOK_SECRETS, then enable the subscription in PagerDuty",
    );
  }
}

interface Round {
  readonly isOver: boolean;
}

function startRounds(
  round: (signal: AbortSignal) => Promise<Round>,
  { everyMs, logger }: { readonly everyMs: number; readonly logger: Logger },
): Stop {
  const stopping = new AbortController();
  const rounds = async () => {
    while (!stopping.signal.aborted) {
      const deadline = AbortSignal.any([stopping.signal, AbortSignal.timeout(ROUND_WITHIN_MS)]);
      const { isOver } = await round(deadline).catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ err: error }, "PagerDuty could not be polled");
        return GO_ON;
      });
      if (isOver) return;
      await wait(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = rounds();
  return async () => {
    stopping.abort();
    await running;
  };
}
