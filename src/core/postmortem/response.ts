import type { EpochMs, EventId } from "../ids.ts";
import type { Incident } from "../incident.ts";
import type { IncidentView, TimelineRowView } from "../presentation/view.ts";
import { type Safe, safe } from "../safe.ts";
import { duration } from "../time.ts";
import { cite, plain, when } from "./markdown.ts";

export interface ResponseInput {
  readonly incident: Incident;
  readonly view: IncidentView;
  /** When a sender first said that somebody acknowledged it; null when none did. */
  readonly acknowledgedAtMs: EpochMs | null;
}

/** One step from the first symptom to the end. Null where no record shows it. */
export interface ResponseStep {
  readonly step: "began" | "detected" | "acknowledged" | "mitigated" | "resolved";
  readonly atMs: EpochMs | null;
  /** From the step it is counted from; null where one of the two is unknown. */
  readonly tookMs: number | null;
  readonly evidenceIds: readonly EventId[];
}

/** The steps in order: detecting and ending count from when it began, acknowledging from the alert. */
export function responseSteps({ view, acknowledgedAtMs }: ResponseInput): readonly ResponseStep[] {
  const symptom = moment(view.timeline.find(({ role }) => role === "first-symptom"));
  const recovery = moment(view.timeline.findLast(({ role }) => role === "recovery"));
  const { detectedAtMs, resolvedAtMs } = view;
  const alert = idsOf(view, "alert");
  const proof = recovery.evidenceIds.length > 0 ? recovery.evidenceIds : alert;
  return [
    { step: "began", tookMs: null, ...symptom },
    { step: "detected", atMs: detectedAtMs, tookMs: between(symptom.atMs, detectedAtMs), evidenceIds: alert },
    {
      step: "acknowledged",
      atMs: acknowledgedAtMs,
      tookMs: between(detectedAtMs, acknowledgedAtMs),
      evidenceIds: acknowledgedAtMs === null ? [] : alert,
    },
    { step: "mitigated", tookMs: between(symptom.atMs, recovery.atMs), ...recovery },
    { step: "resolved", atMs: resolvedAtMs, tookMs: between(symptom.atMs, resolvedAtMs), evidenceIds: proof },
  ];
}

function moment(row: TimelineRowView | undefined): Pick<ResponseStep, "atMs" | "evidenceIds"> {
  return { atMs: row?.atMs ?? null, evidenceIds: row?.evidenceIds ?? [] };
}

/** Clocks of senders differ a little: a distance is never below nothing. */
function between(from: EpochMs | null, to: EpochMs | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from);
}

const NAMES: Readonly<Record<ResponseStep["step"], Safe>> = {
  began: safe`First symptom`,
  detected: safe`Detected, by the alert`,
  acknowledged: safe`Acknowledged`,
  mitigated: safe`Mitigated, symptoms over`,
  resolved: safe`Resolved`,
};

const COUNTED_FROM: Readonly<Record<ResponseStep["step"], Safe>> = {
  began: safe`it began`,
  detected: safe`the first symptom`,
  acknowledged: safe`the alert`,
  mitigated: safe`the first symptom`,
  resolved: safe`the first symptom`,
};

/** Detection and response as a table of times. What no record shows is Unknown. */
export function responseTable(input: ResponseInput): readonly Safe[] {
  const who = input.incident.acknowledgedBy;
  const rows = responseSteps(input).map(({ step, atMs, tookMs, evidenceIds }) => {
    const by = step === "acknowledged" && who !== null ? safe` by ${plain(who)}` : safe``;
    const missing = step === "resolved" ? safe`Unknown: not resolved` : safe`Unknown`;
    const at = atMs === null ? missing : when(atMs);
    const took = tookMs === null ? safe`Unknown` : safe`${duration(tookMs)} after ${COUNTED_FROM[step]}`;
    const records = atMs === null ? safe` none` : cite(evidenceIds);
    return safe`| ${NAMES[step]}${by} | ${at} | ${step === "began" ? safe`start of the count` : took} |${records} |`;
  });
  return [safe`| Step | When | Took | Records |`, safe`| --- | --- | --- | --- |`, ...rows];
}

/** The records of all rows of one role. */
export function idsOf(view: IncidentView, role: TimelineRowView["role"]): readonly EventId[] {
  return view.timeline.filter((row) => row.role === role).flatMap(({ evidenceIds }) => evidenceIds);
}
