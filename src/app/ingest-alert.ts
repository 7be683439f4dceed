import type { Alert } from "../core/alert.ts";
import {
  type CorrelationContext,
  type CorrelationDecision,
  type CorrelationPolicy,
  correlate,
} from "../core/correlation/correlate.ts";
import { mayLeadTo } from "../core/correlation/may-lead-to.ts";
import { type CorrelationScope, openingLocks, scopeOf } from "../core/correlation/scope.ts";
import { type EpochMs, epochMs, type IncidentId, type TenantId } from "../core/ids.ts";
import type { Incident, OpenIncident } from "../core/incident.ts";
import { UnavailableError } from "./errors.ts";
import type { JobPayload, JobRequest } from "./jobs/catalog.ts";
import { type KnownCallsDeps, knownCalls } from "./known-calls.ts";
import type { Clock, IncidentChange, Logger } from "./ports.ts";
import { publishRequests } from "./publish-requests.ts";

export type IngestOutcome =
  | { readonly kind: "opened" | "attached" | "repeated"; readonly incidentId: IncidentId }
  /** Nothing was decided: the first look at a case beside it will tell who calls whom. */
  | { readonly kind: "waits" }
  | { readonly kind: "ignored"; readonly reason: "resolved-without-incident" };

export interface IngestAlertDeps extends KnownCallsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: CorrelationPolicy;
  /** Names of the surfaces that draw incidents by themselves. */
  readonly publishingSurfaces: () => readonly string[];
  /** True while an alert that would open a case may wait for the first look at another one. */
  readonly mayWait?: boolean;
  /** True when it waited already: while that look runs, nothing new is known, and nothing more is read. */
  readonly hasWaited?: boolean;
}

const MAX_TRIES = 3;
const LAST_LOOK_AFTER_MS = 5_000;
/** One more event of a case that is being looked into rarely comes alone, and the more there were the less it adds. */
const FOLLOW_UP_AFTER_MS = 3_000;
const ALERTS_OF_A_STORM = 20;
const STORM_FOLLOW_UP_AFTER_MS = 20_000;

/** Takes one alert to its incident. Reads, asks the core for a decision, then applies it with the work it causes. */
export async function ingestAlert(deps: IngestAlertDeps, tenant: TenantId, alert: Alert): Promise<IngestOutcome> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const outcome = await tryToIngest(deps, tenant, alert);
    if (outcome !== "conflict") return outcome;
  }
  // Somebody else kept winning. The job runs again later and reads again.
  throw new UnavailableError("incident store", { retryable: true, detail: "an incident kept changing" });
}

async function tryToIngest(deps: IngestAlertDeps, tenant: TenantId, alert: Alert): Promise<IngestOutcome | "conflict"> {
  const scope = scopeOf(alert, deps.policy);
  const { decision, stillOpens, isEarly } = await decide(deps, tenant, { alert, scope });
  if (isEarly) return { kind: "waits" };
  const { source, fingerprint, status } = alert;
  deps.logger.info({ source, fingerprint, status, decision: decision.kind, reason: decision.reason }, "alert placed");
  if (decision.kind === "ignore") return { kind: "ignored", reason: decision.reason };

  const opening = { locks: openingLocks(alert, deps.policy), scope, stillOpens };
  const applied = await deps.incidents.apply({ tenant, decision, alert, opening }, (incident) =>
    causesOf(deps, { alert, decision }, incident),
  );
  if (applied.status === "conflict") return "conflict";
  const incidentId = applied.incident.id;
  if (!applied.changed) return { kind: "repeated", incidentId };
  return { kind: decision.kind === "open" ? "opened" : "attached", incidentId };
}

interface Placement {
  readonly decision: CorrelationDecision;
  readonly stillOpens: (open: readonly OpenIncident[]) => boolean;
  /** More will be known in a moment. */
  readonly isEarly: boolean;
}

async function decide(
  deps: IngestAlertDeps,
  tenant: TenantId,
  { alert, scope }: { readonly alert: Alert; readonly scope: CorrelationScope },
): Promise<Placement> {
  const open = await deps.incidents.findOpen(tenant, scope);
  const context: CorrelationContext = { policy: deps.policy, nowMs: deps.clock.nowMs(), edges: [] };
  const place = (edges: CorrelationContext["edges"]) => (among: readonly OpenIncident[]) =>
    correlate(alert, among, { ...context, edges });
  const decision = place([])(open);
  // Only an alert that matches nothing needs to know who calls whom: it costs reads.
  if (decision.kind === "attach" || !mayHaveNeighbour(alert, open)) {
    const stillOpens = (now: readonly OpenIncident[]) => !mayHaveNeighbour(alert, now) && opens(place([])(now));
    return { decision, stillOpens, isEarly: false };
  }
  const beside = await casesBeside(deps, tenant, { alert, open });
  if (deps.hasWaited === true && beside.some(isUnanswered)) return { decision, stillOpens: () => true, isEarly: true };
  const edges = await knownCalls(deps, tenant, open);
  const placeKnowing = place(edges);
  const known = placeKnowing(open);
  const isMoving = ({ incident, answeredAtMs }: CaseBeside) =>
    answeredAtMs === null ||
    (deps.clock.nowMs() - answeredAtMs < JOINING_MS && mayLeadTo(edges, alert.service, incident));
  const isEarly = opens(known) && beside.some(isMoving);
  return { decision: known, stillOpens: (now) => opens(placeKnowing(now)), isEarly };
}

const MAX_BESIDE = 10;
const JOINING_MS = 5_000;

interface CaseBeside {
  readonly incident: OpenIncident;
  readonly answeredAtMs: EpochMs | null;
}

/**
 * A storm arrives within seconds: before the first answer nobody knows that its services call each other, and each would
 * get a case and a card of its own. So an alert waits while a case that began at the same time has no answer yet. Just
 * after it the neighbours join one by one, and theirs after them: then it waits when the known calls may lead to it.
 * None when it may not wait.
 */
async function casesBeside(
  { analyses, policy, mayWait }: IngestAlertDeps,
  tenant: TenantId,
  { alert, open }: { readonly alert: Alert; readonly open: readonly OpenIncident[] },
): Promise<readonly CaseBeside[]> {
  if (mayWait !== true || alert.status === "resolved") return [];
  const beside = open
    .filter(
      ({ status, lastAlertAtMs }) =>
        status !== "resolved" && Math.abs(alert.startedAtMs - lastAlertAtMs) <= policy.neighbourWindowMs,
    )
    .slice(0, MAX_BESIDE);
  if (beside.length === 0) return [];
  const answeredAt = await analyses.answeredAt(
    tenant,
    beside.map(({ id }) => id),
  );
  return beside.map((incident) => ({ incident, answeredAtMs: answeredAt.get(incident.id) ?? null }));
}

function isUnanswered({ answeredAtMs }: CaseBeside): boolean {
  return answeredAtMs === null;
}

function opens({ kind }: CorrelationDecision): boolean {
  return kind === "open";
}

function mayHaveNeighbour(alert: Alert, open: readonly OpenIncident[]): boolean {
  return alert.service !== null && open.some(({ status }) => status !== "resolved");
}

/** Everything new is looked into. What people must see at once is drawn before the new answer is there. */
export function causesOf(
  deps: IngestAlertDeps,
  { alert, decision }: Pick<IncidentChange, "alert" | "decision">,
  incident: Incident,
): readonly JobRequest[] {
  // Only the end is known so far. The start, when it comes, causes the work; without it there is nothing to tell.
  if (decision.reason === "resolved-before-it-fired") return [];
  const { id: incidentId } = incident;
  const isNews = incident.alertCount <= 1 || alert.status !== "firing" || incident.reopened;
  return [
    {
      name: "incident.investigate",
      ...whenToLook(deps, { alert, decision }, incident),
    },
    ...(isNews ? publishRequests(deps, incidentId) : []),
  ];
}

function whenToLook(
  { clock }: Pick<IngestAlertDeps, "clock">,
  { alert, decision }: Pick<IncidentChange, "alert" | "decision">,
  { id: incidentId, revision, alertCount, status, reopened }: Incident,
): { readonly payload: JobPayload<"incident.investigate">; readonly notBeforeMs?: EpochMs } {
  const nowMs = clock.nowMs();
  if (status === "resolved") {
    // Nobody waits for the last word on what is over, and its last records are still on their way.
    const lastMs = epochMs(nowMs + LAST_LOOK_AFTER_MS);
    return { payload: { incidentId, revision, sinceMs: lastMs }, notBeforeMs: lastMs };
  }
  const isNew = decision.kind === "open" || (alert.status === "firing" && (alertCount <= 1 || reopened));
  if (isNew) return { payload: { incidentId, revision } };
  const afterMs = alertCount > ALERTS_OF_A_STORM ? STORM_FOLLOW_UP_AFTER_MS : FOLLOW_UP_AFTER_MS;
  // Equal requests that wait are one: a storm of alerts is not a storm of looks.
  return { payload: { incidentId, revision: 0, newest: true }, notBeforeMs: epochMs(nowMs + afterMs) };
}
