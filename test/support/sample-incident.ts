import type { Analysis, Hypothesis, TimelineRole, TimelineRow } from "../../src/core/analysis.ts";
import { DEFAULT_TENANT, type EventId, epochMs, eventId, hypothesisId, incidentId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import { own, ownWords, type Safe } from "../../src/core/safe.ts";

/** Text that a test writes itself. */
export const text = (words: string): Safe => ownWords(own(words));

/** An instant of the sample night: "01:45:00". */
export const at = (clock: string) => epochMs(Date.parse(`2026-11-21T${clock}Z`));
const iso = (clock: string): Safe => text(new Date(at(clock)).toISOString());

export const record = (name: string): EventId => eventId("sample", name);

/** An incident of an invented shop: `checkout` was deployed with a wrong pool size. */
export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: incidentId("INC-7"),
    tenant: DEFAULT_TENANT,
    title: text("5xx rate above 5 % on checkout"),
    service: text("checkout"),
    severity: "critical",
    status: "triggered",
    startedAtMs: at("01:47:20"),
    detectedAtMs: at("01:48:00"),
    acknowledgedBy: null,
    resolvedAtMs: null,
    reopened: false,
    alertCount: 2,
    services: [text("checkout")],
    external: [{ source: "pagerduty", externalId: "Q1", url: text("https://acme.pagerduty.example/incidents/Q1") }],
    revision: 3,
    ...overrides,
  };
}

const row = (role: TimelineRole, clock: string, [service, words, id]: readonly [string, string, string]) => ({
  id: text(`r-${id}`),
  at: iso(clock),
  lastAt: iso(clock),
  role,
  service: text(service),
  text: text(words),
  count: 1,
  skewCorrectedMs: 0,
  source: text("logs"),
  evidenceIds: [record(id)],
});

const ROWS: readonly TimelineRow[] = [
  row("context", "01:40:00", ["search", "Deploy v88 of search", "search-deploy"]),
  row("change", "01:45:00", ["checkout", "Deploy v412 of checkout: pool.max 50 → 5", "deploy"]),
  {
    ...row("first-symptom", "01:47:20", ["checkout", "TimeoutError: no free connection", "first"]),
    skewCorrectedMs: -4200,
  },
  {
    ...row("spread", "01:47:23", ["checkout", "no free connection in pool", "burst"]),
    count: 412,
    lastAt: iso("01:52:10"),
  },
  {
    ...row("spread", "01:47:31", ["gateway", "502 from upstream checkout", "gateway"]),
    count: 97,
    lastAt: iso("01:52:08"),
  },
  row("alert", "01:48:00", ["checkout", "5xx rate above 5 % on checkout", "alert"]),
];

/** Two suspects whose points add up, with something against each. */
export const HYPOTHESES: readonly Hypothesis[] = [
  {
    id: hypothesisId("h1deploy"),
    rank: 1,
    confidence: 0.86,
    score: 524,
    summary: text("Deploy v412 of checkout lowered pool.max from 50 to 5"),
    cause: { kind: "config-change", service: text("checkout"), object: text("v412"), changeId: record("deploy") },
    parts: [
      {
        signal: text("deploy-before-first-error"),
        points: 244,
        because: text("it reached production 2 min 20 s before the first error"),
        evidenceIds: [record("deploy"), record("first")],
      },
      {
        signal: text("setting-named-in-errors"),
        points: 235,
        because: text("412 errors name the setting it changed"),
        evidenceIds: [record("burst")],
      },
      {
        signal: text("same-service"),
        points: 94,
        because: text("the alert is on the same service"),
        evidenceIds: [record("alert")],
      },
    ],
    against: [
      {
        signal: text("first-error-is-late"),
        points: -49,
        because: text("the first two minutes after the deploy were clean"),
        evidenceIds: [record("first")],
      },
    ],
    nextChecks: [text("errors should stop within 2 min of a rollback")],
    suggestedActions: [text("Roll checkout back to v411")],
  },
  {
    id: hypothesisId("h2search"),
    rank: 2,
    confidence: 0.09,
    score: -31,
    summary: text("Deploy v88 of search"),
    cause: { kind: "change", service: text("search"), object: text("v88") },
    parts: [
      {
        signal: text("deploy-before-first-error"),
        points: 92,
        because: text("it reached production 7 min 20 s before the first error"),
        evidenceIds: [record("search-deploy")],
      },
    ],
    against: [
      {
        signal: text("service-is-healthy"),
        points: -123,
        because: text("search itself logged no error"),
        evidenceIds: [record("search-deploy")],
      },
    ],
    nextChecks: [],
    suggestedActions: [],
  },
];

const EVIDENCE: readonly (readonly [string, string, string, string])[] = [
  ["search-deploy", "search", "01:40:00", "deployment 71 of search v88: success"],
  ["deploy", "checkout", "01:45:00", "deployment 72 of checkout v412: success; -pool.max=50 +pool.max=5"],
  ["first", "checkout", "01:47:20", "TimeoutError: no free connection in pool after 3000 ms"],
  ["burst", "checkout", "01:47:23", "no free connection in pool (max 5)"],
  ["gateway", "gateway", "01:47:31", "upstream checkout answered 502"],
  ["alert", "checkout", "01:48:00", "5xx rate above 5 %"],
];

const ERRORS = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 96, 143, 131, 120, 88];

export function anAnalysis(overrides: Partial<Analysis> = {}): Analysis {
  return {
    schema: "traceops.analysis/v1",
    incident: {
      id: incidentId("INC-7"),
      title: text("5xx rate above 5 % on checkout"),
      service: text("checkout"),
      severity: text("critical"),
      startedAt: iso("01:47:20"),
      detectedAt: iso("01:48:00"),
    },
    window: { from: iso("01:18:00"), to: iso("01:58:00"), baselineFrom: iso("00:00:00"), baselineTo: iso("01:18:00") },
    verdict: "likely-cause",
    verdictBecause: text("one suspect stands far above the next"),
    timeline: ROWS,
    hiddenRows: 2,
    hypotheses: HYPOTHESES,
    gaps: [
      { source: text("GitHub"), status: "failed", detail: text("timed out after 10 s") },
      { source: text("Kubernetes"), status: "not-configured", detail: text("set KUBECONFIG") },
    ],
    evidence: EVIDENCE.map(([name, service, clock, quote]) => ({
      id: record(name),
      source: text("logs"),
      service: text(service),
      at: iso(clock),
      quote: text(quote),
      ref: text(name === "deploy" ? "https://git.example/acme/checkout/pull/881" : `logs/${service}.log#L1`),
    })),
    graph: [{ caller: text("gateway"), callee: text("checkout"), count: 97, from: "mention" }],
    chart: {
      from: iso("01:33:00"),
      bucketSeconds: 60,
      errors: ERRORS,
      byService: [
        { service: text("checkout"), errors: ERRORS.map((count) => Math.ceil(count * 0.8)) },
        { service: text("gateway"), errors: ERRORS.map((count) => Math.floor(count * 0.2)) },
      ],
    },
    impact: { text: text("97 requests answered 502 in 5 min"), evidenceIds: [record("gateway")] },
    weightsVersion: 0,
    stats: { lines: 18_240, events: 640, sources: 3, elapsedMs: 812 },
    ...overrides,
  };
}
