import type { EpochMs } from "../core/ids.ts";
import { laterDeliveries, pagerDutyWebhook, type ToldAlert } from "./alerts.ts";
import type { Cast } from "./cast.ts";
import { printStage } from "./print-stage.ts";
import { createRandom } from "./random.ts";
import type { Stage } from "./stage.ts";

/** One story: who plays, when the alert fires, and what happens. */
export interface Variant {
  readonly cast: Cast;
  /** The first alert, unless the caller moves the story. */
  readonly alertAt: EpochMs;
  /** How long records go on after the first alert. */
  readonly afterAlertMs: number;
  /** Hosts whose clock is ahead, in ms. */
  readonly clockErrorMs?: Readonly<Record<string, number>>;
  /** Fills the stage and says which alerts fire; the first one opens the incident. */
  readonly play: (stage: Stage) => readonly ToldAlert[];
}

/** A generated incident: what the alerting system sends and what an incident bundle holds. */
export interface Scenario<Name extends string = string> {
  readonly name: Name;
  /** The first alert as a PagerDuty v3 webhook body; also `alert.json` in the files. */
  readonly alert: object;
  /** Every alert that fires, in order of time; one for most scenarios. */
  readonly alerts: readonly object[];
  /** What is sent later about the first alert: acknowledged, then resolved. */
  readonly later: readonly { readonly atMs: EpochMs; readonly body: object }[];
  readonly alertAtMs: EpochMs;
  /** Path in the bundle to its content. */
  readonly files: ReadonlyMap<string, string>;
}

export interface ScenarioOptions {
  readonly seed?: number;
  /** When the first alert fires; everything else moves with it. */
  readonly startAt?: EpochMs;
}

const HISTORY_MS = 150 * 60_000;

/** Plays a variant: two and a half hours of records before the first alert and some minutes after it. */
export function playVariant<Name extends string>(
  name: Name,
  variant: Variant,
  options: ScenarioOptions,
): Scenario<Name> {
  const alertAtMs = options.startAt ?? variant.alertAt;
  const stage: Stage = {
    cast: variant.cast,
    random: createRandom(options.seed ?? 1, name),
    alertAt: alertAtMs,
    fromMs: alertAtMs - HISTORY_MS,
    toMs: alertAtMs + variant.afterAlertMs,
    clockErrorMs: new Map(Object.entries(variant.clockErrorMs ?? {})),
    rollouts: new Map(),
    lines: [],
    spans: [],
    changes: [],
    metrics: [],
    kubernetes: [],
    objects: [],
    topology: [],
  };
  const told = variant.play(stage).toSorted((a, b) => a.atMs - b.atMs);
  const [first] = told;
  if (!first) throw new TypeError(`${name} raises no alert`);
  const alert = pagerDutyWebhook(first);
  return {
    name,
    alert,
    alerts: told.map((each) => pagerDutyWebhook(each)),
    later: laterDeliveries(first),
    alertAtMs,
    files: new Map([["alert.json", `${JSON.stringify(alert, null, 2)}\n`], ...printStage(stage)]),
  };
}
