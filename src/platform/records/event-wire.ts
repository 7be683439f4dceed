import { z } from "zod";
import { type WireKind, wireSchemas } from "../../app/event-schema.ts";
import type { Event } from "../../core/event.ts";
import { type EpochNs, type EventId, eventId, stableHash } from "../../core/ids.ts";
import { isJsonObject } from "./flat-fields.ts";
import { wireDraft } from "./wire-draft.ts";
import type { Draft } from "./wire-draft-kinds.ts";
import { eventOf, type WireNames } from "./wire-event.ts";

/** What a receiver knows of a line that the line itself must not decide: its name, its place and when it came. */
export interface Arrival {
  readonly id: EventId;
  readonly ref: string;
  /** Key of the evidence source. */
  readonly source: string;
  readonly receivedNs: EpochNs;
}

export type WireReading =
  | { readonly status: "read"; readonly event: Event<string> }
  /** No object, or its `kind` is none of ours: it may still be a log line of any logger. */
  | { readonly status: "foreign" }
  /** One of ours, but it cannot be read; the sentence tells its sender what to change. */
  | { readonly status: "invalid"; readonly because: string };

/**
 * Reads one line of the event format (docs/event-format.md), parsed from JSON. Usual other spellings are understood, and
 * what is missing and can be known is filled in. With an arrival, its names and time of receipt replace the line's own.
 */
export function fromWire(record: unknown, arrival: Arrival | null): WireReading {
  if (!isJsonObject(record) || !isWireKind(record["kind"])) return { status: "foreign" };
  const kind = record["kind"];
  const draft = wireDraft(kind, record, arrival?.receivedNs ?? null);
  if (typeof draft === "string") return { status: "invalid", because: sentence(kind, draft) };
  const read = wireSchemas[kind].safeParse(draft);
  if (!read.success) {
    const [issue] = read.error.issues;
    const path = issue === undefined ? "" : issue.path.join(".");
    return { status: "invalid", because: sentence(kind, `"${path}" ${issue?.message ?? "cannot be read"}`) };
  }
  return { status: "read", event: eventOf(read.data, namesOf(draft, arrival)) };
}

function isWireKind(kind: unknown): kind is WireKind {
  return typeof kind === "string" && Object.hasOwn(wireSchemas, kind);
}

function sentence(kind: WireKind, problem: string): string {
  return `a line of kind ${kind} cannot be taken: ${problem.slice(0, 300)}`;
}

/** Without an arrival the line names itself; a line without names is named by what it says. */
function namesOf(draft: Draft, arrival: Arrival | null): WireNames {
  if (arrival !== null) {
    const { receivedNs, ...names } = arrival;
    return { ...names, observedNs: receivedNs };
  }
  const { id, source = "events", ref = `event/${stableHash(JSON.stringify(draft))}` } = Names.parse(draft);
  return { id: id ?? eventId(source, ref), source, ref, observedNs: null };
}

const Names = z.object({
  id: z.custom<EventId>((value) => typeof value === "string").optional(),
  source: z.string().optional(),
  ref: z.string().optional(),
});
