import type { AlertEvent, PersonEvent } from "../core/event.ts";
import type { SourceEvidence } from "../core/evidence.ts";
import { eventId } from "../core/ids.ts";
import { own, ownWords } from "../core/safe.ts";
import { msToNs } from "../core/time.ts";
import type { AlertFact, PersonNote } from "./ports.ts";
import type { Redactor } from "./redactor.ts";

const NOWHERE = { observedNs: null, host: null, traceId: null, spanId: null, requestId: null };

/** What the incident itself knows: its alerts, and what people wrote on it. */
export function ownEvidence(
  alerts: readonly AlertFact[],
  notes: readonly PersonNote[],
  redactor: Redactor,
): readonly SourceEvidence[] {
  const alertEvents = alerts.map((fact) => alertEvent(fact, redactor));
  return [
    { source: "alerts", evidence: found(alertEvents) },
    ...(notes.length === 0 ? [] : [{ source: "people", evidence: found(notes.map(personEvent)) }]),
  ];
}

function found(events: readonly (AlertEvent | PersonEvent)[]) {
  return { status: "found", events, read: events.length, partial: null } as const;
}

function alertEvent({ alert }: AlertFact, redactor: Redactor): AlertEvent {
  const { source, title, status, url, service, labels } = alert;
  const ref = `${source}/${alert.eventId}`;
  return {
    ...NOWHERE,
    kind: "alert",
    id: eventId("alerts", ref),
    atNs: msToNs(alert.occurredAtMs),
    service,
    source: "alerts",
    ref: redactor.text(ref),
    title,
    status,
    url,
    ...(labels === undefined ? {} : { attributes: labels }),
  };
}

function personEvent({ id, atMs, who, text }: PersonNote): PersonEvent {
  return {
    ...NOWHERE,
    kind: "person",
    id: eventId("people", id),
    atNs: msToNs(atMs),
    service: null,
    source: "people",
    // The note's id is ours.
    ref: ownWords(own(`note ${id}`)),
    who,
    text,
  };
}
