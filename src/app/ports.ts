import type { Alert, AlertStatus } from "../core/alert.ts";
import type { Analysis } from "../core/analysis.ts";
import type { AnalysisInput } from "../core/analyze.ts";
import type { RecordBatch } from "../core/columns/record-batch.ts";
import type { CorrelationDecision } from "../core/correlation/correlate.ts";
import type { Joining } from "../core/correlation/place-together.ts";
import type { CorrelationScope } from "../core/correlation/scope.ts";
import type { Event } from "../core/event.ts";
import type { Evidence, EvidenceQuery } from "../core/evidence.ts";
import type { EpochMs, HypothesisId, IncidentId, TenantId } from "../core/ids.ts";
import type { Incident, IncidentStatus, OpenIncident } from "../core/incident.ts";
import type { SignalWeights } from "../core/learning/weights.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { KeptDelivery } from "./delivery.ts";
import type { JobRequest } from "./jobs/catalog.ts";

export interface Clock {
  nowMs(): EpochMs;
}

/** Facts as fields, a static message. Never payloads or secrets. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Raw webhooks, durable before they are acknowledged. Storing and asking for `delivery.process` is one transaction. */
export interface Inbox {
  store(item: {
    tenant: TenantId;
    source: string;
    dedupKey: string;
    delivery: KeptDelivery;
  }): Promise<"stored" | "duplicate">;
  load(inboxId: string): Promise<StoredDelivery | null>;
  quarantine(inboxId: string, reason: string): Promise<void>;
  markProcessed(inboxId: string): Promise<void>;
  /** Keeps when it began to wait, over restarts of workers; a later time changes nothing. */
  markWaiting(inboxId: string, sinceMs: EpochMs): Promise<void>;
}

export interface StoredDelivery {
  readonly id: string;
  readonly tenant: TenantId;
  readonly source: string;
  readonly delivery: KeptDelivery;
  readonly state: "new" | "processed" | "quarantined";
  /** Since when it waits for the first look at a case beside it; null when it never had to. */
  readonly waitingSinceMs: EpochMs | null;
}

/** One stored alert with what was decided about it. */
export interface AlertFact {
  readonly alert: Alert;
  readonly decision: Safe;
}

export interface IncidentChange {
  readonly tenant: TenantId;
  readonly decision: Exclude<CorrelationDecision, { readonly kind: "ignore" }>;
  readonly alert: Alert;
  /** For "open": what has to hold while nobody else opens one that this alert could join. */
  readonly opening?: Opening;
}

/** Alerts that join an incident together. */
export interface JoiningAlerts extends Joining {
  readonly tenant: TenantId;
}

export interface Opening {
  /** Whoever holds one of these names opens at this moment. */
  readonly locks: readonly string[];
  /** Of these incidents it is asked again whether the alert still has no other place. */
  readonly scope: CorrelationScope;
  readonly stillOpens: (open: readonly OpenIncident[]) => boolean;
}

export type AppliedChange =
  /** `changed` is false when this very event was applied before. Jobs are stored only when it changed something. */
  | { readonly status: "applied"; readonly incident: Incident; readonly changed: boolean }
  /** Another process opened an incident that this alert belongs to first: read again and decide again. */
  | { readonly status: "conflict" };

export interface IncidentFilter {
  readonly status?: IncidentStatus | "open";
  readonly service?: string;
  /** At most 200. */
  readonly limit: number;
}

/** Incidents as folds over stored facts. Every change raises the revision and carries the jobs it causes. */
export interface IncidentStore {
  /** Open ones and those resolved less than an hour ago; with a scope only those in it. The newest 2,000. */
  findOpen(tenant: TenantId, scope?: CorrelationScope): Promise<readonly OpenIncident[]>;
  /** One transaction: the fact, the incident folded again from all its facts, the jobs from `causes(incident)`. */
  apply(change: IncidentChange, causes: (incident: Incident) => readonly JobRequest[]): Promise<AppliedChange>;
  /**
   * The same for many events that join one incident, in one transaction: it is folded once. Those that were stored before
   * change nothing; gives how many were not. Rejects as a whole.
   */
  attachAll(
    joining: JoiningAlerts,
    causes: (incident: Incident, fresh: readonly Alert[]) => readonly JobRequest[],
  ): Promise<number>;
  get(tenant: TenantId, id: IncidentId): Promise<Incident | null>;
  list(tenant: TenantId, filter: IncidentFilter): Promise<readonly Incident[]>;
  /** By their time; of more than 20,000 the first 1,000 and the newest. */
  alerts(tenant: TenantId, id: IncidentId): Promise<readonly AlertFact[]>;
  notes(tenant: TenantId, id: IncidentId): Promise<readonly PersonNote[]>;
  /** With a known external key it adds nothing, causes nothing and gives the stored note. */
  addNote(note: NewNote, causes: (incident: Incident) => readonly JobRequest[]): Promise<PersonNote>;
  /** Asks for jobs without another change, for example a new look at an incident. */
  request(jobs: readonly JobRequest[]): Promise<void>;
}

export interface NewNote {
  readonly tenant: TenantId;
  readonly incidentId: IncidentId;
  readonly actor: Actor;
  /** When what the note tells happened. */
  readonly at: EpochMs;
  readonly text: Safe;
  /** Of a note that came from elsewhere: a second one with this key adds nothing. */
  readonly externalKey?: string;
}

export interface PersonNote {
  readonly id: string;
  readonly actorKind: Actor["kind"];
  readonly actorId: string;
  readonly atMs: EpochMs;
  readonly who: Safe;
  readonly text: Safe;
}

export interface StoredAnalysis {
  readonly incidentId: IncidentId;
  readonly revision: number;
  readonly sequence: number;
  readonly atMs: EpochMs;
  /** When the sources began to be asked for what it rests on; an answer that was thought again keeps that of the look before. */
  readonly readAtMs: EpochMs;
  readonly analysis: Analysis;
}

export interface NewAnalysis {
  readonly tenant: TenantId;
  readonly incidentId: IncidentId;
  readonly revision: number;
  readonly analysis: Analysis;
  readonly atMs: EpochMs;
  /** Left out by who asked no source: then it is when the answer was begun. */
  readonly readAtMs?: EpochMs;
  /** Sequence of the newest answer when the investigation began, 0 for none: the fence against whoever answered meanwhile. */
  readonly after?: number;
}

export interface AnalysisStore {
  /** One transaction with the jobs it causes. "superseded": an analysis of a higher revision or after the fence is stored already. */
  save(item: NewAnalysis, causes: readonly JobRequest[]): Promise<"saved" | "superseded">;
  latest(tenant: TenantId, id: IncidentId): Promise<StoredAnalysis | null>;
  /** When the latest answer of each was given; without those that have none. */
  answeredAt(tenant: TenantId, ids: readonly IncidentId[]): Promise<ReadonlyMap<IncidentId, EpochMs>>;
  /** Who calls whom [caller, callee] in the latest answers. */
  calls(tenant: TenantId, ids: readonly IncidentId[]): Promise<readonly (readonly [Safe, Safe])[]>;
  /** The latest answer and the one before it, to tell what changed; fewer when there are no more. */
  lastTwo(tenant: TenantId, id: IncidentId): Promise<readonly StoredAnalysis[]>;
}

export type VoteVerdict = "yes" | "no" | "withdrawn";

/** An immutable fact. The valid vote of a person on a hypothesis is the latest; undo is one more fact, "withdrawn". */
export interface Vote {
  readonly id: string;
  readonly incidentId: IncidentId;
  readonly hypothesisId: HypothesisId;
  readonly verdict: VoteVerdict;
  readonly actorId: string;
  readonly actorName: Safe;
  readonly atMs: EpochMs;
  /** What was voted on, kept so that learning never depends on an old analysis. */
  readonly claim: VotedClaim;
}

export interface VotedClaim {
  readonly causeKind: string;
  readonly causeService: Safe | null;
  readonly alertedService: Safe | null;
  readonly summary: Safe;
}

export interface FeedbackStore {
  add(tenant: TenantId, vote: Omit<Vote, "id">, causes: readonly JobRequest[]): Promise<Vote>;
  /** Every vote of an incident, oldest first. */
  ofIncident(tenant: TenantId, id: IncidentId): Promise<readonly Vote[]>;
  /** Every vote of the tenant, oldest first, at most `limit`. */
  all(tenant: TenantId, limit: number): Promise<readonly Vote[]>;
}

export interface WeightsStore {
  current(tenant: TenantId): Promise<SignalWeights>;
  /** Stores the next version when the learned weights differ from the current ones; returns what is current afterwards. */
  saveIfChanged(tenant: TenantId, learned: SignalWeights["learned"], at: EpochMs): Promise<SignalWeights>;
}

/** Events that applications pushed to us, kept for a bounded time. */
export interface PushedEvents {
  append(tenant: TenantId, events: readonly Event[]): Promise<void>;
  /** In order of time, at most `limit`. */
  read(tenant: TenantId, range: { fromMs: EpochMs; toMs: EpochMs; limit: number }): Promise<readonly Event[]>;
  /** Removes what is older; returns how many batches went. */
  prune(olderThan: EpochMs): Promise<number>;
}

/**
 * Raw records in append-only files: what applications send at the speed of an outage. They are stored as they came and
 * redacted whenever they are read, so they stay on the machines of this install.
 */
export interface EventSegments {
  /**
   * Resolves when every row is on disk by the stated fsync policy; rejects with `UnavailableError` when it cannot be taken
   * now. A batch is taken whole or not at all.
   */
  append(tenant: TenantId, batch: RecordBatch): Promise<void>;
  /**
   * Records of a range, of all processes that wrote to this place. Up to `limit` logs come one by one; of more, the
   * telling ones are kept and the others counted (`LogEvent.repeats`).
   */
  read(tenant: TenantId, range: SegmentRange, signal: AbortSignal): Promise<SegmentReading>;
  /** Removes what is older than the retention, or the oldest while there is more than the allowed size. Returns removed bytes. */
  prune(nowMs: EpochMs): Promise<number>;
  /** Writes out and closes; later appends are refused. */
  close(): Promise<void>;
}

export interface SegmentRange {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly limit: number;
}

export interface SegmentReading {
  readonly events: readonly Event<string>[];
  /** Records found in the range. */
  readonly read: number;
  /** What could not be read or is no longer kept, in one sentence; null when there is nothing to say. */
  readonly partial: string | null;
}

/** What an answer was computed from, kept so that it can be thought again: the latest of each incident. */
export interface EvidenceArchive {
  /** "too-large" keeps nothing: a limit bounds what one incident may take. */
  save(item: { tenant: TenantId; input: AnalysisInput }): Promise<"saved" | "too-large">;
  load(tenant: TenantId, id: IncidentId): Promise<AnalysisInput | null>;
}

/** A place to look, with its own deadline and redaction already around it. Never throws. */
export interface EvidencePort {
  readonly name: string;
  /** True when it may tell of changes: only such a source is asked "what changed?". */
  readonly tellsChanges?: boolean;
  gather(query: EvidenceQuery, signal: AbortSignal): Promise<Evidence>;
}

/** Positions of pollers and other small durable marks. */
export interface Marks {
  get(tenant: TenantId, name: string): Promise<string | null>;
  set(tenant: TenantId, name: string, value: string): Promise<void>;
  remove(tenant: TenantId, name: string): Promise<void>;
  /** Gives the next free time of a mark that is a time, and moves it on behind that; one step at a time over all processes. */
  advance(tenant: TenantId, name: string, by: Advance): Promise<Advanced>;
}

/** How a time moves on. All in ms. */
export interface Advance {
  /** The next free time is the stored one, but not before this. */
  readonly fromMs: number;
  readonly stepMs: number;
  /** A later one is not taken. */
  readonly untilMs: number;
  /** A stored time more than this after `fromMs` was written by a wrong clock, and does not count. */
  readonly forgetMs: number;
}

export interface Advanced {
  readonly atMs: number;
  /** False: it was later than `untilMs`, and nothing moved. */
  readonly isTaken: boolean;
}

/** One logical outbound message (a card, a reply, a note) and how far it got. See "effectively once" in ARCHITECTURE.md. */
export interface OutboundMessage {
  readonly id: string;
  readonly key: MessageKey;
  readonly state: "pending" | "sending" | "posted" | "settling" | "ambiguous" | "failed";
  /** Goes out with the message, so that a lost answer can be looked up. */
  readonly nonce: string;
  readonly attempt: number;
  readonly attemptAtMs: EpochMs | null;
  /** When the receiver is surely done with the last attempt; null when only the usual patience can tell. */
  readonly settlesAtMs: EpochMs | null;
  /** Where it stands: channel and timestamp, or the note's id. */
  readonly remote: { readonly place: string; readonly id: string } | null;
  /** Hash of what was last drawn; equal = nothing to send. */
  readonly bodyHash: string | null;
  readonly lookups: number;
  /** Why the receiver refused what was last to be said, for the alarm in `doctor`; null when it stands as drawn. */
  readonly problem: string | null;
}

export interface MessageKey {
  readonly tenant: TenantId;
  readonly incidentId: IncidentId;
  readonly surface: string;
  /** "root", "timeline", "hypotheses", "change", "note", "person-note", "postmortem". */
  readonly kind: string;
  readonly ordinal: number;
}

export interface OutboundMessages {
  /** The row of this logical message; made as "pending" when it is not there. */
  open(key: MessageKey): Promise<OutboundMessage>;
  /** Conditional on the state, attempt and body hash that the caller saw; false = somebody else moved it. */
  move(
    message: OutboundMessage,
    to: Partial<
      Pick<
        OutboundMessage,
        "state" | "nonce" | "attempt" | "attemptAtMs" | "settlesAtMs" | "remote" | "bodyHash" | "lookups" | "problem"
      >
    >,
  ): Promise<boolean>;
  ofIncident(tenant: TenantId, incidentId: IncidentId, surface: string): Promise<readonly OutboundMessage[]>;
  /** The message that stands there; null when it is none of ours. */
  at(
    tenant: TenantId,
    surface: string,
    remote: { readonly place: string; readonly id: string },
  ): Promise<OutboundMessage | null>;
  /** Messages that cannot go on without a person: refused, or with an outcome that nobody can find out; newest first. */
  stuck(tenant: TenantId, surface: string, limit: number): Promise<readonly OutboundMessage[]>;
}

/** Acts in the sender's system in a person's name. Only ever on a person's click. */
export interface IncidentSender {
  readonly source: string;
  /** Done also when it was so already. */
  setStatus(externalId: string, status: Exclude<AlertStatus, "firing">, actor: Actor): Promise<SenderOutcome>;
  /** Who is called first for a service right now, within 5 s; null when that could not be found out. */
  onCall?(service: string): Promise<readonly Safe[] | null>;
}

export type SenderOutcome =
  /** The remark tells the person what was special, for example that somebody else's name stands there. */
  { readonly status: "done"; readonly remark?: Safe } | { readonly status: "refused"; readonly because: Safe };
