import type { AlertSourcePort } from "../../src/app/alert-source-port.ts";
import type { Engine } from "../../src/app/engine.ts";
import type { JobRequest } from "../../src/app/jobs/catalog.ts";
import type {
  Advance,
  Advanced,
  AnalysisStore,
  Clock,
  EvidenceArchive,
  EvidencePort,
  FeedbackStore,
  Inbox,
  Logger,
  Marks,
  StoredAnalysis,
  StoredDelivery,
  Vote,
  WeightsStore,
} from "../../src/app/ports.ts";
import type { Redactor } from "../../src/app/redactor.ts";
import type { AnalysisInput } from "../../src/core/analyze.ts";
import type { Evidence } from "../../src/core/evidence.ts";
import { type EpochMs, epochMs, type IncidentId, type TenantId } from "../../src/core/ids.ts";
import { NO_WEIGHTS, type SignalWeights } from "../../src/core/learning/weights.ts";
import { type Safe, safe } from "../../src/core/safe.ts";
import { anAnalysis, TEN_O_CLOCK } from "./builders.ts";

/** In-memory ports. Each keeps its port's promise: a change and the jobs it causes are stored together. */

export class ManualClock implements Clock {
  #nowMs: number;

  constructor(startMs: number = TEN_O_CLOCK) {
    this.#nowMs = startMs;
  }

  nowMs(): EpochMs {
    return epochMs(this.#nowMs);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

export class RecordingLogger implements Logger {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: "debug", fields, message });
  }

  info(fields: object, message: string): void {
    this.lines.push({ level: "info", fields, message });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: "warn", fields, message });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: "error", fields, message });
  }
}

/** Every job that a stored change asked for, oldest first. */
export class RequestedJobs {
  readonly all: JobRequest[] = [];

  names(): readonly string[] {
    return this.all.map(({ name }) => name);
  }
}

/** Hides one known secret, so that a test sees whether redaction ran. */
export class FakeRedactor implements Redactor {
  static readonly SECRET = "s3cr3t-value";

  text(raw: string): Safe {
    return raw.replaceAll(FakeRedactor.SECRET, "[hidden]") as Safe;
  }

  alert(raw: Parameters<Redactor["alert"]>[0]): ReturnType<Redactor["alert"]> {
    return this.#deep(raw) as ReturnType<Redactor["alert"]>;
  }

  note(raw: Parameters<Redactor["note"]>[0]): ReturnType<Redactor["note"]> {
    return this.#deep(raw) as ReturnType<Redactor["note"]>;
  }

  event(raw: Parameters<Redactor["event"]>[0]): ReturnType<Redactor["event"]> {
    return this.#deep(raw) as ReturnType<Redactor["event"]>;
  }

  evidence(raw: Evidence<string>): Evidence {
    return this.#deep(raw) as Evidence;
  }

  #deep(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#deep(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#deep(item)]));
  }
}

export class InMemoryInbox implements Inbox {
  readonly items = new Map<string, StoredDelivery & { readonly dedupKey: string; readonly reason: string | null }>();
  readonly #jobs: RequestedJobs;

  constructor(jobs: RequestedJobs = new RequestedJobs()) {
    this.#jobs = jobs;
  }

  store(item: Parameters<Inbox["store"]>[0]): Promise<"stored" | "duplicate"> {
    const isSame = (known: { tenant: TenantId; source: string; dedupKey: string }) =>
      known.tenant === item.tenant && known.source === item.source && known.dedupKey === item.dedupKey;
    if ([...this.items.values()].some(isSame)) return Promise.resolve("duplicate");
    const id = `in-${this.items.size + 1}`;
    this.items.set(id, { ...item, id, state: "new", reason: null, waitingSinceMs: null });
    this.#jobs.all.push({ name: "delivery.process", payload: { inboxId: id } });
    return Promise.resolve("stored");
  }

  load(inboxId: string): Promise<StoredDelivery | null> {
    return Promise.resolve(this.items.get(inboxId) ?? null);
  }

  quarantine(inboxId: string, reason: string): Promise<void> {
    return this.#set(inboxId, { state: "quarantined", reason });
  }

  markProcessed(inboxId: string): Promise<void> {
    return this.#set(inboxId, { state: "processed", reason: null });
  }

  markWaiting(inboxId: string, sinceMs: EpochMs): Promise<void> {
    const item = this.items.get(inboxId);
    if (item !== undefined) this.items.set(inboxId, { ...item, waitingSinceMs: item.waitingSinceMs ?? sinceMs });
    return Promise.resolve();
  }

  #set(inboxId: string, change: { state: StoredDelivery["state"]; reason: string | null }): Promise<void> {
    const item = this.items.get(inboxId);
    if (item !== undefined) this.items.set(inboxId, { ...item, ...change });
    return Promise.resolve();
  }
}

export class InMemoryAnalyses implements AnalysisStore {
  readonly stored: StoredAnalysis[] = [];
  readonly #jobs: RequestedJobs;

  constructor(jobs: RequestedJobs = new RequestedJobs()) {
    this.#jobs = jobs;
  }

  save(item: Parameters<AnalysisStore["save"]>[0], causes: readonly JobRequest[]): Promise<"saved" | "superseded"> {
    const known = this.#of(item.incidentId);
    if (known.some(({ revision }) => revision > item.revision)) return Promise.resolve("superseded");
    if (known.length > (item.after ?? known.length)) return Promise.resolve("superseded");
    const { incidentId, revision, analysis, atMs, readAtMs = epochMs(atMs - analysis.stats.elapsedMs) } = item;
    this.stored.push({ incidentId, revision, analysis, atMs, readAtMs, sequence: known.length + 1 });
    this.#jobs.all.push(...causes);
    return Promise.resolve("saved");
  }

  latest(_tenant: TenantId, id: IncidentId): Promise<StoredAnalysis | null> {
    return Promise.resolve(this.#of(id).at(-1) ?? null);
  }

  lastTwo(_tenant: TenantId, id: IncidentId): Promise<readonly StoredAnalysis[]> {
    return Promise.resolve(this.#of(id).slice(-2).toReversed());
  }

  answeredAt(_tenant: TenantId, ids: readonly IncidentId[]): Promise<ReadonlyMap<IncidentId, EpochMs>> {
    const latest = ids.flatMap((id) => this.#of(id).at(-1) ?? []);
    return Promise.resolve(new Map(latest.map(({ incidentId, atMs }) => [incidentId, atMs])));
  }

  calls(_tenant: TenantId, ids: readonly IncidentId[]): Promise<readonly (readonly [Safe, Safe])[]> {
    const latest = ids.flatMap((id) => this.#of(id).at(-1) ?? []);
    return Promise.resolve(
      latest.flatMap(({ analysis }) => analysis.graph.map(({ caller, callee }) => [caller, callee] as const)),
    );
  }

  #of(id: IncidentId): readonly StoredAnalysis[] {
    return this.stored.filter(({ incidentId }) => incidentId === id);
  }
}

/** Keeps the latest input of each incident; refuses when it is told to. */
export class InMemoryArchive implements EvidenceArchive {
  readonly kept = new Map<IncidentId, AnalysisInput>();
  isBroken = false;

  save({ input }: Parameters<EvidenceArchive["save"]>[0]): Promise<"saved"> {
    if (this.isBroken) return Promise.reject(new Error("disk full"));
    this.kept.set(input.incident.id, input);
    return Promise.resolve("saved");
  }

  load(_tenant: TenantId, id: IncidentId): Promise<AnalysisInput | null> {
    return Promise.resolve(this.kept.get(id) ?? null);
  }
}

export class InMemoryFeedback implements FeedbackStore {
  readonly votes: Vote[] = [];
  readonly #jobs: RequestedJobs;

  constructor(jobs: RequestedJobs = new RequestedJobs()) {
    this.#jobs = jobs;
  }

  add(_tenant: TenantId, vote: Omit<Vote, "id">, causes: readonly JobRequest[]): Promise<Vote> {
    const stored = { ...vote, id: `vote-${this.votes.length + 1}` };
    this.votes.push(stored);
    this.#jobs.all.push(...causes);
    return Promise.resolve(stored);
  }

  ofIncident(_tenant: TenantId, id: IncidentId): Promise<readonly Vote[]> {
    return Promise.resolve(this.votes.filter(({ incidentId }) => incidentId === id));
  }

  all(_tenant: TenantId, limit: number): Promise<readonly Vote[]> {
    return Promise.resolve(this.votes.slice(0, limit));
  }
}

export class InMemoryWeights implements WeightsStore {
  #current: SignalWeights = NO_WEIGHTS;

  current(): Promise<SignalWeights> {
    return Promise.resolve(this.#current);
  }

  saveIfChanged(_tenant: TenantId, learned: SignalWeights["learned"]): Promise<SignalWeights> {
    const isSame = JSON.stringify(learned) === JSON.stringify(this.#current.learned);
    if (!isSame) this.#current = { version: this.#current.version + 1, learned };
    return Promise.resolve(this.#current);
  }
}

export class InMemoryMarks implements Marks {
  readonly #values = new Map<string, string>();

  get(tenant: TenantId, name: string): Promise<string | null> {
    return Promise.resolve(this.#values.get(`${tenant}/${name}`) ?? null);
  }

  set(tenant: TenantId, name: string, value: string): Promise<void> {
    this.#values.set(`${tenant}/${name}`, value);
    return Promise.resolve();
  }

  remove(tenant: TenantId, name: string): Promise<void> {
    this.#values.delete(`${tenant}/${name}`);
    return Promise.resolve();
  }

  async advance(tenant: TenantId, name: string, { fromMs, stepMs, untilMs, forgetMs }: Advance): Promise<Advanced> {
    const stored = Number(this.#values.get(`${tenant}/${name}`) ?? 0);
    const atMs = stored > fromMs + forgetMs ? fromMs : Math.max(stored, fromMs);
    const isTaken = atMs <= untilMs;
    if (isTaken) this.#values.set(`${tenant}/${name}`, String(atMs + stepMs));
    return { atMs, isTaken };
  }

  names(): readonly string[] {
    return [...this.#values.keys()];
  }
}

/** Answers the same every time. */
export function anEngine(overrides: Partial<Engine> = {}): Engine {
  return {
    analyze: ({ incident }) => anAnalysis({ incident: { ...anAnalysis().incident, id: incident.id } }),
    learn: () => [],
    changeOfMind: () => null,
    draftPostmortem: () => safe`# Draft`,
    ...overrides,
  };
}

export function anEvidencePort(name: string, evidence: Evidence): EvidencePort {
  return { name, gather: () => Promise.resolve(evidence) };
}

/** Takes every body that names an alert, from anybody whose header says "yes". */
export function anAlertSource(overrides: Partial<AlertSourcePort> = {}): AlertSourcePort {
  return {
    name: "test",
    maxBodyBytes: 1_000,
    refusedByHead: () => null,
    verify: ({ headers }) =>
      headers["x-authentic"] === "yes" ? { status: "authentic" } : { status: "refused", reason: "no-signature" },
    dedupKey: ({ headers }) => headers["x-id"] ?? null,
    parse: () => [],
    parseNotes: () => [],
    ...overrides,
  };
}
