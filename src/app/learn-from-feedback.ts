import type { TenantId } from "../core/ids.ts";
import type { Engine } from "./engine.ts";
import type { JobOutcome } from "./jobs/catalog.ts";
import type { Clock, FeedbackStore, Logger, WeightsStore } from "./ports.ts";

export interface LearnFromFeedbackDeps {
  readonly tenant: TenantId;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly engine: Engine;
  readonly feedback: FeedbackStore;
  readonly weights: WeightsStore;
}

const MAX_VOTES = 5_000;

/** Computes the weights from all votes anew, so that a vote that is taken back leaves no trace. */
export async function learnFromFeedback(deps: LearnFromFeedbackDeps): Promise<JobOutcome> {
  const { tenant, clock, logger, engine, feedback, weights } = deps;
  const votes = await feedback.all(tenant, MAX_VOTES);
  const { version } = await weights.saveIfChanged(tenant, engine.learn(votes), clock.nowMs());
  logger.info({ votes: votes.length, version }, "learned from feedback");
  return { status: "done" };
}
