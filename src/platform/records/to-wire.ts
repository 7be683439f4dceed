import type { Change, Event } from "../../core/event.ts";
import { assertNever } from "../../core/never.ts";
import type { Meaning } from "../../core/semantics/meaning.ts";
import { msToNs } from "../../core/time.ts";
import { instantText } from "./wire-instant.ts";

/** One line of the event format before it becomes text; `wireEvent` of `src/app/event-schema.ts` accepts it. */
export type WireLine = Readonly<Record<string, unknown>>;

/** An event as one line of the event format, names included; with a meaning, also what TraceOps' rules say of it. */
export function toWire(event: Event<string>, meaning?: Meaning): WireLine {
  const semantics = meaning === undefined || (event.kind !== "log" && event.kind !== "span") ? {} : said(meaning);
  return {
    kind: event.kind,
    timestamp: instantText(event.atNs),
    ...some("observedTimestamp", event.observedNs === null ? null : instantText(event.observedNs)),
    ...some("service.name", event.service),
    ...some("host.name", event.host),
    ...some("traceId", event.traceId),
    ...some("spanId", event.spanId),
    ...some("requestId", event.requestId),
    id: event.id,
    source: event.source,
    ref: event.ref,
    ...fieldsOf(event),
    ...semantics,
  };
}

function fieldsOf(event: Event<string>): WireLine {
  switch (event.kind) {
    case "log": {
      const { severity, body, attributes, exception, repeats } = event;
      return { severityText: severity, body, attributes, ...some("exception", exception), ...some("repeats", repeats) };
    }
    case "span": {
      const { name, spanKind, parentSpanId, durationNs, status, attributes } = event;
      return {
        name,
        spanKind,
        ...some("parentSpanId", parentSpanId),
        durationNs: String(durationNs),
        status,
        attributes,
      };
    }
    case "metric":
      return { name: event.name, unit: event.unit, value: event.value, attributes: event.attributes };
    case "change":
      return { change: changeOf(event.change) };
    case "alert": {
      const { title, status, url, attributes } = event;
      return { title, status, ...some("url", url), ...some("attributes", attributes) };
    }
    case "kubernetes":
      return { object: event.object, reason: event.reason, type: event.type, note: event.note, count: event.count };
    case "kubernetes-object":
      return { object: event.object, manifest: event.manifest };
    case "person":
      return { who: event.who, text: event.text, ...some("stated", event.stated) };
    default:
      return assertNever(event);
  }
}

function changeOf({ rollout, ...change }: Change<string>): WireLine {
  if (rollout === undefined) return change;
  const { completedAtMs, ...step } = rollout;
  const completedAt = completedAtMs === null ? null : instantText(msToNs(completedAtMs));
  return { ...change, rollout: { ...step, completedAt } };
}

function said({ category, intent, impact, suggestedActions, because }: Meaning): WireLine {
  return { semantics: { category, intent, impact, suggested_actions: suggestedActions, because } };
}

function some(name: string, value: unknown): WireLine {
  return value === null || value === undefined ? {} : { [name]: value };
}
