import type { Incident } from "../../incident.ts";
import type { Safe } from "../../safe.ts";
import type { Observations } from "../../timeline/observations.ts";
import { ownWeights, reachOf } from "./blame.ts";
import { type Answer, ask, type Contrast, contrastOf, meanOf, middleOf } from "./contrast.ts";
import { type Quantity, quantityNamed } from "./quantity.ts";
import { type Cells, type Frame, readSeries, type Series } from "./series.ts";

/** What the metrics say about one service and one quantity, measured by the course of the alerted series. */
export interface Suspect {
  readonly service: Safe;
  readonly quantity: Quantity;
  readonly series: Series;
  readonly answer: Answer;
  /** Its probability after counting how many services were looked at. */
  readonly p: number;
  /** What it adds to the alerted service, callees included, as a share of the alerted rise; null in other units. */
  readonly share: number | null;
  /** Its part of all that was added, after its callees took theirs. */
  readonly part: number;
}

/** Everything that was looked at, with the alerted series itself. */
export interface Look {
  readonly frame: Frame;
  readonly alerted: Series;
  readonly quantity: Quantity;
  readonly contrast: Contrast;
  /** How surprising the alerted series is by itself. */
  readonly p: number;
  readonly suspects: readonly Suspect[];
}

/** By itself, one in twenty series is this odd. */
const ODD = 0.05;
/** In other units than the alert's nobody can say which part of it this makes up: a quarter is neither all nor nothing. */
const UNKNOWN_PART = 0.25;

/** Asks every service behind the alerted one whether it follows the alert; null where nothing can be compared. */
export function lookAround(seen: Observations, incident: Incident): Look | null {
  const { service } = incident;
  const read = readSeries(seen, incident);
  if (service === null || read === null) return null;
  const told = toldBy(seen, service);
  const lanes = lanesOf(read.all);
  const choices = (told.quantity === null ? (["failure", "latency"] as const) : [told.quantity]).flatMap((quantity) => {
    const mean = lanes.get(quantity)?.get(service);
    const exact = read.all.find(
      (each) => each.service === service && each.what === quantity && each.statistic === told.statistic,
    );
    const found = mean === undefined ? null : contrastOf(exact ?? mean);
    return mean === undefined || found === null ? [] : [{ ...found, quantity, alerted: mean }];
  });
  const [best] = choices.toSorted((a, b) => a.p - b.p);
  if (best === undefined) return null;
  const place = { seen, service, lanes, best };
  const asked = (["failure", "latency"] as const).flatMap((quantity) => examine(quantity, place));
  // Of course the alerted series follows itself: only its own range says whether it is odd.
  const suspects = asked.map((each) =>
    each.series === best.alerted
      ? { ...each, answer: { ...each.answer, p: best.p }, p: Math.min(1, (best.p * each.p) / each.answer.p) }
      : each,
  );
  return { frame: read.frame, ...best, suspects };
}

/** What the alert says it is about. */
function toldBy({ alerts }: Observations, service: Safe): { quantity: Quantity | null; statistic: string } {
  for (const { event } of alerts) {
    const metric = event.attributes?.["metric"];
    if (event.service !== service || typeof metric !== "string") continue;
    return { quantity: quantityNamed(metric), statistic: String(event.attributes?.["statistic"] ?? "").toLowerCase() };
  }
  return { quantity: null, statistic: "" };
}

type Lanes = ReadonlyMap<Series["what"], ReadonlyMap<Safe, Series>>;

/** One series per service and measure: the mean, because means times requests add up along calls and percentiles do not. */
function lanesOf(all: readonly Series[]): Lanes {
  const lanes = new Map<Series["what"], Map<Safe, Series>>();
  for (const series of all.toSorted((a, b) => meanFirst(a) - meanFirst(b))) {
    const lane = lanes.get(series.what) ?? new Map<Safe, Series>();
    lanes.set(series.what, lane);
    if (!lane.has(series.service)) lane.set(series.service, series);
  }
  const shares = new Map(lanes.get("failure"));
  for (const [service, failures] of lanes.get("failures") ?? []) {
    const load = lanes.get("load")?.get(service);
    if (load !== undefined && !shares.has(service)) shares.set(service, asShare(failures, load));
  }
  return new Map([...lanes, ["failure", shares]]);
}

function meanFirst({ statistic }: Series): number {
  return /^(?:average|avg|mean|sum|)$/u.test(statistic) ? 0 : 1;
}

function divide(counts: Cells, requests: Cells): Cells {
  return requests.map((all, row) => (all === null || all <= 0 ? null : Math.min(1, (counts[row] ?? 0) / all)));
}

function asShare(failures: Series, load: Series): Series {
  return {
    ...failures,
    what: "failure",
    now: divide(failures.now, load.now),
    before: divide(failures.before, load.before),
    ids: failures.ids.map((id, row) => id ?? load.ids[row] ?? null),
  };
}

interface Place {
  readonly seen: Observations;
  readonly service: Safe;
  readonly lanes: Lanes;
  readonly best: { readonly contrast: Contrast; readonly quantity: Quantity };
}

function examine(quantity: Quantity, { seen, service, lanes, best }: Place): readonly Suspect[] {
  const lane = lanes.get(quantity) ?? new Map<Safe, Series>();
  const loads = lanes.get("load") ?? new Map<Safe, Series>();
  const answers = [...lane.values()].flatMap((series) => {
    const answer = ask(best.contrast, { ...series, canDrift: quantity === "latency" });
    const weight = (answer?.response ?? 0) * callsPerRequest(series.service, service, loads);
    return answer === null ? [] : [{ service: series.service, series, answer, weight }];
  });
  const own = ownWeights(
    answers.map((each) => ({ ...each, isSurprising: each.answer.p <= ODD || each.service === service })),
    seen.graph,
  );
  const reach = reachOf(service, [...lane.keys()], seen.graph);
  const near = answers.filter((each) => reach.has(each.service));
  const total = near
    .filter(({ answer, service: name }) => answer.p <= ODD || name === service)
    .reduce((sum, each) => sum + (own.get(each.service) ?? 0), 0);
  const rise = near.find((each) => each.service === service)?.weight ?? 0;
  const isSame = quantity === best.quantity;
  return near.map(({ service: name, series, answer, weight }) => ({
    service: name,
    quantity,
    series,
    answer,
    p: Math.min(1, answer.p * near.length),
    share: isSame && rise > 0 ? weight / rise : null,
    part: (total > 0 ? Math.min(1, (own.get(name) ?? 0) / total) : 0) * (isSame ? 1 : UNKNOWN_PART),
  }));
}

/** How often the alerted service's requests lead to this one; once where requests were not counted. */
function callsPerRequest(service: Safe, alerted: Safe, loads: ReadonlyMap<Safe, Series>): number {
  const [mine, all] = [loads.get(service), loads.get(alerted)];
  const [calls, requests] = [sumOf(mine?.now ?? []), sumOf(all?.now ?? [])];
  return mine === undefined || requests <= 0 ? 1 : calls / requests;
}

function sumOf(cells: Cells): number {
  return cells.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** How high a series stood while the alert's course was high, and how high it stood otherwise. */
export function levelsOf({ now, before }: Series, { weights, isLevel }: Contrast): { high: number; usual: number } {
  const usual = middleOf(before) ?? 0;
  if (isLevel) return { high: meanOf(now) ?? usual, usual };
  const high = middleOf(now.filter((_, row) => (weights[row] ?? 0) > 0));
  return { high: high ?? usual, usual: middleOf(now.filter((_, row) => (weights[row] ?? 0) <= 0)) ?? usual };
}
