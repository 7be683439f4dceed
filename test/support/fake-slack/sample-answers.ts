import type { IncidentAnswer } from "../../../src/app/verbs.ts";
import type { Analysis } from "../../../src/core/analysis.ts";
import { DEFAULT_TENANT, type EpochMs, epochMs, eventId, hypothesisId, incidentId } from "../../../src/core/ids.ts";
import type { Incident } from "../../../src/core/incident.ts";
import type { CauseView, IncidentView, TimelineRowView } from "../../../src/core/presentation/view.ts";
import { type Safe, safe } from "../../../src/core/safe.ts";

/** Text as if redaction had passed it. Only for tests. */
export const passed = (text: string): Safe => text as Safe;

export const PUBLIC_URL = "https://traceops.example.com";
const ALERT_AT = Date.UTC(2026, 10, 20, 14, 16, 0);
const at = (seconds: number): EpochMs => epochMs(ALERT_AT + seconds * 1000);
const seen = (ref: string) => eventId("sample", ref);

const deployCause: CauseView = {
  id: hypothesisId("h1"),
  rank: 1,
  summary: safe`Deploy v412 of checkout-api changed the timeout of its ledger client`,
  kind: "change",
  confidence: 0.81,
  confidenceWord: "high",
  score: 520,
  supporting: [
    { points: 240, because: safe`reached production 5 min before the first new error`, evidenceIds: [seen("deploy")] },
    {
      points: 230,
      because: safe`touches src/ledger/client.ts, named in 1,204 of 1,204 stack traces`,
      evidenceIds: [seen("trace")],
    },
    { points: 100, because: safe`same service as the alert`, evidenceIds: [seen("alert")] },
  ],
  against: [{ points: -50, because: safe`the canary was healthy for 4 min`, evidenceIds: [seen("canary")] }],
  toBeSure: [safe`errors should stop within 2 min of a rollback`],
  suggestedActions: [safe`roll back to v411.`],
  changeUrl: safe`https://github.com/acme/checkout-api/pull/881`,
  votes: { yes: [], no: [] },
};

const flagCause: CauseView = {
  id: hypothesisId("h2"),
  rank: 2,
  summary: safe`Flag new-retry was turned on in web`,
  kind: "config-change",
  confidence: 0.12,
  confidenceWord: "low",
  score: 30,
  supporting: [
    { points: 90, because: safe`one hop upstream, turned on 4 min before the alert`, evidenceIds: [seen("flag")] },
  ],
  against: [
    {
      points: -60,
      because: safe`its first request came 2 min after the first new error`,
      evidenceIds: [seen("first")],
    },
  ],
  toBeSure: [],
  suggestedActions: [],
  changeUrl: null,
  votes: { yes: [], no: [safe`Grace`] },
};

function row(seconds: number, role: TimelineRowView["role"], text: Safe): TimelineRowView {
  return {
    id: safe`r${seconds}`,
    atMs: at(seconds),
    lastAtMs: at(seconds),
    role,
    service: safe`checkout-api`,
    text,
    count: 1,
    source: safe`sample`,
    skewCorrectedMs: 0,
    evidenceIds: [seen(`row${seconds}`)],
    editedBy: null,
  };
}

const timeline: readonly TimelineRowView[] = [
  { ...row(-720, "context", safe`Deploy web v88 to production`), service: safe`web` },
  row(-420, "change", safe`Deploy checkout-api v412 to production, pull request #881`),
  {
    ...row(-120, "first-symptom", safe`New error: ECONNRESET ledger:8443`),
    count: 9870,
    lastAtMs: at(1320),
    skewCorrectedMs: -4200,
  },
  row(0, "alert", safe`5xx rate above 5%`),
  { ...row(120, "person", safe`Ada acknowledged the incident`), service: null },
];

function gap(source: string, status: "failed" | "not-configured", detail: string): IncidentView["gaps"][number] {
  const reason = { source: passed(source), status, detail: passed(detail) };
  return { ...reason, text: safe`not checked: ${reason.source} (${reason.detail})` };
}

/** An open incident with a likely cause; every field can be replaced. */
export function aView(overrides: Partial<IncidentView> = {}): IncidentView {
  return {
    incidentId: incidentId("INC-2041"),
    revision: 4,
    state: "likely-cause",
    priority: safe`P1`,
    title: safe`5xx rate above 5%`,
    service: safe`checkout-api`,
    startedAtMs: at(-120),
    detectedAtMs: at(0),
    resolvedAtMs: null,
    acknowledgedBy: safe`Ada`,
    pageUrl: safe`https://traceops.example.com/i/INC-2041`,
    externalUrl: safe`https://acme.pagerduty.com/incidents/Q1ABC`,
    notification: safe`P1 checkout-api: likely cause, high confidence (0.81): Deploy v412 of checkout-api changed the timeout of its ledger client.`,
    card: {
      cause: { label: safe`Likely cause, high confidence (0.81)`, text: deployCause.summary },
      why: safe`reached production 5 min before the first new error; touches src/ledger/client.ts, named in 1,204 of 1,204 stack traces`,
      against: safe`the canary was healthy for 4 min`,
      impact: safe`1,204 failed requests, rising`,
      nextStep: safe`roll back to v411.`,
      checked: null,
      notChecked: safe`not checked: Kubernetes events (not connected)`,
    },
    causes: [deployCause, flagCause],
    timeline,
    hiddenRows: 2,
    gaps: [gap("Kubernetes events", "not-configured", "not connected")],
    chart: {
      from: safe`2026-11-20T14:00:00Z`,
      bucketSeconds: 30,
      errors: [0, 0, 40, 312, 90],
      byService: [],
      marks: [],
      summary: safe`Errors from 14:00:00Z to 14:02:30Z: none until 14:01:00Z, peak of 312 lines in the 30 s from 14:01:30Z.`,
      alt: safe`Errors from 14:00:00Z to 14:02:30Z: none until 14:01:00Z, peak of 312 lines in the 30 s from 14:01:30Z.`,
    },
    graph: [],
    evidence: [],
    alertCount: 1,
    services: [safe`checkout-api`],
    learnedNote: null,
    updatedAtMs: at(180),
    elapsedMs: 2100,
    reopened: false,
    reopenedAtMs: null,
    statedCause: null,
    latestUpdate: null,
    links: [],
    corrections: [],
    ...overrides,
  };
}

/** The first look still runs. */
export function investigatingView(): IncidentView {
  return aView({
    revision: 1,
    state: "investigating",
    acknowledgedBy: null,
    notification: safe`P1 checkout-api: cause: not known yet; reading logs, changes and earlier incidents.`,
    card: {
      ...emptyCard,
      cause: { label: safe`Cause`, text: safe`not known yet; reading logs, changes and earlier incidents` },
    },
    causes: [],
    timeline: [],
    hiddenRows: 0,
    chart: null,
  });
}

const emptyCard = { why: null, against: null, impact: null, nextStep: null, checked: null, notChecked: null };

/** Two suspects about as likely. */
export function severalView(): IncidentView {
  return aView({
    state: "several-candidates",
    notification: safe`P1 checkout-api: possible causes: 1. Deploy v412 (medium 0.48); 2. Flag new-retry (medium 0.41).`,
    card: {
      ...aView().card,
      cause: {
        label: safe`Possible causes`,
        text: safe`1. Deploy v412 (medium 0.48); 2. Flag new-retry (medium 0.41)`,
      },
    },
  });
}

/** Nothing stands out, and one source could not be read. */
export function noCauseView(): IncidentView {
  return aView({
    state: "no-likely-cause",
    notification: safe`P1 checkout-api: cause: not found. No change and no new error stands out.`,
    card: {
      ...emptyCard,
      cause: { label: safe`Cause`, text: safe`not found. No change and no new error stands out` },
      checked: safe`logs, deploys; 18,240 lines from 2 sources`,
      notChecked: safe`not checked: GitHub (timed out after 10 s), Kubernetes events (not connected)`,
    },
    gaps: [
      gap("GitHub", "failed", "timed out after 10 s"),
      gap("Kubernetes events", "not-configured", "not connected"),
    ],
    causes: [],
  });
}

/** It stopped without anybody's doing. */
export function recoveredView(): IncidentView {
  return aView({
    state: "recovered",
    notification: safe`P1 checkout-api: recovered by itself: at 14:21:00Z. Errors stopped without a change.`,
    card: {
      ...emptyCard,
      cause: { label: safe`Recovered by itself`, text: safe`at 14:21:00Z. Errors stopped without a change` },
    },
    causes: [],
  });
}

/** Over, with a cause that a person confirmed. */
export function resolvedView(): IncidentView {
  const confirmed = { ...deployCause, votes: { yes: [safe`Ada`], no: [] } };
  return aView({
    revision: 9,
    state: "resolved",
    resolvedAtMs: at(1320),
    notification: safe`P1 checkout-api: resolved after 24 min: cause confirmed: Deploy v412 of checkout-api changed the timeout of its ledger client.`,
    card: {
      ...aView().card,
      cause: { label: safe`Cause, confirmed by Ada`, text: deployCause.summary },
      nextStep: null,
    },
    causes: [confirmed, flagCause],
    learnedNote: safe`Earlier feedback changed this ranking (weights version 3).`,
  });
}

const incident: Incident = {
  id: incidentId("INC-2041"),
  tenant: DEFAULT_TENANT,
  title: safe`5xx rate above 5%`,
  service: safe`checkout-api`,
  severity: "critical",
  status: "triggered",
  startedAtMs: at(-120),
  detectedAtMs: at(0),
  acknowledgedBy: null,
  resolvedAtMs: null,
  reopened: false,
  alertCount: 1,
  services: [safe`checkout-api`],
  external: [{ source: "pagerduty", externalId: "Q1ABC", url: safe`https://acme.pagerduty.com/incidents/Q1ABC` }],
  revision: 4,
};

const ANALYSIS: Analysis = {
  schema: "traceops.analysis/v1",
  incident: {
    id: incident.id,
    title: incident.title,
    service: incident.service,
    severity: safe`critical`,
    startedAt: safe`2026-11-20T14:14:00Z`,
    detectedAt: safe`2026-11-20T14:16:00Z`,
  },
  window: { from: safe`a`, to: safe`b`, baselineFrom: safe`c`, baselineTo: safe`d` },
  verdict: "likely-cause",
  verdictBecause: safe`one suspect stands out`,
  timeline: [],
  hiddenRows: 0,
  hypotheses: [],
  gaps: [],
  evidence: [],
  graph: [],
  chart: { from: safe`2026-11-20T14:00:00Z`, bucketSeconds: 30, errors: [], byService: [] },
  impact: { text: null, evidenceIds: [] },
  weightsVersion: 0,
  stats: { lines: 0, events: 0, sources: 0, elapsedMs: 0 },
};

/** What `main` hands to the surface for one incident. */
export function anAnswer(overrides: Partial<IncidentAnswer> = {}): IncidentAnswer {
  return { incident, analysis: ANALYSIS, view: aView(), notes: [], changeOfMind: null, sequence: 4, ...overrides };
}
