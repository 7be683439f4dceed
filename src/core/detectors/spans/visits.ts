import type { LogEvent, SpanEvent } from "../../event.ts";
import { headline, mask } from "../../log-templates/mask.ts";
import { mineTemplates } from "../../log-templates/mine.ts";
import { type Safe, safe, sliceSafe } from "../../safe.ts";
import type { Observations, Observed } from "../../timeline/observations.ts";

/** What one request did at one service, from the moment it came in until the answer went out. */
export interface Visit {
  readonly service: Safe;
  /** The operation that was asked for, without what changes from call to call. */
  readonly operation: Safe;
  readonly entry: Observed<SpanEvent>;
  readonly isInside: boolean;
  /** The visit that called; null for the first one, or when its span was not read. */
  readonly caller: Visit | null;
  /** What it did, by key: its own steps, the services it called, what it logged without complaint. */
  readonly steps: Map<string, Step>;
  /** Its error lines by template: the first of each. */
  readonly errors: Map<string, Observed<LogEvent>>;
  /** How much longer the caller waited than this visit worked, ms: the way there and back. Null when that cannot be told. */
  readonly wayMs: number | null;
}

export interface Step {
  readonly kind: "step" | "call" | "line";
  readonly text: Safe;
}

/** A loop of broken parents must not run for ever. */
const MAX_DEPTH = 200;
/** Of a line, this much names its template. */
const MAX_LINE = 400;

/** Every visit that the spans show, by time, with the lines that were logged during it. */
export function visitsOf(observations: Observations): readonly Visit[] {
  const index = indexSpans(observations);
  const visits = new Map<Observed<SpanEvent>, Visit>();
  for (const span of observations.spans) openVisit(span, { index, visits });
  for (const span of observations.spans) addStep(span, { index, visits });
  addLines(observations, { index, visits });
  return [...visits.values()].toSorted((a, b) => a.entry.atMs - b.entry.atMs || compareIds(a, b));
}

function compareIds(a: Visit, b: Visit): number {
  return a.entry.event.id < b.entry.event.id ? -1 : 1;
}

interface Index {
  readonly byId: ReadonlyMap<string, Observed<SpanEvent>>;
  readonly children: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<Safe, Safe>;
  readonly fromMs: number;
}

interface Tree {
  readonly index: Index;
  readonly visits: Map<Observed<SpanEvent>, Visit>;
}

function indexSpans({ spans, window }: Observations): Index {
  const byId = new Map<string, Observed<SpanEvent>>();
  const children = new Map<string, number>();
  const names = new Map<Safe, Safe>();
  for (const observed of spans) {
    const { traceId, spanId, parentSpanId, name } = observed.event;
    if (spanId !== null) byId.set(`${traceId} ${spanId}`, observed);
    if (parentSpanId !== null) add(children, `${traceId} ${parentSpanId}`);
    if (!names.has(name)) names.set(name, mask(name));
  }
  return { byId, children, names, fromMs: window.fromMs };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function parentOf({ event }: Observed<SpanEvent>, { byId }: Index): Observed<SpanEvent> | null {
  return event.parentSpanId === null ? null : (byId.get(`${event.traceId} ${event.parentSpanId}`) ?? null);
}

function isSamePlace(a: SpanEvent, b: SpanEvent): boolean {
  return a.service === b.service && a.host === b.host;
}

/** The span with which the request came to this place. */
function entryOf(span: Observed<SpanEvent>, index: Index): Observed<SpanEvent> {
  let entry = span;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const parent = parentOf(entry, index);
    if (parent === null || !isSamePlace(parent.event, entry.event)) return entry;
    entry = parent;
  }
  return entry;
}

function openVisit(span: Observed<SpanEvent>, tree: Tree, depth = 0): Visit | null {
  const { index, visits } = tree;
  const entry = entryOf(span, index);
  const known = visits.get(entry);
  const { service } = entry.event;
  if (known !== undefined || service === null || depth > MAX_DEPTH) return known ?? null;
  const parent = parentOf(entry, index);
  const caller = parent === null ? null : openVisit(parent, tree, depth + 1);
  const wayMs = parent === null ? null : wayOf(entry.event, parent.event, index);
  const visit = newVisit(entry, service, { caller, wayMs, index });
  visits.set(entry, visit);
  caller?.steps.set(`call ${service}`, { kind: "call", text: service });
  return visit;
}

interface Arrival {
  readonly caller: Visit | null;
  readonly wayMs: number | null;
  readonly index: Index;
}

function newVisit(entry: Observed<SpanEvent>, service: Safe, { caller, wayMs, index }: Arrival): Visit {
  const { name } = entry.event;
  return {
    service,
    operation: index.names.get(name) ?? name,
    entry,
    isInside: entry.atMs >= index.fromMs,
    caller,
    steps: new Map(),
    errors: new Map(),
    wayMs,
  };
}

/** Only a span that waits for this one call tells how long the way took; one that does more would count its own work. */
function wayOf(callee: SpanEvent, caller: SpanEvent, { children }: Index): number | null {
  if (caller.spanKind === "producer" || callee.spanKind === "consumer") return null;
  if (children.get(`${caller.traceId} ${caller.spanId}`) !== 1) return null;
  return Math.max(0, Number(caller.durationNs - callee.durationNs) / 1e6);
}

function addStep(span: Observed<SpanEvent>, { index, visits }: Tree): void {
  const entry = entryOf(span, index);
  if (entry === span) return;
  const text = index.names.get(span.event.name) ?? span.event.name;
  visits.get(entry)?.steps.set(`step ${text}`, { kind: "step", text });
}

interface Line {
  readonly log: Observed<LogEvent>;
  readonly visit: Visit;
}

function addLines({ logs }: Observations, tree: Tree): void {
  const alone = onlyVisits(tree);
  const lines = new Map<string, { readonly group: string; readonly text: Safe; readonly said: Line[] }>();
  for (const log of logs) {
    const visit = visitOfLine(log.event, tree, alone);
    if (visit === null) continue;
    const text = mask(sliceSafe(headline(log.event.body, log.event.exception?.type ?? null), 0, MAX_LINE));
    const group = `${visit.service}\u0000${isErrorLine(log.event)}`;
    const known = lines.get(`${group}\u0000${text}`);
    if (known === undefined) lines.set(`${group}\u0000${text}`, { group, text, said: [{ log, visit }] });
    else known.said.push({ log, visit });
  }
  const distinct = [...lines.values()];
  for (const { text, lines: members } of mineTemplates(distinct)) {
    for (const { log, visit } of members.flatMap((at) => distinct[at]?.said ?? [])) noteLine(visit, log, text);
  }
}

function noteLine(visit: Visit, log: Observed<LogEvent>, text: Safe): void {
  if (!isErrorLine(log.event)) visit.steps.set(`line ${text}`, { kind: "line", text });
  else if (!visit.errors.has(text)) visit.errors.set(text, log);
}

/** Severity as the program gave it; an exception is one whatever it was logged as. */
export function isErrorLine({ severity, exception }: LogEvent): boolean {
  return severity === "error" || severity === "fatal" || exception !== null;
}

function visitOfLine(log: LogEvent, { index, visits }: Tree, alone: ReadonlyMap<string, Visit | null>): Visit | null {
  if (log.traceId === null) return null;
  const span = log.spanId === null ? undefined : index.byId.get(`${log.traceId} ${log.spanId}`);
  if (span !== undefined && span.event.service === log.service) return visits.get(entryOf(span, index)) ?? null;
  return alone.get(`${log.traceId} ${log.service}`) ?? null;
}

/** Lines without a span id belong to the only visit that their trace paid to their service. */
function onlyVisits({ visits }: Tree): ReadonlyMap<string, Visit | null> {
  const alone = new Map<string, Visit | null>();
  for (const visit of visits.values()) {
    const key = `${visit.entry.event.traceId} ${visit.service}`;
    alone.set(key, alone.has(key) ? null : visit);
  }
  return alone;
}

/** The operation as people name it. */
export function operationWords({ operation }: Visit): Safe {
  return operation === "" ? safe`its requests` : safe`"${operation}"`;
}
