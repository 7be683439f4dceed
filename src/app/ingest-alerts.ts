import type { Alert } from "../core/alert.ts";
import { type Joining, placeTogether } from "../core/correlation/place-together.ts";
import { scopeOf, scopeOfAll } from "../core/correlation/scope.ts";
import type { TenantId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { causesOf, type IngestAlertDeps, ingestAlert } from "./ingest-alert.ts";
import type { JobRequest } from "./jobs/catalog.ts";
import type { Redactor } from "./redactor.ts";

export interface IngestAlertsDeps extends IngestAlertDeps {
  readonly redactor: Redactor;
}

/** "waits": some have to wait. "unfinished": the time was up; what is stored stays, and the next run goes on behind it. */
export type IngestedAlerts = "placed" | "waits" | "unfinished";

/** As many are read, decided on and stored at once. */
const STEP = 500;
/** A job has half a minute. */
const RUN_FOR_MS = 10_000;

interface Run {
  readonly deps: IngestAlertsDeps;
  readonly tenant: TenantId;
  readonly endsAtMs: number;
  readonly failures: unknown[];
  stored: number;
  waiting: number;
}

/**
 * Takes all alerts of one delivery to their incidents: a whole outage may be in it. One that cannot be placed keeps none of
 * the others waiting, and then this rejects. Running it again adds only what is not stored yet.
 */
export async function ingestAlerts(
  deps: IngestAlertsDeps,
  tenant: TenantId,
  alerts: readonly Alert<string>[],
): Promise<IngestedAlerts> {
  const run: Run = { deps, tenant, endsAtMs: deps.clock.nowMs() + RUN_FOR_MS, failures: [], stored: 0, waiting: 0 };
  for (let from = 0; from < alerts.length; from += STEP) {
    if (isOver(run)) return "unfinished";
    const step = alerts.slice(from, from + STEP).map((alert) => deps.redactor.alert(alert));
    if ((await ingestStep(run, step)) === "unfinished") return "unfinished";
  }
  if (run.failures.length > 0) throw run.failures[0];
  return run.waiting > 0 ? "waits" : "placed";
}

/** A run that stored nothing goes on to its end: the next one would come no further. */
function isOver({ deps, endsAtMs, stored }: Run): boolean {
  return stored > 0 && deps.clock.nowMs() >= endsAtMs;
}

async function ingestStep(run: Run, step: readonly Alert[]): Promise<"done" | "unfinished"> {
  const { incidents, policy, clock } = run.deps;
  const [first] = step;
  if (first === undefined) return "done";
  // Alone, it looks for its incident itself.
  if (step.length === 1) return ingestEach(run, step);
  let rest = step;
  let open = await incidents.findOpen(run.tenant, scopeOfAll(first, step.slice(1), policy));
  while (rest.length > 0) {
    const { joining, others } = placeTogether(rest, open, { policy, nowMs: clock.nowMs() });
    for (const group of joining) if ((await join(run, group)) === "unfinished") return "unfinished";
    const [alone, ...later] = others;
    if (alone === undefined) return "done";
    if ((await ingestEach(run, [alone])) === "unfinished") return "unfinished";
    rest = later;
    // What it opened may be where the others belong.
    if (rest.length > 0) open = await incidents.findOpen(run.tenant, scopeOf(alone, policy));
  }
  return "done";
}

async function join(run: Run, { incidentId, placed }: Joining): Promise<"done" | "unfinished"> {
  const { deps, tenant } = run;
  const alerts = placed.map(({ alert }) => alert);
  // A single one is placed as it always is: reading again costs less than a second way for the usual case.
  if (alerts.length === 1) return ingestEach(run, alerts);
  try {
    const added = await deps.incidents.attachAll({ tenant, incidentId, placed }, (incident, fresh) =>
      causesOfAll(deps, incident, fresh),
    );
    run.stored += added;
    deps.logger.info({ incidentId, alerts: placed.length, added }, "alerts placed together");
    return "done";
  } catch (err) {
    // One of them may be what the store does not take: then it is alone with that.
    deps.logger.warn({ incidentId, alerts: placed.length, err }, "alerts could not be placed together");
    return ingestEach(run, alerts);
  }
}

async function ingestEach(run: Run, alerts: readonly Alert[]): Promise<"done" | "unfinished"> {
  for (const alert of alerts) {
    if (isOver(run)) return "unfinished";
    try {
      const { kind } = await ingestAlert(run.deps, run.tenant, alert);
      if (kind === "waits") run.waiting += 1;
      if (kind === "opened" || kind === "attached") run.stored += 1;
    } catch (cause) {
      run.failures.push(cause);
    }
  }
  return "done";
}

/** What the one among them asks for that tells the most: many alerts at once are one piece of news. */
function causesOfAll(deps: IngestAlertDeps, incident: Incident, alerts: readonly Alert[]): readonly JobRequest[] {
  const firing = alerts.find(({ status }) => status === "firing");
  const other = alerts.find(({ status }) => status !== "firing");
  const telling = incident.reopened ? (firing ?? other) : (other ?? firing);
  if (telling === undefined) return [];
  const decision = { kind: "attach", incidentId: incident.id, reason: "same-group" } as const;
  return causesOf(deps, { alert: telling, decision }, incident);
}
