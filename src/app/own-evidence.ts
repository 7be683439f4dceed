import { correctionWords } from "../core/corrections/apply.ts";
import type { Correction, CorrectionFact } from "../core/corrections/correction.ts";
import type { AlertEvent, PersonEvent } from "../core/event.ts";
import type { SourceEvidence } from "../core/evidence.ts";
import { type EventId, eventId } from "../core/ids.ts";
import { own, ownWords } from "../core/safe.ts";
import { msToNs } from "../core/time.ts";
import type { AlertFact, PersonNote } from "./ports.ts";
import type { Redactor } from "./redactor.ts";

const NOWHERE = { observedNs: null, host: null, traceId: null, spanId: null, requestId: null };

/** Sources whose records are the incident's own facts, read again for every answer. */
export const OWN_SOURCES: readonly string[] = ["alerts", "people"];

/** What people added: notes, and corrections as far as they hold. */
export interface PeopleSaid {
  readonly notes: readonly PersonNote[];
  readonly corrections: readonly CorrectionFact[];
}

/** What the incident itself knows: its alerts, and what people said about it. */
export function ownEvidence(
  alerts: readonly AlertFact[],
  { notes, corrections }: PeopleSaid,
  redactor: Redactor,
): readonly SourceEvidence[] {
  const alertEvents = alerts.map((fact) => alertEvent(fact, redactor));
  const removed = new Set(
    corrections.flatMap(({ correction }) => (correction.kind === "note-removed" ? [correction.noteId] : [])),
  );
  const said = [...notes.filter(({ id }) => !removed.has(id)).map(personEvent), ...corrections.flatMap(saidEvent)];
  return [
    { source: "alerts", evidence: found(alertEvents) },
    ...(said.length === 0 ? [] : [{ source: "people", evidence: found(said) }]),
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

/** The id of the record that a note becomes: what a row of the timeline cites. */
export function noteEventId(noteId: string): EventId {
  return eventId("people", noteId);
}

/** Corrections that tell something new are rows of their own; those that change a row show there. */
function saidEvent(fact: CorrectionFact): readonly PersonEvent[] {
  const { id, atMs, who, correction } = fact;
  if (correction.kind !== "cause-stated" && correction.kind !== "status-update" && correction.kind !== "link")
    return [];
  return [
    {
      ...NOWHERE,
      kind: "person",
      id: eventId("people", `correction ${id}`),
      atNs: msToNs(atMs),
      service: null,
      source: "people",
      ref: ownWords(own(`correction ${id}`)),
      who,
      text: correctionWords(fact),
      ...(correction.kind === "cause-stated" ? { stated: statedIn(correction) } : {}),
    },
  ];
}

function statedIn({ stated, hypothesisId, isCause }: Extract<Correction, { kind: "cause-stated" }>) {
  return { kind: stated, hypothesisId, isCause };
}

function personEvent({ id, atMs, who, text }: PersonNote): PersonEvent {
  return {
    ...NOWHERE,
    kind: "person",
    id: noteEventId(id),
    atNs: msToNs(atMs),
    service: null,
    source: "people",
    // The note's id is ours.
    ref: ownWords(own(`note ${id}`)),
    who,
    text,
  };
}
