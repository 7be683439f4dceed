import type { Change, ChangeEvent, Event, LogEvent } from "../../src/core/event.ts";
import type { ServiceGraph } from "../../src/core/graph/service-graph.ts";
import { DEFAULT_TENANT, type EpochMs, type EventId, epochMs, eventId, incidentId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import type { Safe } from "../../src/core/safe.ts";
import type { Meaning } from "../../src/core/semantics/meaning.ts";
import { msToNs } from "../../src/core/time.ts";
import type { Observations, Observed, Symptom } from "../../src/core/timeline/observations.ts";

/** Our own fixture words stand in for redacted text. */
export const words = (text: string): Safe => text as Safe;

/** An instant of the fixture night: "01:47:20". */
export function at(clock: string): EpochMs {
  return epochMs(Date.parse(`2026-11-21T${clock}Z`));
}

export const WINDOW = { fromMs: at("01:18:00"), toMs: at("01:58:00") };
export const BASELINE = { fromMs: epochMs(at("01:18:00") - 7_200_000), toMs: at("01:18:00") };

export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    id: incidentId("inc-1"),
    tenant: DEFAULT_TENANT,
    title: words("error rate above 5 %"),
    service: words("orders"),
    severity: "critical",
    status: "triggered",
    startedAtMs: at("01:48:00"),
    detectedAtMs: at("01:48:00"),
    acknowledgedBy: null,
    resolvedAtMs: null,
    reopened: false,
    alertCount: 1,
    services: [words("orders")],
    external: [],
    revision: 1,
    ...overrides,
  };
}

export function aMeaning(overrides: Partial<Meaning> = {}): Meaning {
  return {
    category: "unknown",
    intent: null,
    impact: "internal",
    isFailure: true,
    peer: null,
    setting: null,
    suggestedActions: [],
    because: words("the line is marked as an error"),
    ...overrides,
  };
}

export interface ToldSymptom extends Partial<Omit<Symptom, "service" | "template" | "meaning">> {
  readonly service: string;
  readonly text: string;
  readonly from: string;
  readonly meaning?: Partial<Meaning>;
}

export interface Story {
  readonly symptoms?: readonly ToldSymptom[];
  readonly changes?: readonly ToldChange[];
  readonly calls?: readonly (readonly [string, string])[];
  readonly heard?: readonly string[];
  /** Until when the heard services log. */
  readonly until?: string;
  readonly extra?: Partial<Observations>;
}

export interface ToldChange extends Partial<Omit<Change, "version">> {
  readonly service: string | null;
  readonly at: string;
  readonly version: string;
}

/** Observations as `observe` would make them, told by hand: symptoms, changes and who calls whom. */
export function observed(story: Story): Observations {
  const symptoms = (story.symptoms ?? []).map(toSymptom);
  const samples = symptoms.flatMap(sampleEvents);
  const heard = (story.heard ?? []).map((service) => aLog(service, "all is well", at(story.until ?? "01:30:00")));
  const changes = (story.changes ?? []).map(toChange);
  const logs = [...samples, ...heard];
  const first = symptoms.toSorted((a, b) => a.firstAtMs - b.firstAtMs).find(({ course }) => course !== "steady");
  const services = new Set([...logs, ...changes].flatMap(({ service }) => service ?? []));
  for (const call of story.calls ?? []) for (const name of call) services.add(words(name));
  return {
    window: WINDOW,
    baseline: BASELINE,
    hasBaseline: true,
    logs: logs.map(asObserved),
    spans: [],
    metrics: [],
    changes: changes.map(asObserved),
    alerts: [],
    kubernetes: [],
    objects: [],
    people: [],
    symptoms,
    onset: first ? onsetAt(first) : null,
    graph: aGraph(story.calls ?? []),
    skew: [],
    services: [...services].toSorted(),
    byId: new Map<EventId, Event>([...logs, ...changes].map((event) => [event.id, event])),
    ...story.extra,
  };
}

function onsetAt(symptom: Symptom): Observations["onset"] {
  const [id = eventId("logs", symptom.id)] = symptom.sampleIds;
  return { service: symptom.service, atMs: symptom.firstAtMs, eventId: id, symptomId: symptom.id };
}

export function asObserved<Kind extends Event>(event: Kind): Observed<Kind> {
  return { event, atMs: epochMs(Number(event.atNs / 1_000_000n)), correctedMs: 0 };
}

function toSymptom({ service, text, from, meaning, ...rest }: ToldSymptom): Symptom {
  return {
    id: `${service}/${text}`,
    service: words(service),
    template: words(text),
    meaning: aMeaning(meaning),
    course: "novel",
    firstAtMs: at(from),
    lastAtMs: at("01:57:50"),
    count: 400,
    baselineCount: 0,
    surprise: 12,
    buckets: [],
    sampleIds: [eventId("logs", `${service}/${text}`)],
    traces: 0,
    ended: false,
    ...rest,
  };
}

function sampleEvents(symptom: Symptom): readonly LogEvent[] {
  return symptom.sampleIds.map((id) => ({
    ...aLog(symptom.service, symptom.template, symptom.firstAtMs),
    id,
    severity: "error" as const,
  }));
}

export function aLog(service: string, body: string, atMs: EpochMs): LogEvent {
  return {
    kind: "log",
    id: eventId("logs", `${service}/${body}/${atMs}`),
    atNs: msToNs(atMs),
    observedNs: null,
    service: words(service),
    host: null,
    source: "logs",
    ref: words(`logs/${service}.log#L1`),
    traceId: null,
    spanId: null,
    requestId: null,
    severity: "info",
    body: words(body),
    attributes: {},
    exception: null,
  };
}

function toChange({ service, at: clock, version, ...rest }: ToldChange): ChangeEvent {
  return {
    kind: "change",
    id: eventId("changes", `${service}/${version}`),
    atNs: msToNs(at(clock)),
    observedNs: null,
    service: service === null ? null : words(service),
    host: null,
    source: "changes",
    ref: words(`changes.jsonl#${version}`),
    traceId: null,
    spanId: null,
    requestId: null,
    change: {
      kind: "deploy",
      status: "deployed",
      version: words(version),
      previousVersion: null,
      environment: words("production"),
      by: null,
      url: null,
      summary: words(`release ${version}`),
      files: [],
      pullRequest: null,
      ...rest,
    },
  };
}

/** A graph of given calls, with the same answers as the real one. */
export function aGraph(calls: readonly (readonly [string, string])[]): ServiceGraph {
  const callees = (name: string): readonly string[] =>
    calls.flatMap(([caller, callee]) => (caller === name ? [callee] : []));
  const distance = (caller: string, callee: string): number | null => {
    const seen = new Map([[caller, 0]]);
    for (const [name, steps] of seen) for (const next of callees(name)) if (!seen.has(next)) seen.set(next, steps + 1);
    return seen.get(callee) ?? null;
  };
  return {
    edges: calls.map(([caller, callee]) => ({
      caller: words(caller),
      callee: words(callee),
      count: 9,
      from: "trace" as const,
    })),
    calleesOf: (service) => callees(service).map(words),
    callersOf: (service) => calls.flatMap(([caller, callee]) => (callee === service ? [words(caller)] : [])),
    distance,
  };
}
