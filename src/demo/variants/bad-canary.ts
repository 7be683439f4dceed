import { epochMs } from "../../core/ids.ts";
import { isoTime } from "../../core/time.ts";
import { shop } from "../casts/shop.ts";
import { plainChange } from "../changes.ts";
import { playMetric } from "../metrics.ts";
import { MINUTE_MS, playDay } from "../play-day.ts";
import type { Variant } from "../scenario.ts";
import type { Stage } from "../stage.ts";

interface Canary {
  readonly service: string;
  readonly caller: string;
  readonly version: string;
  readonly old: readonly string[];
  readonly fresh: readonly string[];
  /** When the two steps began, before the alert. */
  readonly stepsMs: readonly [number, number];
  /** Share of the calls that new pods answer well, in percent. */
  readonly freshSuccess: number;
}

const CANARIES: readonly Canary[] = [
  {
    service: "catalog",
    caller: "storefront",
    version: "cat-902",
    old: ["catalog-5f6d7c8b9-2vxjp", "catalog-5f6d7c8b9-wq7dl", "catalog-5f6d7c8b9-8hr5m", "catalog-5f6d7c8b9-zz2kq"],
    fresh: ["catalog-7c4b6d9f8-k6n4s", "catalog-7c4b6d9f8-p9wvd"],
    stepsMs: [9 * MINUTE_MS, 4 * MINUTE_MS],
    freshSuccess: 62,
  },
  {
    service: "basket",
    caller: "storefront",
    version: "bas-377",
    old: ["basket-68d9f7c5b4-8hsmx", "basket-68d9f7c5b4-xc4gt", "basket-68d9f7c5b4-n7t2w", "basket-68d9f7c5b4-q5vbh"],
    fresh: ["basket-5b7c9d6f4-j3x8r", "basket-5b7c9d6f4-t6mkz"],
    stepsMs: [6 * MINUTE_MS, 2 * MINUTE_MS],
    freshSuccess: 99.8,
  },
];

/** Two canaries run at once. The new pods of one answer badly and say nothing; the other one is newer and innocent. */
export const badCanary: Variant = {
  cast: shop,
  alertAt: epochMs(Date.UTC(2026, 9, 6, 10, 24)),
  afterAlertMs: 3 * MINUTE_MS,
  play(stage) {
    playDay(stage, []);
    for (const canary of CANARIES) playCanary(stage, canary);
    return [{ atMs: stage.alertAt, service: "storefront", title: "storefront: success ratio below 95 %" }];
  },
};

function playCanary(stage: Stage, canary: Canary): void {
  canary.stepsMs.forEach((beforeMs, index) => {
    const atMs = stage.alertAt - beforeMs;
    stage.changes.push(
      plainChange({
        atMs,
        service: canary.service,
        kind: "rollout",
        ref: canary.version,
        by: "rollouts",
        summary: `Step ${index + 1} of the rollout of ${canary.version}`,
        rollout: {
          newPods: canary.fresh.slice(index, index + 1),
          oldReplicas: canary.old.length - index - 1,
          newReplicas: index + 1,
          completedAt: isoTime(epochMs(atMs + 20_000)),
        },
      }),
    );
  });
  for (const pod of canary.old) playPod(stage, canary, { pod, fromMs: stage.fromMs, success: 99.8 });
  canary.fresh.forEach((pod, index) => {
    const fromMs = stage.alertAt - (canary.stepsMs[index] ?? 0) + 20_000;
    playPod(stage, canary, { pod, fromMs, success: canary.freshSuccess });
  });
}

function playPod(
  stage: Stage,
  { service, caller }: Canary,
  { pod, fromMs, success }: { readonly pod: string; readonly fromMs: number; readonly success: number },
): void {
  const call = { service, pod, client: caller, server: service, fromMs };
  playMetric(stage, {
    ...call,
    metric: "traces.service.graph.request.success_ratio",
    unit: "%",
    level: () => success,
    jitter: 0.001,
  });
  playMetric(stage, {
    ...call,
    metric: "traces.service.graph.request.duration",
    unit: "ms",
    level: () => 24,
    jitter: 0.1,
  });
}
