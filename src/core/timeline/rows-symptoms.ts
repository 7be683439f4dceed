import type { Event } from "../event.ts";
import { type EpochMs, type EventId, epochMs } from "../ids.ts";
import { cutSafe, safe } from "../safe.ts";
import { duration, nsToMs } from "../time.ts";
import { clockOf } from "./clocks.ts";
import { lengthMs } from "./failures.ts";
import type { Observations, Onset, Symptom } from "./observations.ts";
import { isSignificant } from "./onset.ts";
import { lastSeenMs } from "./repeats.ts";
import { type Draft, QUOTE_LENGTH, quoteOf } from "./rows.ts";
import { SIGNIFICANT } from "./symptoms.ts";

const IMPORTANCE = {
  firstSymptom: 100,
  spread: 60,
  span: 22,
  weakSpread: 15,
  recovery: 85,
  metric: 65,
  vanished: 30,
} as const;
/** Each further kind of trouble of a service tells less than the one before. */
const STEP = 10;
const MAX_STEPS = 4;

/** The first symptom, what followed it, and the end of it all. */
export function symptomRows(seen: Observations): readonly Draft[] {
  const { onset } = seen;
  const levels = seen.symptoms.flatMap((symptom) => levelRow(symptom, seen));
  if (onset === null) return levels;
  const first = seen.symptoms.find(({ id }) => id === onset.symptomId);
  const firstRow = firstSymptomRow(seen, first ?? null);
  const spread = seen.symptoms.flatMap((symptom) => spreadRow(symptom, seen));
  return [...firstRow, ...spread, ...levels, ...recoveryRow(seen)];
}

/** A resource at its limit and a line that is no longer written are no failing records, so they stand beside the story. */
function levelRow(symptom: Symptom, seen: Observations): readonly Draft[] {
  if (symptom.meaning.isFailure || symptom.surprise < SIGNIFICANT) return [];
  const [firstId, ...others] = symptom.sampleIds;
  const event = eventOf(firstId, seen);
  if (firstId === undefined || event === undefined) return [];
  const isGone = symptom.course === "vanished";
  return [
    {
      role: "context",
      atMs: symptom.firstAtMs,
      lastAtMs: symptom.lastAtMs,
      service: symptom.service,
      text: isGone
        ? safe`last of its kind: ${cutSafe(quoteOf(event), QUOTE_LENGTH - GONE_LENGTH)} (${symptom.baselineCount}× in the baseline)`
        : cutSafe(symptom.template, QUOTE_LENGTH),
      count: isGone ? 1 : symptom.count,
      skewCorrectedMs: correctionOf(event, seen),
      source: event.source,
      evidenceIds: [firstId, ...others],
      importance: isGone ? IMPORTANCE.vanished : IMPORTANCE.metric,
    },
  ];
}

const GONE_LENGTH = 50;

function firstSymptomRow(seen: Observations, symptom: Symptom | null): readonly Draft[] {
  const { onset } = seen;
  const event = onset === null ? undefined : seen.byId.get(onset.eventId);
  if (onset === null || event === undefined) return [];
  return [
    {
      role: "first-symptom",
      atMs: onset.atMs,
      lastAtMs: onset.atMs,
      service: onset.service,
      text: quoteOf(event),
      count: 1,
      skewCorrectedMs: correctionOf(event, seen),
      source: event.source,
      evidenceIds: [onset.eventId],
      importance: IMPORTANCE.firstSymptom + (symptom === null ? 0 : 1),
    },
  ];
}

function spreadRow(symptom: Symptom, seen: Observations): readonly Draft[] {
  const { onset } = seen;
  if (onset === null || !isTold(symptom, onset)) return [];
  // The very first record has a row of its own; the burst is what follows it.
  const isOnset = symptom.id === onset.symptomId;
  const [firstId, ...others] = isOnset ? symptom.sampleIds.filter((id) => id !== onset.eventId) : symptom.sampleIds;
  const event = eventOf(firstId, seen);
  if (firstId === undefined || event === undefined || isOneWarning(event, symptom)) return [];
  const atMs = isOnset ? timeOf(event, seen) : symptom.firstAtMs;
  return [
    {
      role: atMs < onset.atMs ? "context" : "spread",
      atMs,
      lastAtMs: symptom.lastAtMs,
      service: symptom.service,
      text: quoteOf(event),
      count: isOnset ? symptom.count - 1 : symptom.count,
      skewCorrectedMs: correctionOf(event, seen),
      source: event.source,
      evidenceIds: [firstId, ...others],
      importance: importanceOf(symptom, event, seen),
    },
  ];
}

function eventOf(id: EventId | undefined, { byId }: Observations): Event | undefined {
  return id === undefined ? undefined : byId.get(id);
}

/** A single event of the cluster is told as context, with the count that the cluster gives it. */
function isOneWarning(event: Event, symptom: Symptom): boolean {
  return event.kind === "kubernetes" && !isSignificant(symptom);
}

/** A symptom gets a row when it failed at or after the onset, and not by chance. */
function isTold(symptom: Symptom, onset: Onset): boolean {
  if (!symptom.meaning.isFailure || symptom.lastAtMs < onset.atMs) return false;
  return isSignificant(symptom) || (symptom.course === "novel" && symptom.firstAtMs >= onset.atMs);
}

/** The loudest trouble of each service tells most; what is not even significant least. */
function importanceOf(symptom: Symptom, event: Event, seen: Observations): number {
  if (!isSignificant(symptom)) return IMPORTANCE.weakSpread + Math.min(9, symptom.surprise);
  const rivals = seen.symptoms.filter((other) => other.service === symptom.service && isSignificant(other));
  // Spans of a service that logs its trouble only repeat it.
  if (event.kind === "span" && rivals.some((other) => kindOf(other, seen) === "log")) return IMPORTANCE.span;
  const louder = rivals.filter((other) => isLouder(other, symptom)).length;
  return IMPORTANCE.spread - STEP * Math.min(MAX_STEPS, louder) + symptom.surprise;
}

function kindOf({ sampleIds }: Symptom, { byId }: Observations): Event["kind"] | undefined {
  const [first] = sampleIds;
  return first === undefined ? undefined : byId.get(first)?.kind;
}

function isLouder(a: Symptom, b: Symptom): boolean {
  return a.surprise !== b.surprise ? a.surprise > b.surprise : a.count !== b.count ? a.count > b.count : a.id < b.id;
}

/** When every significant failure has stopped, the last failing record is where the errors ended. */
function recoveryRow(seen: Observations): readonly Draft[] {
  const significant = seen.symptoms.filter((symptom) => symptom.meaning.isFailure && isSignificant(symptom));
  if (significant.length === 0 || !significant.every(({ ended }) => ended)) return [];
  const last = significant.reduce((a, b) => (b.lastAtMs > a.lastAtMs ? b : a));
  const id = last.sampleIds.at(-1);
  const event = eventOf(id, seen);
  if (id === undefined || event === undefined) return [];
  const quietMs = lastRecordMs(seen) - last.lastAtMs;
  return [
    {
      role: "recovery",
      atMs: last.lastAtMs,
      lastAtMs: last.lastAtMs,
      service: last.service,
      text: safe`errors stopped: last failing record, none in the ${duration(quietMs)} after it`,
      count: 1,
      skewCorrectedMs: correctionOf(event, seen),
      source: event.source,
      evidenceIds: [id],
      importance: IMPORTANCE.recovery,
    },
  ];
}

function lastRecordMs(seen: Observations): number {
  return seen.logs.reduce((last, log) => Math.max(last, lastSeenMs(log)), seen.spans.at(-1)?.atMs ?? 0);
}

function timeOf(event: Event, seen: Observations): EpochMs {
  return epochMs(nsToMs(event.atNs) + correctionOf(event, seen) + lengthMs(event));
}

function correctionOf(event: Event, seen: Observations): number {
  const clock = clockOf(event);
  return seen.skew.find(({ host }) => host === clock)?.correctionMs ?? 0;
}
