import type { Actor } from "../../src/app/actor.ts";
import type { Vote } from "../../src/app/ports.ts";
import type { Alert } from "../../src/core/alert.ts";
import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";
import { alertFingerprint, DEFAULT_TENANT, epochMs, hypothesisId, incidentId } from "../../src/core/ids.ts";
import type { Incident, OpenIncident } from "../../src/core/incident.ts";
import { safe } from "../../src/core/safe.ts";

/** 2026-03-02T10:00:00Z: the "now" of tests that need one. */
export const TEN_O_CLOCK = epochMs(Date.UTC(2026, 2, 2, 10));

export function anAlert(overrides: Partial<Alert> = {}): Alert {
  return {
    source: "pagerduty",
    eventId: "evt-1",
    fingerprint: alertFingerprint("Q1"),
    groupKey: "Q1",
    externalId: "Q1",
    status: "firing",
    severity: "critical",
    title: safe`Error rate above 5 %`,
    service: safe`orders`,
    startedAtMs: TEN_O_CLOCK,
    occurredAtMs: TEN_O_CLOCK,
    url: null,
    by: null,
    ...overrides,
  };
}

export function anOpenIncident(overrides: Partial<OpenIncident> = {}): OpenIncident {
  return {
    id: incidentId("inc-1"),
    service: safe`orders`,
    services: [safe`orders`],
    fingerprints: [alertFingerprint("other")],
    groupKeys: ["other"],
    lastAlertAtMs: TEN_O_CLOCK,
    status: "triggered",
    ...overrides,
  };
}

export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: incidentId("inc-1"),
    tenant: DEFAULT_TENANT,
    title: safe`Error rate above 5 %`,
    service: safe`orders`,
    severity: "critical",
    status: "triggered",
    startedAtMs: TEN_O_CLOCK,
    detectedAtMs: TEN_O_CLOCK,
    acknowledgedBy: null,
    resolvedAtMs: null,
    reopened: false,
    alertCount: 1,
    services: [safe`orders`],
    external: [{ source: "pagerduty", externalId: "Q1", url: null }],
    revision: 1,
    ...overrides,
  };
}

export function aHypothesis(overrides: Partial<Hypothesis> = {}): Hypothesis {
  return {
    id: hypothesisId("h1"),
    rank: 1,
    confidence: 0.81,
    score: 300,
    summary: safe`A deploy of orders changed a setting.`,
    cause: { kind: "change", service: safe`orders` },
    parts: [{ signal: safe`deploy-before-errors`, points: 300, because: safe`it came first`, evidenceIds: [] }],
    against: [],
    nextChecks: [],
    suggestedActions: [],
    ...overrides,
  };
}

export function anAnalysis(overrides: Partial<Analysis> = {}): Analysis {
  return {
    schema: "traceops.analysis/v1",
    incident: {
      id: incidentId("inc-1"),
      title: safe`Error rate above 5 %`,
      service: safe`orders`,
      severity: safe`critical`,
      startedAt: safe`2026-03-02T10:00:00.000Z`,
      detectedAt: safe`2026-03-02T10:00:00.000Z`,
    },
    window: {
      from: safe`2026-03-02T09:30:00.000Z`,
      to: safe`2026-03-02T10:01:00.000Z`,
      baselineFrom: safe`2026-03-02T07:30:00.000Z`,
      baselineTo: safe`2026-03-02T09:30:00.000Z`,
    },
    verdict: "likely-cause",
    verdictBecause: safe`one cause stands out`,
    timeline: [],
    hiddenRows: 0,
    hypotheses: [aHypothesis()],
    gaps: [],
    evidence: [],
    graph: [],
    chart: { from: safe`2026-03-02T09:30:00.000Z`, bucketSeconds: 10, errors: [], byService: [] },
    impact: { text: null, evidenceIds: [] },
    weightsVersion: 0,
    stats: { lines: 0, events: 0, sources: 0, elapsedMs: 0 },
    ...overrides,
  };
}

export function anActor(overrides: Partial<Actor> = {}): Actor {
  return { kind: "web-user", tenant: DEFAULT_TENANT, id: "web:ada", name: safe`Ada`, ...overrides };
}

export function aVote(overrides: Partial<Vote> = {}): Vote {
  return {
    id: "v1",
    incidentId: incidentId("inc-1"),
    hypothesisId: hypothesisId("h1"),
    verdict: "yes",
    actorId: "web:ada",
    actorName: safe`Ada`,
    atMs: TEN_O_CLOCK,
    claim: { causeKind: "change", causeService: safe`orders`, alertedService: safe`orders`, summary: safe`a deploy` },
    ...overrides,
  };
}
