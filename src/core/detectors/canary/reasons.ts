import type { EpochMs, EventId } from "../../ids.ts";
import { joinSafe, own, ownWords, type Safe, safe } from "../../safe.ts";
import { clockTime, duration } from "../../time.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { FindingReason } from "../finding.ts";
import { corrected } from "./chance.ts";
import { type Contrast, contrast, servesFrom, shiftOf } from "./exposure.ts";
import { type FailingEdge, isLasting, onsetOf } from "./failing-edges.ts";
import { type LevelReference, oddestPod } from "./levels.ts";
import type { Rollout } from "./rollouts.ts";
import type { Measured, Sample, Series } from "./samples.ts";
import { silentPods } from "./silence.ts";

/** What every question about one rollout may look at. */
export interface Scene {
  readonly rollouts: readonly Rollout[];
  readonly seen: Measured;
  readonly levels: LevelReference;
  readonly edges: readonly FailingEdge[];
  readonly alarmMs: EpochMs;
  readonly graph: Observations["graph"];
}

const MAX_CITED = 6;

/** All that speaks for and against one rollout; the ranking takes the best and the worst of each family. */
export function reasonsOf(rollout: Rollout, scene: Scene): readonly FindingReason[] {
  const contrasts = scene.seen.byPods
    .filter(({ measure, service, server }) => measure === "failing" && service === rollout.service && server !== null)
    .map((series) => contrast(rollout, series, scene.seen.intervalMs));
  const odd = oddPod(rollout, scene);
  return [
    timing(rollout, { scene, contrasts }),
    ...podContrast(rollout, contrasts),
    ...oldPodsToo(rollout, contrasts),
    ...(odd.length > 0 ? odd : healthyPods(rollout, contrasts)),
    ...edgeShift(rollout, { scene, contrasts }),
    ...silence(rollout, scene),
    ...explained(rollout, { scene, contrasts }),
  ];
}

function reason(
  rollout: Rollout,
  told: Omit<FindingReason, "signal" | "evidenceIds"> & { readonly signal: string },
  samples: readonly { readonly id: EventId }[] = [],
): FindingReason {
  const ids = [...rollout.stepIds.slice(0, 1), ...samples.slice(0, MAX_CITED).map(({ id }) => id)];
  return { ...told, signal: ownWords(own(told.signal)), points: Math.round(told.points), evidenceIds: ids };
}

/** The newest rollout before failing calls is some times as likely as an older one; before a mere alarm less is sure. */
const RECENT = { failing: 200, alarmed: 140 } as const;
/** However long it ran well, a slow leak remains possible. */
const LONG_AGO = -100;
/** New pods that were not up yet when it failed can hardly be the reason: one in three. */
const NOT_UP_YET = 110;
const AFTERWARDS = -400;
/** Scrapes and clocks are not exact to the second. */
const TOLERANCE_MS = 5000;

/**
 * Most bad versions show with the first requests they serve. Each interval that a version served while all was well makes
 * it less likely, ever more slowly, because some defects take their time.
 */
function timing(rollout: Rollout, asked: Asked): FindingReason {
  const family = "timing";
  const { seen, edges, alarmMs } = asked.scene;
  // What it cannot explain began with something else.
  const explains = edges.filter((edge) => creditFor(edge, rollout, asked) > 0);
  const { wellAtMs, badAtMs } = onsetOf(explains.length > 0 ? explains : edges, alarmMs);
  const { fromMs } = rollout;
  const recent = edges.length > 0 ? RECENT.failing : RECENT.alarmed;
  if (fromMs > badAtMs + TOLERANCE_MS) {
    const because = safe`its first step came ${duration(fromMs - badAtMs)} after the trouble had begun (${clockTime(badAtMs)} → ${clockTime(fromMs)})`;
    return reason(rollout, { signal: "rollout-after-onset", family, points: AFTERWARDS, because });
  }
  const servesMs = rollout.servesFromMs;
  if (servesMs === null || servesMs > badAtMs + TOLERANCE_MS) {
    const because = safe`its first step had begun at ${clockTime(fromMs)} but was not done when the trouble began at ${clockTime(badAtMs)}`;
    return reason(rollout, { signal: "rollout-before-onset", family, points: recent - NOT_UP_YET, because });
  }
  const wellMs = Math.max(0, (wellAtMs ?? servesMs) - servesMs);
  const points = Math.max(LONG_AGO, recent - 100 * Math.log1p(wellMs / seen.intervalMs));
  const ago = duration(Math.max(0, badAtMs - servesMs));
  const because = safe`its first step was done ${ago} before the trouble showed (${clockTime(servesMs)} → ${clockTime(badAtMs)})`;
  return reason(rollout, { signal: "rollout-before-onset", family, points, because });
}

function edgeName({ client, server }: Pick<Series, "client" | "server">): Safe {
  return safe`${client ?? UNKNOWN} → ${server ?? UNKNOWN}`;
}
const UNKNOWN = ownWords(own("?"));

/** "33 %": shares as people read them. */
function percent(samples: readonly Sample[]): Safe {
  const sum = samples.map(({ value }) => value).toSorted((a, b) => a - b);
  const mean = sum.reduce((total, each) => total + each, 0) / Math.max(1, sum.length);
  return safe`${Math.round(mean)} %`;
}

/** Changed pods fail, old pods of the same service at the same time do not. Served and own calls count alike, apart. */
function podContrast(rollout: Rollout, contrasts: readonly Contrast[]): readonly FindingReason[] {
  const [best] = contrasts.toSorted((a, b) => b.nats - a.nats);
  const points = best === undefined ? 0 : 100 * corrected(best.nats, contrasts.length);
  if (best === undefined || points <= 0) return [];
  const { series, changed, unchanged, before, badIds } = best;
  const reference =
    unchanged.length > 0 ? safe`${percent(unchanged)} on its old pods` : safe`${percent(before)} before`;
  const because = safe`${percent(changed)} of the requests ${edgeName(series)} fail on pods that it changed, ${reference}`;
  return [reason(rollout, { signal: "new-pods-fail", family: "exposure", points, because }, badIds)];
}

const OLD_FAIL_TOO = -300;

function oldPodsToo(rollout: Rollout, contrasts: readonly Contrast[]): readonly FindingReason[] {
  const worst = contrasts.filter(isSharedByOldPods).toSorted((a, b) => b.oldPodsNats - a.oldPodsNats)[0];
  if (worst === undefined) return [];
  const points = Math.max(OLD_FAIL_TOO, -100 * corrected(worst.oldPodsNats, contrasts.length));
  const because = safe`${percent(worst.unchanged)} of the requests ${edgeName(worst.series)} fail on its old pods as well`;
  return [reason(rollout, { signal: "old-pods-fail-too", family: "exposure", points, because }, worst.oldBad)];
}

/** Served requests fail on old pods more surely than on changed ones more than on old ones. */
function isSharedByOldPods({ series, oldBad, oldPodsNats, nats }: Contrast): boolean {
  return series.server === series.service && oldBad.length > 0 && oldPodsNats > nats;
}

/** One defect in five shows neither in errors nor in time, only in wrong answers. */
const HEALTHY = -150;
const HALF_SURE_SAMPLES = 2;

function healthyPods(rollout: Rollout, contrasts: readonly Contrast[]): readonly FindingReason[] {
  const changed = contrasts.flatMap((each) => each.changed);
  if (changed.length === 0 || contrasts.some(({ badIds }) => badIds.length > 0)) return [];
  const rounds = Math.max(...contrasts.map((each) => each.changed.length));
  const points = (HEALTHY * rounds) / (rounds + HALF_SURE_SAMPLES);
  const because = safe`the pods that it changed answer as well as before, in ${rounds} samples`;
  return [reason(rollout, { signal: "new-pods-are-well", family: "exposure", points, because }, changed)];
}

interface Asked {
  readonly scene: Scene;
  readonly contrasts: readonly Contrast[];
}

/** Calls to the service fail since it serves the new version; what its own callees' failures explain is taken off. */
function edgeShift(rollout: Rollout, { scene, contrasts }: Asked): readonly FindingReason[] {
  const inbound = scene.seen.edges.filter(({ server }) => server === rollout.service);
  const shifts = inbound
    .filter((edge) => !isExonerated(edge, contrasts))
    .map((edge) => ({ edge, shift: shiftOf(edge.samples, rollout.fromMs, servesFrom(rollout)) }))
    .filter(({ shift }) => isLasting(shift));
  const [best] = shifts.toSorted((a, b) => b.shift.nats - a.shift.nats);
  if (best === undefined) return [];
  const below = scene.edges.filter(({ client }) => client === rollout.service).map(({ nats }) => nats);
  const points = 100 * corrected(best.shift.nats - Math.max(0, ...below), inbound.length);
  if (points <= 0) return [];
  const { bad, usual } = best.shift;
  const because = safe`${percent(bad)} of the requests ${edgeName(best.edge)} fail since it serves, ${Math.round(usual)} % before`;
  return [reason(rollout, { signal: "calls-fail-since", family: "exposure", points, because }, bad)];
}

function isExonerated(edge: Pick<Series, "client" | "server">, contrasts: readonly Contrast[]): boolean {
  return contrasts.some(
    (each) => each.series.client === edge.client && each.series.server === edge.server && isSharedByOldPods(each),
  );
}

function oddPod(rollout: Rollout, { levels }: Scene): readonly FindingReason[] {
  const odd = oddestPod(rollout, levels);
  if (odd === null) return [];
  const level = (value: number) => safe`${Math.round(value * 10) / 10} ${odd.unit}`;
  const because = safe`${ownWords(own(odd.measure))} of its new pod ${odd.pod} is ${level(odd.value)}, of its old pods ${level(odd.usual)}`;
  const points = 100 * corrected(odd.nats, 1);
  return [reason(rollout, { signal: "new-pods-are-odd", family: "exposure", points, because }, odd.samples)];
}

function silence(rollout: Rollout, { rollouts, seen }: Scene): readonly FindingReason[] {
  const silent = silentPods(rollout, rollouts, seen);
  if (silent === null) return [];
  const names = joinSafe(silent.pods.slice(0, 3), ", ");
  const because = safe`nothing was measured of its new pods (${names}) in ${duration(silent.forMs)}, ${silent.missed} rounds, while old pods were measured`;
  return [reason(rollout, { signal: "new-pods-are-silent", family: "reporting", points: 100 * silent.nats, because })];
}

/** What explaining all or none of the failing edges is worth. */
const EXPLAINS_ALL = 200;
/** Calls above fail when something deeper does; of all that is deeper this is only one. */
const SHARE_FROM_BELOW = 0.5;
/** A wrong parameter makes the callee fail, for this caller only; more often the callee itself is at fault. */
const SHARE_OF_CALLER = 0.25;

function explained(rollout: Rollout, { scene, contrasts }: Asked): readonly FindingReason[] {
  const judged = scene.edges.map((edge) => ({ edge, credit: creditFor(edge, rollout, { scene, contrasts }) }));
  const total = judged.reduce((sum, { edge }) => sum + edge.nats, 0);
  if (total === 0) return [];
  const family = "explained";
  const yes = judged.filter(({ credit }) => credit > 0).map(({ edge }) => edge);
  const no = judged.filter(({ credit }) => credit === 0).map(({ edge }) => edge);
  const share = judged.reduce((sum, { edge, credit }) => sum + credit * edge.nats, 0) / total;
  const unexplained = no.reduce((sum, { nats }) => sum + nats, 0) / total;
  const good = safe`a fault there explains the failing calls ${namesOf(yes)}`;
  const poor = safe`a fault there does not explain the failing calls ${namesOf(no)}`;
  return [
    ...(yes.length === 0
      ? []
      : [
          reason(
            rollout,
            { signal: "explains-failing-calls", family, points: EXPLAINS_ALL * share, because: good },
            samplesOf(yes),
          ),
        ]),
    ...(no.length === 0
      ? []
      : [
          reason(
            rollout,
            { signal: "leaves-failing-calls", family, points: -EXPLAINS_ALL * unexplained, because: poor },
            samplesOf(no),
          ),
        ]),
  ];
}

const namesOf = (edges: readonly FailingEdge[]): Safe => joinSafe(edges.slice(0, 3).map(edgeName), ", ");
const samplesOf = (edges: readonly FailingEdge[]) => edges.flatMap(({ bad }) => bad.slice(0, 2));

/** A caller that asks wrongly fails alone; when other callers of the same service fail as well, it is not the caller. */
function isOnlyCallerFailing({ client, server }: FailingEdge, { edges }: Scene): boolean {
  return edges.every((other) => other.server !== server || other.client === client);
}

function creditFor(edge: FailingEdge, rollout: Rollout, { scene, contrasts }: Asked): number {
  if (edge.server === rollout.service) return isExonerated(edge, contrasts) ? 0 : 1;
  if (edge.client === rollout.service) return isOnlyCallerFailing(edge, scene) ? SHARE_OF_CALLER : 0;
  return scene.graph.distance(edge.server, rollout.service) === null ? 0 : SHARE_FROM_BELOW;
}
