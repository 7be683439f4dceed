import type { CauseKind } from "../../analysis.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import { type Family, type Point, resourceSeries, type Series } from "../../timeline/metric-series.ts";
import type { Observations } from "../../timeline/observations.ts";
import type { Finding } from "../finding.ts";
import { hasStopped, higherShare, tailSurprise } from "../spans/shares.ts";

/** More evidence than this from one series would decide alone. In nats. */
const MAX_NATS = 12;
const SIGNIFICANT = 3;
/** A point is an average over seconds to minutes: above this share of the limit, part of that time was spent at the limit. */
const FULL = 0.8;
/** What usually uses more than this share of its limit is not newly under pressure when it is full. */
const USUALLY_FREE = 0.5;
/** Up to this share of all places may have had an incident before. */
const INCIDENTS = 0.1;
const MAX_EVIDENCE = 4;

interface Pressure {
  readonly kind: CauseKind;
  readonly detail: string;
  readonly word: string;
}

/** Resources whose use against their limit tells of pressure by itself. */
const PRESSURE: Partial<Record<Family, Pressure>> = {
  cpu: { kind: "cpu", detail: "cpu-limit", word: "processor" },
  memory: { kind: "memory", detail: "memory-limit", word: "memory" },
};

/** Places that use nearly all of a resource, which neither they nor any of their peers did before. */
export function resources(observations: Observations): readonly Finding[] {
  const byFamily = Map.groupBy(resourceSeries(observations.metrics), ({ family }) => family);
  return [...byFamily].flatMap(([family, series]) => {
    const pressure = PRESSURE[family];
    return pressure === undefined ? [] : worstPerService(series, observations.window.fromMs, pressure);
  });
}

function worstPerService(all: readonly Series[], fromMs: number, pressure: Pressure): readonly Finding[] {
  const measured = all
    .map((series) => ({ series, ...split(series, fromMs) }))
    .filter(({ inside }) => inside.length > 0);
  const peers = withoutIncidents(measured);
  const found = measured.flatMap((each) => {
    const finding = newlyFull(each, { peers, looks: measured.length, pressure });
    return finding === null ? [] : [finding];
  });
  const groups = [...Map.groupBy(found, ({ finding }) => finding.service).values()];
  return groups.flatMap((group) => group.toSorted((a, b) => b.nats - a.nats)[0]?.finding ?? []);
}

interface Measured {
  readonly series: Series;
  readonly before: readonly Point[];
  readonly inside: readonly Point[];
}

function split({ points }: Series, fromMs: number): Omit<Measured, "series"> {
  const told = points.filter(({ share }) => share !== null);
  return {
    before: told.filter(({ observed }) => observed.atMs < fromMs),
    inside: told.filter(({ observed }) => observed.atMs >= fromMs),
  };
}

function isFull({ share }: Point): boolean {
  return share !== null && share >= FULL;
}

/** All places, but where few were full before, not those: an earlier incident there makes nothing usual here. */
function withoutIncidents(measured: readonly Measured[]): readonly Measured[] {
  const calm = measured.filter(({ before }) => !before.some(isFull));
  return calm.length >= (1 - INCIDENTS) * measured.length ? calm : measured;
}

/** How often a place is full: as often as it and its peers were before, or as its own habit is. */
function usualShare(place: Measured, peers: readonly Measured[]): number {
  const { before, series } = place;
  const points = [...before, ...peers.filter((peer) => peer.series !== series).flatMap((peer) => peer.before)];
  return Math.max(habitOf(place), (points.filter(isFull).length + 1) / (points.length + 2));
}

/** What was full twice or more with pauses between is full now and then: a job that everybody knows. Once may have been an incident. */
function habitOf({ before }: Measured): number {
  const full = before.map(isFull);
  const times = full.filter((isNow, at) => isNow && full[at - 1] !== true).length;
  return times < 2 ? 0 : full.filter(Boolean).length / full.length;
}

/** How far each earlier point stood above its place's usual use. */
function risesBefore({ before }: Measured): readonly number[] {
  const usual = median(before) ?? 0;
  return before.map(({ share }) => (share ?? 0) - usual);
}

interface Look {
  readonly peers: readonly Measured[];
  readonly looks: number;
  readonly pressure: Pressure;
}

function newlyFull(
  place: Measured,
  { peers, looks, pressure }: Look,
): { readonly finding: Finding; readonly nats: number } | null {
  const { series, before, inside } = place;
  const usually = median(before);
  const since = inside.slice(Math.max(0, inside.findIndex(isFull)));
  const full = since.filter(isFull);
  const [first] = full;
  if (usually === null || usually > USUALLY_FREE || first === undefined) return null;
  const often = higherShare(full.length, since.length, usualShare(place, peers));
  const known = habitOf(place) > 0 ? [place] : peers;
  const high = tailSurprise(known.flatMap(risesBefore), Math.max(...full.map(({ share }) => share ?? 0)) - usually);
  // Two ways to look at each place.
  const nats = Math.max(often, high) - Math.log(2 * looks);
  if (nats < SIGNIFICANT) return null;
  const peak = Math.max(...full.map(({ share }) => share ?? 0));
  const because = wordsOf(series, { usually, peak, first });
  return {
    nats,
    finding: {
      service: series.service,
      kind: pressure.kind,
      detail: ownWordsOf(pressure.detail),
      object: null,
      changeId: null,
      grain: "",
      summary: safe`${series.service} is at the limit of its ${ownWordsOf(pressure.word)}: ${because}`,
      firstAtMs: first.observed.atMs,
      isActive: !hasStopped(inside.map(isFull)),
      reasons: [
        {
          signal: safe`newly-at-its-limit`,
          family: "resource",
          points: Math.round(100 * Math.min(MAX_NATS, nats)),
          because,
          evidenceIds: full.slice(0, MAX_EVIDENCE).map(({ observed }) => observed.event.id),
        },
      ],
      nextChecks: [],
    },
  };
}

interface Level {
  readonly usually: number;
  readonly peak: number;
  readonly first: Point;
}

function wordsOf({ name }: Series, { usually, peak, first }: Level): Safe {
  const { host } = first.observed.event;
  const where = host === null ? safe`` : safe` of ${host}`;
  return safe`${name}${where} at ${percent(peak)} % of its limit from ${clockTime(first.observed.atMs)}, usually ${percent(usually)} %`;
}

function percent(share: number): number {
  return Math.round(share * 100);
}

function ownWordsOf(text: string): Safe {
  return ownWords(own(text));
}

function median(points: readonly Point[]): number | null {
  const shares = points.flatMap(({ share }) => share ?? []).toSorted((a, b) => a - b);
  return shares[Math.floor((shares.length - 1) / 2)] ?? null;
}
