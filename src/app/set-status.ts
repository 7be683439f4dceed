import type { Alert } from "../core/alert.ts";
import type { IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { joinSafe, own, ownWords, type Safe, safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { type IngestAlertDeps, ingestAlert } from "./ingest-alert.ts";
import type { IncidentSender, SenderOutcome } from "./ports.ts";
import type { StatusOutcome } from "./verbs.ts";

export interface SetStatusDeps extends IngestAlertDeps {
  /** Systems that incidents come from and that we may write to. */
  readonly senders: readonly IncidentSender[];
}

export interface StatusChange {
  readonly incidentId: IncidentId;
  readonly status: "acknowledged" | "resolved";
}

const NO_SENDER =
  "TraceOps may not write there, so please do it there. To PagerDuty it may, once PAGERDUTY_API_TOKEN is set.";

/** A storm may have come from more incidents than anybody waits for. */
const MAX_TARGETS = 20;
const MAX_SENTENCES = 3;

/**
 * Changes the status where the incident came from, as the person who asked: at every sender, however many of them refuse.
 * Our own state follows when the sender reports it back. What a person started here, a person ends here.
 */
export async function setStatus(deps: SetStatusDeps, actor: Actor, change: StatusChange): Promise<StatusOutcome> {
  const incident = await deps.incidents.get(actor.tenant, change.incidentId);
  if (incident === null) return { kind: "unknown-incident" };

  const manual = await endManually(deps, actor, change);
  const targets = targetsOf(deps, incident);
  if (targets.length === 0) return manual ? { kind: "done" } : { kind: "refused", because: ownWords(own(NO_SENDER)) };
  const tried = targets.slice(0, MAX_TARGETS);
  const outcomes = await Promise.all(
    tried.map(({ sender, externalId }) => sender.setStatus(externalId, change.status, actor)),
  );
  return summedUp(outcomes, targets.length);
}

/** Done when it is done everywhere; else what was refused, and for how many. */
function summedUp(outcomes: readonly SenderOutcome[], wanted: number): StatusOutcome {
  const refusals = outcomes.flatMap((outcome) => (outcome.status === "refused" ? [outcome.because] : []));
  const remarks = outcomes.flatMap((outcome) =>
    outcome.status === "done" && outcome.remark !== undefined ? [outcome.remark] : [],
  );
  const left = wanted - outcomes.length;
  if (refusals.length === 0 && left === 0) {
    return remarks.length === 0 ? { kind: "done" } : { kind: "done", remark: sentences(remarks) };
  }
  const done = outcomes.length - refusals.length;
  const because = sentences([...refusals, ...(left > 0 ? [tooMany(left)] : [])]);
  return {
    kind: "refused",
    because: wanted === 1 ? because : safe`Done for ${done} of ${wanted} incidents. ${because}`,
  };
}

function tooMany(left: number): Safe {
  return safe`${left} were not tried, because only ${MAX_TARGETS} are changed at once. Please change them there.`;
}

/** Equal ones once, a few at most. */
function sentences(all: readonly Safe[]): Safe {
  return joinSafe([...new Set(all)].slice(0, MAX_SENTENCES), " ");
}

function targetsOf({ senders }: SetStatusDeps, incident: Incident) {
  return incident.external.flatMap(({ source, externalId }) => {
    const sender = senders.find((candidate) => candidate.source === source);
    return sender === undefined ? [] : [{ sender, externalId }];
  });
}

/** True when the incident holds requests by people; they take the new status. */
async function endManually(deps: SetStatusDeps, actor: Actor, change: StatusChange): Promise<boolean> {
  const facts = await deps.incidents.alerts(actor.tenant, change.incidentId);
  const requests = new Map(
    facts.filter(({ alert }) => alert.source === "manual").map(({ alert }) => [alert.fingerprint, alert]),
  );
  const nowMs = deps.clock.nowMs();
  for (const alert of requests.values()) {
    const eventId = `${alert.fingerprint}/${actor.id}/${nowMs}/${change.status}`;
    const ended: Alert = { ...alert, eventId, status: change.status, occurredAtMs: nowMs, by: actor.name };
    await ingestAlert(deps, actor.tenant, ended);
  }
  return requests.size > 0;
}
