import { type InvestigateIncidentDeps, investigateIncident } from "../investigate-incident.ts";
import { type LearnFromFeedbackDeps, learnFromFeedback } from "../learn-from-feedback.ts";
import { type ProcessDeliveryDeps, processDelivery } from "../process-delivery.ts";
import { type PublishIncidentDeps, publishIncident } from "../publish-incident.ts";
import type { JobHandlers } from "./catalog.ts";

export type JobHandlerDeps = ProcessDeliveryDeps &
  InvestigateIncidentDeps &
  PublishIncidentDeps &
  LearnFromFeedbackDeps;

/** One handler for each job of the catalogue. Each may run twice, late and out of order. */
export function createJobHandlers(deps: JobHandlerDeps): JobHandlers {
  const startedMs = deps.clock.nowMs();
  return {
    "delivery.process": ({ inboxId }) => processDelivery({ ...deps, startedMs }, inboxId),
    "incident.investigate": async (payload, context) => {
      const { kind } = await investigateIncident(deps, payload, context);
      deps.logger.info({ ...payload, outcome: kind }, "investigation ended");
      return { status: "done" };
    },
    "surface.publish": (payload, context) => publishIncident(deps, payload, context),
    "feedback.learn": () => learnFromFeedback(deps),
  };
}
