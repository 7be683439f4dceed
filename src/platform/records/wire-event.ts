import type { z } from "zod";
import type { WireEvent, wireSchemas } from "../../app/event-schema.ts";
import type { Change, Event } from "../../core/event.ts";
import { type EpochNs, type EventId, epochNs, hypothesisId } from "../../core/ids.ts";
import { assertNever } from "../../core/never.ts";
import { normaliseMeasure } from "../../core/semantics/units.ts";
import { nsToMs } from "../../core/time.ts";
import { readInstant } from "./wire-instant.ts";

type Wire<Kind extends keyof typeof wireSchemas> = z.infer<(typeof wireSchemas)[Kind]>;

/** How a read line is named. `observedNs` null: the line says itself when it was received. */
export interface WireNames {
  readonly id: EventId;
  readonly ref: string;
  readonly source: string;
  readonly observedNs: EpochNs | null;
}

/** The event of a line that the schema has accepted, with instants written as nanoseconds. Units are normalised. */
export function eventOf(wire: WireEvent, names: WireNames): Event<string> {
  const base = { ...names, ...commonOf(wire, names) };
  switch (wire.kind) {
    case "log":
      return { ...base, ...logOf(wire) };
    case "span":
      return { ...base, ...spanOf(wire) };
    case "metric":
      return { ...base, ...metricOf(wire) };
    case "change":
      return { ...base, kind: "change", change: changeOf(wire) };
    case "alert":
      return { ...base, ...alertOf(wire) };
    case "kubernetes":
      return { ...base, ...kubernetesOf(wire) };
    case "kubernetes-object":
      return { ...base, kind: "kubernetes-object", object: wire.object, manifest: wire.manifest };
    case "person":
      return { ...base, ...personOf(wire) };
    default:
      return assertNever(wire);
  }
}

function commonOf(wire: WireEvent, { observedNs }: WireNames) {
  const observed = wire.observedTimestamp ?? null;
  return {
    atNs: epochNs(BigInt(wire.timestamp)),
    observedNs: observedNs ?? (observed === null ? null : epochNs(BigInt(observed))),
    service: wire["service.name"] ?? null,
    host: wire["host.name"] ?? null,
    traceId: wire.traceId ?? null,
    spanId: wire.spanId ?? null,
    requestId: wire.requestId ?? null,
  };
}

type Own<Kind extends Event["kind"]> = Omit<Extract<Event<string>, { kind: Kind }>, BaseKey>;
type BaseKey = keyof WireNames | keyof ReturnType<typeof commonOf>;

function logOf(wire: Wire<"log">): Own<"log"> {
  const { body, exception = null, repeats } = wire;
  const attributes = { ...wire.attributes, ...statedMeaning(wire.semantics) };
  const log = { kind: "log", severity: wire.severityText, body, attributes, exception } as const;
  return repeats === undefined ? log : { ...log, repeats };
}

function spanOf(wire: Wire<"span">): Own<"span"> {
  const { name, spanKind, parentSpanId = null, status } = wire;
  const attributes = { ...wire.attributes, ...statedMeaning(wire.semantics) };
  return { kind: "span", name, spanKind, parentSpanId, durationNs: BigInt(wire.durationNs), status, attributes };
}

/** What a sender states about the meaning stays with the record, under names of its own. */
function statedMeaning(semantics: Wire<"log">["semantics"]): Record<string, string> {
  if (semantics === undefined) return {};
  const { category, intent, impact, because } = semantics;
  const stated = [
    ["category", category],
    ["intent", intent],
    ["impact", impact],
    ["because", because],
  ] as const;
  return Object.fromEntries(
    stated.flatMap(([name, value]) => (value === undefined || value === null ? [] : [[`traceops.${name}`, value]])),
  );
}

function metricOf({ name, unit, value, attributes = {} }: Wire<"metric">): Own<"metric"> {
  return { kind: "metric", name, ...normaliseMeasure(unit, value), attributes };
}

function kubernetesOf({ object, reason, type, note, count = 1 }: Wire<"kubernetes">): Own<"kubernetes"> {
  return { kind: "kubernetes", object, reason, type, note, count };
}

function changeOf({ change: { rollout, ...change } }: Wire<"change">): Change<string> {
  if (rollout === undefined) return change;
  const { completedAt, ...step } = rollout;
  const completed = readInstant(completedAt);
  return { ...change, rollout: { ...step, completedAtMs: completed.status === "read" ? nsToMs(completed.ns) : null } };
}

function alertOf({ title, status, url = null, attributes }: Wire<"alert">): Own<"alert"> {
  const alert = { kind: "alert", title, status, url } as const;
  return attributes === undefined ? alert : { ...alert, attributes };
}

function personOf({ who, text, stated }: Wire<"person">): Own<"person"> {
  const person = { kind: "person", who, text } as const;
  if (stated === undefined) return person;
  const { kind, isCause, hypothesisId: suspect } = stated;
  return {
    ...person,
    stated: { kind, isCause, hypothesisId: suspect === null ? null : hypothesisId(suspect) },
  };
}
