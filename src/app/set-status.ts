import type { Alert } from "../core/alert.ts";
import type { IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { own, ownWords } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { type IngestAlertDeps, ingestAlert } from "./ingest-alert.ts";
import type { IncidentSender } from "./ports.ts";
import type { StatusOutcome } from "./verbs.ts";

export interface SetStatusDeps extends IngestAlertDeps {
  /** Systems that incidents come from and that we may write to. */
  readonly senders: readonly IncidentSender[];
}

export interface StatusChange {
  readonly incidentId: IncidentId;
  readonly status: "acknowledged" | "resolved";
}

const NO_SENDER = "no system that this incident came from can be written to; change its status there";

/**
 * Changes the status where the incident came from, as the person who asked. Our own state follows when the sender reports it back.
 * What a person started here, a person ends here.
 */
export async function setStatus(deps: SetStatusDeps, actor: Actor, change: StatusChange): Promise<StatusOutcome> {
  const incident = await deps.incidents.get(actor.tenant, change.incidentId);
  if (incident === null) return { kind: "unknown-incident" };

  const manual = await endManually(deps, actor, change);
  const targets = targetsOf(deps, incident);
  if (targets.length === 0) return manual ? { kind: "done" } : { kind: "refused", because: ownWords(own(NO_SENDER)) };
  for (const { sender, externalId } of targets) {
    const outcome = await sender.setStatus(externalId, change.status, actor);
    if (outcome.status === "refused") return { kind: "refused", because: outcome.because };
  }
  return { kind: "done" };
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
