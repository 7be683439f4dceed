import { z } from "zod";
import type { PostmortemDocument } from "../app/people-ports.ts";
import type { VotedClaim } from "../app/ports.ts";
import type { Alert } from "../core/alert.ts";
import type { Analysis } from "../core/analysis.ts";
import type { CorrectionFact } from "../core/corrections/correction.ts";
import type { Event } from "../core/event.ts";
import { alertFingerprint, type EventId, epochMs, hypothesisId, type IncidentId, incidentId } from "../core/ids.ts";
import type { ExternalIncident, Incident, OpenIncident } from "../core/incident.ts";
import type { Folding } from "../core/incident-fold.ts";
import type { LearnedWeight } from "../core/learning/weights.ts";
import { type Safe, storedSafe } from "../core/safe.ts";
import type { AnalysisRow, CorrectionRow, IncidentRow, NoteRow, PostmortemRow, VoteRow } from "./generated/client.ts";

// What comes back from our own tables, given its types again. Text was Safe when it was written; nothing else writes here.

const Stored = z.string().transform(storedSafe);
const StoredOrNull = Stored.nullable();
const Instant = z.number().int().transform(epochMs);
const Severity = z.enum(["critical", "error", "warning", "info"]);
const Status = z.enum(["triggered", "acknowledged", "resolved"]);

const StoredAlert = z.object({
  source: z.string(),
  eventId: z.string(),
  fingerprint: z.string().transform(alertFingerprint),
  groupKey: z.string(),
  externalId: z.string().nullable(),
  status: z.enum(["firing", "acknowledged", "resolved"]),
  severity: Severity,
  title: Stored,
  service: StoredOrNull,
  startedAtMs: Instant,
  occurredAtMs: Instant,
  url: StoredOrNull,
  by: StoredOrNull,
  labels: z.record(z.string(), z.union([Stored, z.number(), z.boolean()])).exactOptional(),
});

const StoredExternal = z.array(z.object({ source: z.string(), externalId: z.string(), url: StoredOrNull }));
const StoredClaim = z.object({
  causeKind: z.string(),
  causeService: StoredOrNull,
  alertedService: StoredOrNull,
  summary: Stored,
});
const StoredVerdict = z.enum(["yes", "no", "withdrawn"]);
const StoredState = z.enum(["pending", "sending", "posted", "settling", "ambiguous", "failed"]);
const StoredEventId = z.custom<EventId>((value) => typeof value === "string" && value.length > 0);
const StoredRow = z.object({ eventIds: z.array(StoredEventId), atMs: Instant, text: Stored });
const StoredCorrection = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("row-time"), row: StoredRow, toMs: Instant }),
  z.object({ kind: z.literal("row-text"), row: StoredRow, text: Stored }),
  z.object({ kind: z.literal("row-irrelevant"), row: StoredRow }),
  z.object({ kind: z.literal("note-removed"), noteId: z.string(), text: Stored }),
  z.object({
    kind: z.literal("cause-stated"),
    stated: z.enum(["change", "dependency", "infrastructure", "configuration", "load", "not-an-incident", "not-known"]),
    text: StoredOrNull,
    hypothesisId: z.string().transform(hypothesisId).nullable(),
    isCause: z.boolean(),
  }),
  z.object({ kind: z.literal("status-update"), text: Stored }),
  z.object({ kind: z.literal("link"), url: Stored, title: Stored }),
  z.object({ kind: z.literal("undo"), of: z.string() }),
]);
const StoredActorKind = z.enum(["slack-user", "web-user", "mcp-client", "webhook", "cli", "job"]);
const StoredDeliveryState = z.enum(["new", "processed", "quarantined"]);

/** Raised when `Folding` changes: what another version stored is not read, and is made anew. */
export const FOLDING_SCHEMA = "traceops.folding/v1";
// Large documents that only our engine writes: the version tag is checked, the rest is trusted.
const StoredAnalysis = z.custom<Analysis>((value) => hasField(value, "schema", "traceops.analysis/v1"));
const StoredFolding = z.custom<Folding>((value) => hasField(value, "schema", FOLDING_SCHEMA));
const StoredLearned = z.custom<readonly LearnedWeight[]>((value) => Array.isArray(value));
const StoredEvent = z.custom<Event>((value) => hasField(value, "atNs"));
const PackedEvent = z.looseObject({
  kind: z.string(),
  atNs: z.string(),
  observedNs: z.string().nullable(),
  durationNs: z.string().optional(),
});

export const reviveSafe = (text: string): Safe => storedSafe(text);
export const reviveAlert = (value: unknown): Alert => StoredAlert.parse(value);
export const reviveExternal = (value: unknown): readonly ExternalIncident[] => StoredExternal.parse(value);
export const reviveAnalysis = (value: unknown): Analysis => StoredAnalysis.parse(value);
export const reviveFolding = (value: unknown): Folding | null => StoredFolding.safeParse(value).data ?? null;
export const reviveLearned = (value: unknown): readonly LearnedWeight[] => StoredLearned.parse(value);
export const reviveClaim = (value: unknown): VotedClaim => StoredClaim.parse(value);
export const reviveVerdict = (value: unknown) => StoredVerdict.parse(value);
export const reviveMessageState = (value: unknown) => StoredState.parse(value);
export const reviveDeliveryState = (value: unknown) => StoredDeliveryState.parse(value);

/** An event out of a packed batch: instants become bigints again. */
export function reviveEvent(value: unknown): Event {
  const packed = PackedEvent.parse(value);
  return StoredEvent.parse({
    ...packed,
    atNs: BigInt(packed.atNs),
    observedNs: packed.observedNs === null ? null : BigInt(packed.observedNs),
    ...(packed.durationNs === undefined ? {} : { durationNs: BigInt(packed.durationNs) }),
  });
}

/** The incident that a row describes. */
export function reviveIncident(
  row: Omit<IncidentRow, "fingerprints" | "groupKeys">,
  tenant: Incident["tenant"],
): Incident {
  return {
    id: incidentId(row.id),
    tenant,
    title: storedSafe(row.title),
    service: safeOrNull(row.service),
    severity: Severity.parse(row.severity),
    status: Status.parse(row.status),
    startedAtMs: msOf(row.startedAt),
    detectedAtMs: msOf(row.detectedAt),
    acknowledgedBy: safeOrNull(row.acknowledgedBy),
    resolvedAtMs: row.resolvedAt === null ? null : msOf(row.resolvedAt),
    reopened: row.reopened,
    alertCount: row.alertCount,
    services: row.services.map(storedSafe),
    external: reviveExternal(row.external),
    revision: row.revision,
  };
}

const OpenIncidents = z.array(
  z.object({
    id: z.string(),
    service: z.string().nullable(),
    services: z.array(z.string()),
    fingerprints: z.array(z.string()),
    groupKeys: z.array(z.string()),
    lastAlertAt: z.date(),
    status: Status,
  }),
);

/** What correlation sees of rows. */
export function reviveOpenIncidents(rows: unknown): readonly OpenIncident[] {
  return OpenIncidents.parse(rows).map(({ id, service, services, fingerprints, lastAlertAt, ...same }) => ({
    ...same,
    id: incidentId(id),
    service: safeOrNull(service),
    services: services.map(storedSafe),
    fingerprints: fingerprints.map(alertFingerprint),
    lastAlertAtMs: msOf(lastAlertAt),
  }));
}

/** A stored answer with where it stands. */
export function reviveStoredAnalysis(row: AnalysisRow, id: IncidentId) {
  const analysis = reviveAnalysis(row.document);
  const atMs = msOf(row.at);
  // Answers of earlier versions do not say when their sources were read: not before they were begun.
  const readAtMs = row.readAt === null ? epochMs(atMs - analysis.stats.elapsedMs) : msOf(row.readAt);
  return { incidentId: id, revision: row.revision, sequence: row.sequence, atMs, readAtMs, analysis };
}

/** A vote as it was given. */
export function reviveVote(row: VoteRow) {
  return {
    id: row.id.toString(),
    incidentId: incidentId(row.incidentId),
    hypothesisId: hypothesisId(row.hypothesisId),
    verdict: reviveVerdict(row.verdict),
    actorId: row.actorId,
    actorName: storedSafe(row.actorName),
    atMs: msOf(row.at),
    claim: reviveClaim(row.claim),
  };
}

/** What a person wrote. */
export function reviveNote(row: NoteRow) {
  return {
    id: row.id.toString(),
    actorKind: StoredActorKind.parse(row.actorKind),
    actorId: row.actorId,
    atMs: msOf(row.at),
    who: storedSafe(row.who),
    text: storedSafe(row.text),
  };
}

/** What a person corrected. */
export function reviveCorrection(row: CorrectionRow): CorrectionFact {
  return {
    id: row.id.toString(),
    atMs: msOf(row.at),
    actorId: row.actorId,
    who: storedSafe(row.actorName),
    correction: StoredCorrection.parse(row.document),
  };
}

/** One version of a postmortem. */
export function revivePostmortem(row: PostmortemRow): PostmortemDocument {
  const { canvasPlace: place, canvasId: id } = row;
  return {
    incidentId: incidentId(row.incidentId),
    version: row.version,
    generated: storedSafe(row.generated),
    text: storedSafe(row.text),
    editedBy: safeOrNull(row.editedBy),
    atMs: msOf(row.at),
    canvas: place === null || id === null ? null : { place, id },
  };
}

/** Milliseconds of a database instant. */
export function msOf(at: Date) {
  return epochMs(at.getTime());
}

function safeOrNull(text: string | null): Safe | null {
  return text === null ? null : storedSafe(text);
}

function hasField(value: unknown, name: string, expected?: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  const found: unknown = Reflect.get(value, name);
  return expected === undefined ? found !== undefined : found === expected;
}
