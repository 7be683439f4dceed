import type { Event, KubernetesEvent, LogEvent, SpanEvent } from "../event.ts";
import type { Mention } from "../graph/infer.ts";
import type { EventId } from "../ids.ts";
import { headline, mask } from "../log-templates/mask.ts";
import { mineTemplates } from "../log-templates/mine.ts";
import { type Safe, safe } from "../safe.ts";
import { classify } from "../semantics/classify.ts";
import type { Meaning } from "../semantics/meaning.ts";
import { knownPeer } from "./known-peers.ts";
import { serviceOfObject } from "./objects.ts";
import type { Observed } from "./observations.ts";
import { repeatsOf } from "./repeats.ts";

/** One record of a group, with what counting needs. */
export interface Occurrence {
  readonly id: EventId;
  readonly atMs: number;
  /** How many times it happened: Kubernetes folds repeats itself. */
  readonly count: number;
  /** How many records this is: more than one where lines were counted instead of kept. */
  readonly lines: number;
  readonly trace: string | null;
}

/** Records of one service that say the same thing; in order of time. */
export interface RecordGroup {
  readonly kind: "log" | "span" | "kubernetes";
  readonly service: Safe;
  readonly template: Safe;
  readonly meaning: Meaning;
  readonly records: readonly Occurrence[];
}

export interface Failures {
  readonly groups: readonly RecordGroup[];
  readonly mentions: readonly Mention[];
}

type Telling = LogEvent | SpanEvent | KubernetesEvent;

interface Kind {
  readonly service: Safe;
  readonly kind: RecordGroup["kind"];
  readonly text: Safe;
  readonly meaning: Meaning;
  readonly records: Occurrence[];
  /** Counted lines come with the record before them, not in their own place. */
  isInOrder: boolean;
}

/** Groups logs, spans and Kubernetes events by service, meaning and template. Good ones are groups too: silence needs them. */
export function groupRecords(placed: readonly Observed<Event>[], services: readonly Safe[]): Failures {
  const kinds = new Map<string, Kind>();
  const sizes = new Map<Safe, number>();
  for (const observed of placed) {
    const { event, atMs } = observed;
    if (event.kind !== "log" && event.kind !== "span" && event.kind !== "kubernetes") continue;
    const text = mask(textOf(event));
    const service = serviceOf(event, services);
    const size = sizes.get(service) ?? 0;
    const exact = keyOf(event, service, text);
    const key = kinds.has(exact) ? exact : keyOf(event, service, coarse(text, size));
    const kind = kinds.get(key) ?? newKind(event, { service, text, services });
    if (kind.records.length === 0) {
      kinds.set(key, kind);
      sizes.set(service, size + 1);
    }
    const trace = event.traceId ?? event.requestId;
    kind.records.push({ id: event.id, atMs: atMs + lengthMs(event), count: countOf(event), lines: 1, trace });
    addRepeats(kind, observed);
  }
  const all = [...kinds.values()];
  return { groups: mineGroups(all), mentions: mentionsOf(all) };
}

function addRepeats(kind: Kind, observed: Observed<Event>): void {
  for (const { atMs, count } of repeatsOf(observed)) {
    kind.records.push({ id: observed.event.id, atMs, count, lines: count, trace: null });
    kind.isInOrder = false;
  }
}

/** A service that never says the same thing twice is read more and more coarsely: accuracy gives way, time does not. */
function coarse(text: Safe, kindsSoFar: number): string {
  if (kindsSoFar < MAX_EXACT_KINDS) return text;
  return kindsSoFar < 2 * MAX_EXACT_KINDS ? text.split(/\s+/u, 3).join(" ") : "";
}

const MAX_EXACT_KINDS = 1000;

interface Place {
  readonly service: Safe;
  readonly text: Safe;
  readonly services: readonly Safe[];
}

function newKind(event: Telling, { service, text, services }: Place): Kind {
  const meaning = classify(event);
  const isNamed = meaning.peer !== null && !ADDRESS.test(meaning.peer);
  // A service known by name says more than a pod's address does.
  const mayName = event.kind === "log" && meaning.isFailure && !isNamed;
  const peer = mayName ? knownPeer(textOf(event), service, services) : null;
  return {
    service,
    kind: event.kind,
    text,
    meaning: peer === null ? meaning : { ...meaning, peer },
    records: [],
    isInOrder: event.kind !== "span",
  };
}

const ADDRESS = /^[\d.:]+$/u;

/** Records that agree in all of this mean the same, so meaning is worked out once for all of them. */
function keyOf(event: Telling, service: Safe, text: string): string {
  return [event.kind, service, text, ...sensesOf(event)].join("\u0000");
}

function sensesOf(event: Telling): readonly string[] {
  if (event.kind === "kubernetes") return [event.type];
  const code = isServerError(event) ? "5xx" : "";
  if (event.kind === "span") return [event.status, event.spanKind, code];
  return [event.severity, event.exception?.type ?? "", String(event.attributes["peer.service"] ?? ""), code];
}

function isServerError(event: LogEvent | SpanEvent): boolean {
  const { attributes } = event;
  return (
    Number(attributes["http.response.status_code"] ?? attributes["http.status_code"] ?? attributes["status"] ?? 0) >=
    500
  );
}

function textOf(event: Telling): Safe {
  if (event.kind === "log") return headline(event.body, event.exception?.type ?? null);
  if (event.kind === "span") return event.name;
  return safe`${event.reason}: ${headline(event.note, null)}`;
}

function serviceOf(event: Telling, services: readonly Safe[]): Safe {
  if (event.service !== null) return event.service;
  if (event.kind === "kubernetes") return serviceOfObject(event.object, services);
  return event.host ?? safe`unknown service`;
}

/** A call has failed when it ends, not when it begins: the callee's failure comes before its caller's. */
export function lengthMs(event: Event): number {
  return event.kind === "span" ? Math.round(Number(event.durationNs) / 1e6) : 0;
}

function countOf(event: Telling): number {
  return event.kind === "kubernetes" ? Math.max(1, Math.min(1000, event.count)) : 1;
}

function mineGroups(kinds: readonly Kind[]): readonly RecordGroup[] {
  const templates = mineTemplates(kinds.map(({ text, ...kind }) => ({ group: groupOf(kind), text })));
  return templates.flatMap(({ text, lines }) => {
    const members = lines.flatMap((line) => kinds[line] ?? []);
    const [first] = members;
    if (first === undefined) return [];
    const records = members.flatMap((member) => member.records);
    if (members.length > 1 || !first.isInOrder) records.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
    const { service, kind, meaning } = first;
    return [{ service, kind, meaning, template: text, records }];
  });
}

/** How many records these are. */
export function countLines(records: readonly Occurrence[]): number {
  return records.reduce((sum, { lines }) => sum + lines, 0);
}

/** Lines of different meaning, or about different peers, never share a template. */
function groupOf({ service, kind, meaning }: Pick<Kind, "service" | "kind" | "meaning">): string {
  const sense = meaning.isFailure ? `${meaning.category}\u0000${meaning.peer ?? ""}\u0000${meaning.setting ?? ""}` : "";
  return `${kind}\u0000${service}\u0000${sense}`;
}

function mentionsOf(kinds: readonly Kind[]): readonly Mention[] {
  return kinds.flatMap(({ service, meaning, records }) =>
    meaning.peer === null
      ? []
      : [{ service, peer: meaning.peer, isFailure: meaning.isFailure, count: countLines(records) }],
  );
}
