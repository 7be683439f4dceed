import type { Needs, Outage } from "./names.ts";
import type { WriteFaults } from "./pagerduty.ts";
import type { ChaosRedis } from "./redis.ts";
import { CALM, type FaultRates } from "./slack/server.ts";

/** How a queue goes away and comes back. */
export const OUTAGES: Readonly<Record<Outage, Record<"begin" | "end", (redis: ChaosRedis) => Promise<void>>>> = {
  "no-queue": { begin: (redis) => redis.kill(), end: (redis) => redis.start() },
  "full-queue": { begin: (redis) => redis.setFull(true), end: (redis) => redis.setFull(false) },
};

const OFTEN = 0.5;
const NEARLY_ALWAYS = 0.9;
/** What has to go wrong at the receivers, by chance; nothing where nothing is named. */
export const TROUBLE: Readonly<
  Partial<Record<Needs, { readonly ofSlack?: FaultRates; readonly ofPagerDuty?: WriteFaults }>>
> = {
  "lost-answers": { ofSlack: { ...CALM, errorBefore: OFTEN / 2, resetAfter: OFTEN / 2 } },
  "lost-edits": { ofSlack: { ...CALM, resetAfter: OFTEN / 2, errorAfter: OFTEN / 2 } },
  doubles: { ofSlack: { ...CALM, doubled: NEARLY_ALWAYS } },
  "rate-limits": { ofSlack: { ...CALM, rateLimit: OFTEN } },
  "lost-notes": {
    ofPagerDuty: [
      [NEARLY_ALWAYS / 2, { kind: "error-before" }],
      [NEARLY_ALWAYS, { kind: "reset-after" }],
    ],
  },
};
