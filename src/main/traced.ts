import type { Delivery } from "../app/delivery.ts";
import type { Engine } from "../app/engine.ts";
import type { JobContext, JobHandlers, JobName, JobOutcome, JobPayload } from "../app/jobs/catalog.ts";
import type { EvidencePort, Inbox, IncidentStore } from "../app/ports.ts";
import type { PublishPort } from "../app/publish-incident.ts";
import type { ReceiveOutcome } from "../app/receive-delivery.ts";
import type { SpanAttributes, Tracing } from "../app/tracing-port.ts";
import { statusOfOutcome } from "../http/hooks.ts";
import type { DeliveryKey } from "./tracing.ts";

/**
 * The same ports, with what passes through them traced. What is traced changes nothing of what they do. An attribute holds
 * an id of ours, a name from our lists, a number or a status, and nothing that anybody wrote.
 */

/** A webhook, from its bytes to its answer. Headers of the sender that speak of traces are not believed. */
export function tracedHook(
  tracing: Tracing,
  { source, delivery, keyOf }: { readonly source: string; readonly delivery: Delivery; readonly keyOf: DeliveryKey },
  receive: () => Promise<ReceiveOutcome>,
): Promise<ReceiveOutcome> {
  const attributes = { "http.request.method": "POST", "http.route": "/hooks/:source", "traceops.source": source };
  const start = {
    name: "POST /hooks/:source",
    kind: "server",
    attributes,
    key: () => keyOf(source, delivery),
  } as const;
  return tracing.span(start, async (span) => {
    const outcome = await receive();
    const status = statusOfOutcome(outcome);
    span.set({ "traceops.outcome": outcome.kind, "http.response.status_code": status });
    if (status >= 500) span.failed(String(status));
    return outcome;
  });
}

/** Where a stored webhook is read again, what runs there was caused by the request that brought it. */
export function tracedInbox(
  inbox: Inbox,
  { tracing, keyOf }: { readonly tracing: Tracing; readonly keyOf: DeliveryKey },
): Inbox {
  return {
    ...inbox,
    async load(inboxId) {
      const stored = await inbox.load(inboxId);
      if (stored !== null) tracing.causedBy(() => keyOf(stored.source, stored.delivery));
      return stored;
    },
  };
}

/** Every run of every job. */
export function tracedHandlers(handlers: JobHandlers, tracing: Tracing): JobHandlers {
  const run = jobRunner(tracing);
  return {
    "delivery.process": (payload, context) =>
      run({ name: "delivery.process", payload, context }, () => handlers["delivery.process"](payload, context)),
    "incident.investigate": (payload, context) =>
      run({ name: "incident.investigate", payload, context }, () => handlers["incident.investigate"](payload, context)),
    "surface.publish": (payload, context) =>
      run({ name: "surface.publish", payload, context }, () => handlers["surface.publish"](payload, context)),
    "feedback.learn": (payload, context) =>
      run({ name: "feedback.learn", payload, context }, () => handlers["feedback.learn"](payload, context)),
  };
}

interface JobRun {
  readonly name: JobName;
  readonly payload: JobPayload<JobName>;
  readonly context: JobContext;
}

function jobRunner(tracing: Tracing) {
  return ({ name, payload, context }: JobRun, work: () => Promise<JobOutcome>): Promise<JobOutcome> => {
    const attributes = {
      "messaging.system": "traceops",
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.destination.name": name,
      "messaging.message.id": context.outboxId,
      "traceops.job.attempt": context.attempt,
      ...idsOf(payload),
    };
    return tracing.span({ name: `process ${name}`, kind: "consumer", attributes }, async (span) => {
      const outcome = await work();
      span.set({ "traceops.outcome": outcome.status });
      return outcome;
    });
  };
}

function idsOf(payload: JobPayload<JobName>): SpanAttributes {
  return {
    ...("incidentId" in payload ? { "traceops.incident.id": payload.incidentId } : {}),
    ...("inboxId" in payload ? { "traceops.inbox.id": payload.inboxId } : {}),
    ...("surface" in payload ? { "traceops.surface": payload.surface } : {}),
  };
}

/** Alerts on their way into an incident: this tells which incidents a webhook came to. */
export function tracedIncidents(incidents: IncidentStore, tracing: Tracing): IncidentStore {
  return {
    ...incidents,
    apply: (change, causes) => {
      const attributes = { "traceops.alert.decision": change.decision.kind, "traceops.source": change.alert.source };
      return tracing.span({ name: "apply alert", kind: "internal", attributes }, async (span) => {
        const applied = await incidents.apply(change, causes);
        span.set({ "traceops.outcome": applied.status });
        if (applied.status === "applied") span.set({ "traceops.incident.id": applied.incident.id });
        return applied;
      });
    },
  };
}

/** Every source that is asked, and what became of it. */
export function tracedEvidence(ports: readonly EvidencePort[], tracing: Tracing): readonly EvidencePort[] {
  return ports.map((port) => {
    const source = slug(port.name);
    return {
      ...port,
      gather: (query, signal) => {
        const attributes = { "traceops.evidence.source": source, "traceops.incident.id": query.incidentId };
        return tracing.span({ name: `gather ${source}`, kind: "internal", attributes }, async (span) => {
          const evidence = await port.gather(query, signal);
          span.set({ "traceops.evidence.status": evidence.status });
          if (evidence.status === "found") span.set({ "traceops.evidence.records": evidence.events.length });
          if (evidence.status === "failed") span.failed(evidence.reason);
          return evidence;
        });
      },
    };
  });
}

/** Sources are called by their titles, which are sentences for people. */
function slug(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "-");
}

/** The analysis; the rest of the engine is too short to be looked at. */
export function tracedEngine(engine: Engine, tracing: Tracing): Engine {
  return {
    ...engine,
    analyze: (input) => {
      const attributes = {
        "traceops.incident.id": input.incident.id,
        "traceops.analysis.sources": input.evidence.length,
      };
      return tracing.span({ name: "analyze", kind: "internal", attributes }, async (span) => {
        const analysis = await engine.analyze(input);
        span.set({
          "traceops.analysis.verdict": analysis.verdict,
          "traceops.analysis.hypotheses": analysis.hypotheses.length,
        });
        return analysis;
      });
    },
  };
}

/** Every surface that draws. */
export function tracedSurface(name: string, port: PublishPort, tracing: Tracing): PublishPort {
  return {
    ...port,
    publish: (answer, signal) => {
      const attributes = { "traceops.surface": name, "traceops.incident.id": answer.incident.id };
      return tracing.span({ name: `publish ${name}`, kind: "internal", attributes }, async (span) => {
        const outcome = await port.publish(answer, signal);
        span.set({ "traceops.outcome": outcome.status });
        if (outcome.untold === true) span.failed("untold");
        return outcome;
      });
    },
  };
}
