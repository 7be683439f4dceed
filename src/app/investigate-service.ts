import type { Alert } from "../core/alert.ts";
import { alertFingerprint, type EpochMs, epochMs, type IncidentId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { type Safe, safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import { type IngestAlertDeps, ingestAlert } from "./ingest-alert.ts";

export interface ServiceRequest {
  readonly service: Safe;
  /** Since when something is wrong; null = just now. */
  readonly sinceMs: EpochMs | null;
}

const MAX_SERVICE_LENGTH = 200;

/** Looks into a service without an alert. A running incident of that service is looked at again instead. Throws `AppError` "invalid-input". */
export async function investigateService(
  deps: IngestAlertDeps,
  actor: Actor,
  request: ServiceRequest,
): Promise<IncidentId> {
  const name = request.service.trim();
  if (name === "" || name.length > MAX_SERVICE_LENGTH) throw new AppError("invalid-input", "which service?");

  const alert = manualAlert(actor, request, deps.clock.nowMs());
  const outcome = await ingestAlert(deps, actor.tenant, alert);
  if (outcome.kind === "ignored" || outcome.kind === "waits")
    throw new AppError("conflict", "the request could not be placed");
  return outcome.incidentId;
}

const ASKED = safe`asked to look into`;

/** True when a person's question opened this incident, not an alert. */
export function wasAsked({ title, service, external }: Incident): boolean {
  return service !== null && external.length === 0 && title.endsWith(`${ASKED} ${service}`);
}

/** A person is an alert source too: the same path, the same facts. */
function manualAlert(actor: Actor, { service, sinceMs }: ServiceRequest, nowMs: EpochMs): Alert {
  const fingerprint = `manual/${service}`;
  return {
    source: "manual",
    eventId: `${fingerprint}/${actor.id}/${nowMs}`,
    fingerprint: alertFingerprint(fingerprint),
    groupKey: fingerprint,
    externalId: null,
    status: "firing",
    severity: "warning",
    title: safe`${actor.name} ${ASKED} ${service}`,
    service,
    startedAtMs: epochMs(Math.min(sinceMs ?? nowMs, nowMs)),
    occurredAtMs: nowMs,
    url: null,
    by: actor.name,
  };
}
