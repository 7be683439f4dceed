import { z } from "zod";
import type { ChangeEvent } from "../core/event.ts";
import type { EpochMs } from "../core/ids.ts";
import { msToNs } from "../core/time.ts";
import { instantNs } from "../platform/records/instants.ts";
import { rolloutStepOf, ToldRollout } from "../platform/records/rollout-step.ts";
import { PUSHED } from "./define.ts";
import type { RecordName } from "./record-ids.ts";

/** What a CI says about a deploy. Only service and version are needed. */
export const Deploy = z.object({
  service: z.string().min(1).max(200),
  version: z.string().min(1).max(200),
  environment: z.string().max(100).nullish(),
  at: z.union([z.string(), z.number()]).nullish(),
  by: z.string().max(200).nullish(),
  url: z.string().max(1000).nullish(),
  summary: z.string().max(1000).nullish(),
  previous: z.string().max(200).nullish(),
  rollout: ToldRollout.nullish(),
});
export type Deploy = z.infer<typeof Deploy>;

/** An announced deploy as a change that happened at `at`, or on arrival when no time was given. */
export function deployEvent(deploy: Deploy, name: RecordName, receivedAtMs: EpochMs): ChangeEvent<string> {
  return {
    kind: "change",
    ...name,
    source: PUSHED,
    atNs: instantNs(deploy.at) ?? msToNs(receivedAtMs),
    observedNs: msToNs(receivedAtMs),
    service: deploy.service,
    host: null,
    traceId: null,
    spanId: null,
    requestId: null,
    change: {
      kind: deploy.rollout ? "rollout" : "deploy",
      status: "deployed",
      version: deploy.version,
      previousVersion: deploy.previous ?? null,
      environment: deploy.environment ?? null,
      by: deploy.by ?? null,
      url: deploy.url ?? null,
      summary: deploy.summary ?? `${deploy.service} ${deploy.version} deployed`,
      files: [],
      pullRequest: null,
      ...(deploy.rollout ? { rollout: rolloutStepOf(deploy.rollout) } : {}),
    },
  };
}
