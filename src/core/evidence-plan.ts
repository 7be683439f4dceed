import type { Analysis } from "./analysis.ts";
import { DEFAULT_EVIDENCE_POLICY, type EvidencePolicy, type EvidenceQuery } from "./evidence.ts";
import { type EpochMs, epochMs } from "./ids.ts";
import type { Incident } from "./incident.ts";

/**
 * What to look for: from half an hour before the trouble began until now, at most until some minutes after the alert,
 * and a quiet stretch that ends where this window begins.
 */
export function planEvidence(
  incident: Incident,
  nowMs: EpochMs,
  policy: EvidencePolicy = DEFAULT_EVIDENCE_POLICY,
): EvidenceQuery {
  const { id, tenant, service, startedAtMs, detectedAtMs } = incident;
  const fromMs = epochMs(Math.min(startedAtMs, detectedAtMs) - policy.lookBackMs);
  // A sender's clock may run ahead of ours: the window never ends before the alert.
  const toMs = epochMs(Math.max(detectedAtMs, Math.min(nowMs, detectedAtMs + policy.lookAheadMs)));
  return {
    tenant,
    incidentId: id,
    service,
    window: { fromMs, toMs },
    baseline: { fromMs: epochMs(fromMs - policy.baselineMs), toMs: fromMs },
    external: incident.external.map(({ source, externalId }) => ({ source, externalId })),
  };
}

/** Logs arrive late and trouble spreads: the same question is asked again this long after the alert. */
const LOOKS_AFTER_ALERT_MS = [75_000, 180_000, 360_000];
/** A look that is due this soon is the one that runs now. */
const SHORTEST_PAUSE_MS = 60_000;

/**
 * When to look at the same incident again; null when another look would change nothing.
 * Counted from the alert, so that however often a job runs, an incident has at most three of these.
 */
export function nextLookAt(incident: Incident, analysis: Analysis, nowMs: EpochMs): EpochMs | null {
  if (incident.status === "resolved" || !mayChange(analysis)) return null;
  const next = LOOKS_AFTER_ALERT_MS.find((after) => incident.detectedAtMs + after >= nowMs + SHORTEST_PAUSE_MS);
  return next === undefined ? null : epochMs(incident.detectedAtMs + next);
}

function mayChange({ verdict, gaps, chart }: Analysis): boolean {
  const isStillFailing = (chart.errors.at(-1) ?? 0) > 0 || (chart.errors.at(-2) ?? 0) > 0;
  const hasGap = gaps.some(({ status }) => status === "failed");
  return isStillFailing || hasGap || verdict === "no-likely-cause" || verdict === "several-candidates";
}
