import type { Event } from "../event.ts";
import type { SourceEvidence, TimeWindow } from "../evidence.ts";
import { compare } from "../graph/build.ts";
import { inferGraph } from "../graph/infer.ts";
import type { EventId } from "../ids.ts";
import type { Safe } from "../safe.ts";
import { groupRecords } from "./failures.ts";
import { gather } from "./gather.ts";
import { metricSymptoms } from "./metric-symptoms.ts";
import type { Observations, Observed, Onset, Symptom } from "./observations.ts";
import { findOnset } from "./onset.ts";
import { coverage, placeInTime } from "./place.ts";
import { estimateSkew } from "./skew.ts";
import { type Found, symptomsOf } from "./symptoms.ts";
import { vanishedSymptoms } from "./vanished.ts";

export interface ObserveInput {
  readonly evidence: readonly SourceEvidence[];
  readonly window: TimeWindow;
  readonly baseline: TimeWindow;
  /** Records that people marked as irrelevant: a kind of trouble that shows them counts for nothing. */
  readonly irrelevant?: ReadonlySet<EventId>;
}

const NONE: ReadonlySet<EventId> = new Set();

/** Says what the records show before anybody asks why. Order and repeats of the evidence do not matter. */
export function observe({ evidence, window, baseline, irrelevant = NONE }: ObserveInput): Observations {
  const { events, byId, topology } = gather(evidence);
  const skew = estimateSkew(events);
  const placed = placeInTime(events, skew, { fromMs: baseline.fromMs, toMs: window.toMs });
  const services = servicesOf(events);
  const failures = groupRecords(placed, services);
  const failing = new Set(
    failures.groups.flatMap((group) => (group.meaning.isFailure ? group.records.map(({ id }) => id) : [])),
  );
  const cover = coverage(placed, window, (event) => !failing.has(event.id));
  const metrics = only(placed, "metric");
  const all: readonly Found[] = [
    ...symptomsOf(failures, cover),
    ...vanishedSymptoms(failures, cover),
    ...metricSymptoms(metrics, cover),
  ];
  const found = all.filter(({ symptom }) => !symptom.sampleIds.some((id) => irrelevant.has(id)));
  const onset = findOnset(found);
  return {
    window,
    baseline,
    hasBaseline: cover.hasBaseline,
    logs: only(placed, "log"),
    spans: only(placed, "span"),
    metrics,
    changes: only(placed, "change"),
    alerts: only(placed, "alert"),
    kubernetes: only(placed, "kubernetes"),
    objects: only(placed, "kubernetes-object"),
    people: only(placed, "person"),
    symptoms: mostTelling(found, onset),
    onset,
    graph: inferGraph({ events: placed, mentions: failures.mentions, given: topology }),
    skew,
    services,
    byId,
  };
}

/** Nobody can weigh more kinds of trouble than this against each other; the most surprising and loudest stay. */
const MAX_SYMPTOMS = 300;

function mostTelling(found: readonly Found[], onset: Onset | null): readonly Symptom[] {
  return found
    .map(({ symptom }) => symptom)
    .toSorted((a, b) => b.surprise - a.surprise || b.count - a.count || compare(a.id, b.id))
    .filter(({ id }, index) => index < MAX_SYMPTOMS || id === onset?.symptomId)
    .toSorted((a, b) => a.firstAtMs - b.firstAtMs || compare(a.id, b.id));
}

function servicesOf(events: readonly Event[]): readonly Safe[] {
  const services = new Set<Safe>();
  for (const { service } of events) {
    if (service !== null) services.add(service);
  }
  return [...services].toSorted(compare);
}

function only<Kind extends Event["kind"]>(
  placed: readonly Observed<Event>[],
  kind: Kind,
): readonly Observed<Extract<Event, { kind: Kind }>>[] {
  return placed.filter(
    (observed): observed is Observed<Extract<Event, { kind: Kind }>> => observed.event.kind === kind,
  );
}
