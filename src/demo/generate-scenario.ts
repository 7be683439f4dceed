import { playVariant, type Scenario, type ScenarioOptions, type Variant } from "./scenario.ts";
import { alertStorm } from "./variants/alert-storm.ts";
import { badCanary } from "./variants/bad-canary.ts";
import { busyDisk } from "./variants/busy-disk.ts";
import { certificateExpiry } from "./variants/certificate-expiry.ts";
import { configChange } from "./variants/config-change.ts";
import { cpuStarved } from "./variants/cpu-starved.ts";
import { dependencyFailure } from "./variants/dependency-failure.ts";
import { healthyNoisy } from "./variants/healthy-noisy.ts";
import { memoryLeakOom } from "./variants/memory-leak-oom.ts";
import { mergedNeverDeployed } from "./variants/merged-never-deployed.ts";
import { networkDelay } from "./variants/network-delay.ts";
import { noRoomOnNodes } from "./variants/no-room-on-nodes.ts";
import { poolExhaustion } from "./variants/pool-exhaustion.ts";
import { quotaExceeded } from "./variants/quota-exceeded.ts";
import { recovered } from "./variants/recovered.ts";
import { redHerringAfterOnset } from "./variants/red-herring-after-onset.ts";
import { replicationLag } from "./variants/replication-lag.ts";
import { selectorMismatch } from "./variants/selector-mismatch.ts";
import { thirdPartyOutage } from "./variants/third-party-outage.ts";
import { twoAm } from "./variants/two-am.ts";

const variants = {
  "two-am": twoAm,
  "config-change": configChange,
  "dependency-failure": dependencyFailure,
  "pool-exhaustion": poolExhaustion,
  "memory-leak-oom": memoryLeakOom,
  "certificate-expiry": certificateExpiry,
  "third-party-outage": thirdPartyOutage,
  "healthy-noisy": healthyNoisy,
  recovered,
  "red-herring-after-onset": redHerringAfterOnset,
  "merged-never-deployed": mergedNeverDeployed,
  "alert-storm": alertStorm,
  "selector-mismatch": selectorMismatch,
  "quota-exceeded": quotaExceeded,
  "no-room-on-nodes": noRoomOnNodes,
  "bad-canary": badCanary,
  "busy-disk": busyDisk,
  "network-delay": networkDelay,
  "cpu-starved": cpuStarved,
  "replication-lag": replicationLag,
} satisfies Record<string, Variant>;

export type ScenarioName = keyof typeof variants;

/** Every scenario by name, the demo incident first. */
export const scenarioNames: readonly ScenarioName[] = Object.keys(variants).filter(isScenarioName);

/** Whether a text from outside names a scenario. */
export function isScenarioName(text: string): text is ScenarioName {
  return Object.hasOwn(variants, text);
}

/** Generates an incident with its evidence. Pure: the same name and options give the same bytes. */
export function generateScenario(name: ScenarioName, options: ScenarioOptions = {}): Scenario<ScenarioName> {
  return playVariant(name, variants[name], options);
}
