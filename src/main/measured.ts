import type { ServerResponse } from "node:http";
import type { Delivery } from "../app/delivery.ts";
import type { Metrics } from "../app/metrics-port.ts";
import type { AnalysisStore, EvidencePort, IncidentStore } from "../app/ports.ts";
import type { PublishPort } from "../app/publish-incident.ts";
import type { Admission, ReceiveOutcome } from "../app/receive-delivery.ts";
import type { HttpRoute } from "../platform/http-route.ts";

/** The same ports, with what passes through them counted. What is counted changes nothing of what they do. */

/** Alerts that reached their incident, by source. */
export function measuredIncidents(incidents: IncidentStore, metrics: Metrics): IncidentStore {
  return {
    ...incidents,
    async apply(change, causes) {
      const applied = await incidents.apply(change, causes);
      if (applied.status === "applied") metrics.reached(change.alert.source, "incident");
      return applied;
    },
    async attachAll(joining, causes) {
      const added = await incidents.attachAll(joining, causes);
      for (const source of new Set(joining.placed.map(({ alert }) => alert.source)))
        metrics.reached(source, "incident");
      return added;
    },
  };
}

/** Answers, and how long the first one of an incident took. */
export function measuredAnalyses(
  analyses: AnalysisStore,
  { incidents, metrics }: { readonly incidents: Pick<IncidentStore, "get">; readonly metrics: Metrics },
): AnalysisStore {
  return {
    ...analyses,
    async save(item, causes) {
      const saved = await analyses.save(item, causes);
      if (saved !== "saved") return saved;
      metrics.reached("incident", "answer");
      if (item.after !== 0) return saved;
      const incident = await incidents.get(item.tenant, item.incidentId).catch(() => null);
      if (incident === null) return saved;
      const seconds = Math.max(0, item.atMs - incident.detectedAtMs) / 1_000;
      metrics.observe("traceops_answer_duration_seconds", {}, seconds);
      return saved;
    },
  };
}

/** Sources that answered, also with "nothing found". */
export function measuredEvidence(ports: readonly EvidencePort[], metrics: Metrics): readonly EvidencePort[] {
  return ports.map((port) => ({
    ...port,
    async gather(query, signal) {
      const evidence = await port.gather(query, signal);
      if (evidence.status === "found" || evidence.status === "empty") metrics.reached(port.name, "evidence");
      return evidence;
    },
  }));
}

/** Incidents that a surface drew. */
export function measuredSurface(name: string, port: PublishPort, metrics: Metrics): PublishPort {
  return {
    ...(port.reach ? { reach: port.reach } : {}),
    async publish(answer, signal) {
      const outcome = await port.publish(answer, signal);
      if (outcome.status === "done" && outcome.untold !== true) metrics.reached("incident", name);
      return outcome;
    },
  };
}

/** More than this is no slow line and no rounding to seconds any more: somebody's clock is wrong. */
const SKEWED_FROM_MS = 5 * 60_000;

/** Webhooks by outcome, how long their answers took, and whether the clock of a sender that was believed is far off ours. */
export async function measuredHook(
  metrics: Metrics,
  { source, delivery }: { readonly source: string; readonly delivery: Delivery },
  receive: () => Promise<ReceiveOutcome>,
): Promise<ReceiveOutcome> {
  const begun = performance.now();
  const outcome = await receive();
  countOutcome(metrics, { source, begun, outcome: outcome.kind });
  if (outcome.kind !== "accepted") return outcome;
  metrics.reached(source, "inbox");
  if (isSkewed(delivery)) metrics.count("traceops_clock_skewed_total", { against: source });
  return outcome;
}

/** The same for what the head of a webhook decides. Of sources that do not exist nothing is counted: anybody can name some. */
export function measuredAdmission(metrics: Metrics, source: string, admit: () => Admission): Admission {
  const begun = performance.now();
  const admission = admit();
  if (admission.kind === "refused") countOutcome(metrics, { source, begun, outcome: admission.kind });
  return admission;
}

function countOutcome(
  metrics: Metrics,
  { source, begun, outcome }: { readonly source: string; readonly begun: number; readonly outcome: string },
): void {
  metrics.count("traceops_webhooks_total", { source, outcome });
  metrics.observe("traceops_webhook_duration_seconds", { source }, (performance.now() - begun) / 1_000);
  if (outcome === "refused") metrics.count("traceops_signature_failures_total", { source });
}

/** By the `Date` header (RFC 9110, 6.6.1). Few senders set it; without one, or with one that is no date, nothing is known. */
function isSkewed({ headers, receivedAtMs }: Delivery): boolean {
  const sentAtMs = Date.parse(headers["date"] ?? "");
  return !Number.isNaN(sentAtMs) && Math.abs(receivedAtMs - sentAtMs) > SKEWED_FROM_MS;
}

/** How long requests with telemetry took, by route. */
export function measuredIngest(routes: readonly HttpRoute[], metrics: Metrics): readonly HttpRoute[] {
  return routes.map((route) => {
    if (route.kind !== "node") return route;
    const { path } = route;
    return {
      ...route,
      handle: (request, response) => {
        const begun = performance.now();
        const told = () => tellIngest(metrics, { path, seconds: (performance.now() - begun) / 1_000 }, response);
        response.once("finish", told);
        return route.handle(request, response);
      },
    };
  });
}

function tellIngest(
  metrics: Metrics,
  { path, seconds }: { readonly path: string; readonly seconds: number },
  { statusCode }: ServerResponse,
): void {
  metrics.observe(
    "traceops_ingest_duration_seconds",
    { route: path, status: `${Math.floor(statusCode / 100)}xx` },
    seconds,
  );
  if (statusCode < 300) metrics.reached(path, "events");
}
