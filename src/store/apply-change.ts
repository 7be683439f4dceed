import { createHash } from "node:crypto";
import { z } from "zod";
import { AppError } from "../app/errors.ts";
import type { JobRequest } from "../app/jobs/catalog.ts";
import type { AppliedChange, Clock, IncidentChange } from "../app/ports.ts";
import { type IncidentId, incidentId, SELF_WATCH_TENANT, stableHash, type TenantId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { type FoldedIncident, foldIncident } from "../core/incident-fold.ts";
import { failpoint } from "../platform/failpoint.ts";
import { type Database, isUniqueViolation, type Transaction } from "./database.ts";
import { foldFacts } from "./fold-facts.ts";
import type { IncidentRow } from "./generated/client.ts";
import { storeJobs } from "./outbox-rows.ts";
import { reviveAlert, reviveIncident } from "./revive.ts";
import { toJsonText, toJsonValue, toKeyText, toStoredText } from "./stored-json.ts";
import { findVisible } from "./visible.ts";

interface Deps {
  readonly db: Database;
  readonly clock: Clock;
}

type Causes = (incident: Incident) => readonly JobRequest[];

/** Ends a transaction whose event another process stored first: everything written so far must go again. */
class OvertakenError extends Error {}

/** As long as the case has alerts, and nobody asks for them here. */
const ONLY_WRITTEN = { fingerprints: true, groupKeys: true } as const;
type ReadIncidentRow = Omit<IncidentRow, keyof typeof ONLY_WRITTEN>;

const NextNumber = z.tuple([z.object({ number: z.bigint() })]);

/**
 * One transaction: the event, the incident folded again from all its events, the jobs that it causes.
 * An event that is stored already changes nothing; a group that another process opened first is a "conflict".
 */
export async function applyChange(deps: Deps, change: IncidentChange, causes: Causes): Promise<AppliedChange> {
  const known = await alreadyApplied(deps.db, change);
  if (known !== null) return known;
  try {
    const applied = await deps.db.$transaction((tx) => applyIn(tx, deps.clock, { change, causes }));
    return afterCommit(applied);
  } catch (error) {
    if (isUniqueViolation(error)) return { status: "conflict" };
    const overtaken = error instanceof OvertakenError ? await alreadyApplied(deps.db, change) : null;
    if (overtaken === null) throw error;
    return overtaken;
  }
}

async function alreadyApplied(db: Database, { tenant, alert }: IncidentChange): Promise<AppliedChange | null> {
  const fact = await db.alertFactRow.findUnique({
    where: { tenant_source_eventId: { tenant, source: alert.source, eventId: keyOf(alert.eventId) } },
    include: { incident: true },
  });
  if (fact === null) return null;
  return { status: "applied", incident: reviveIncident(fact.incident, tenant), changed: false };
}

async function applyIn(
  tx: Transaction,
  clock: Clock,
  { change, causes }: { readonly change: IncidentChange; readonly causes: Causes },
): Promise<AppliedChange> {
  // What is folded is what was stored, so that a later fold from the table gives the same.
  const stored = { ...change, alert: reviveAlert(JSON.parse(toJsonText(change.alert))) };
  const row =
    change.decision.kind === "open"
      ? await open(tx, clock, stored)
      : await attach(tx, clock, { change: stored, id: change.decision.incidentId });
  if (row === null) return { status: "conflict" };
  const incident = reviveIncident(row, change.tenant);
  await storeCaused(tx, change.tenant, { jobs: causes(incident), clock });
  return { status: "applied", incident, changed: true };
}

/** The last thing in a transaction that changes an incident: what the change causes. */
export async function storeCaused(
  tx: Transaction,
  tenant: TenantId,
  caused: { readonly jobs: readonly JobRequest[]; readonly clock: Clock },
): Promise<void> {
  failpoint("incident.before-jobs");
  await storeJobs(tx, tenant, caused);
  failpoint("incident.before-commit");
}

/** What was committed, with the mark of that moment. */
export function afterCommit<Result>(committed: Result): Result {
  failpoint("incident.after-commit");
  return committed;
}

/** Null when the group is open already, or another process has placed this alert meanwhile. */
async function open(tx: Transaction, clock: Clock, change: IncidentChange): Promise<ReadIncidentRow | null> {
  if (await isPlaced(tx, clock, change)) return null;
  const folded = foldIncident([change.alert]);
  if (folded === null) throw new TypeError("an incident without alerts cannot be");
  const id = await newId(tx, change);
  const openKey = folded.status === "resolved" ? null : keyOf(change.alert.groupKey);
  // The loser of a race waits here for the winner's commit, and then writes nothing.
  const [row] = await tx.incidentRow.createManyAndReturn({
    data: [{ id, tenant: change.tenant, openKey, revision: 1, ...columnsOf(folded, clock) }],
    skipDuplicates: true,
  });
  if (row === undefined) return null;
  await storeFact(tx, clock, { change, id });
  return row;
}

/** A number that people can say aloud; synthetic incidents leave those to people's. */
async function newId(tx: Transaction, { tenant, alert }: IncidentChange): Promise<IncidentId> {
  if (tenant === SELF_WATCH_TENANT) return incidentId(`SELF-${stableHash(alert.eventId)}`);
  const [{ number }] = NextNumber.parse(await tx.$queryRaw`SELECT nextval('incident_number') AS number`);
  return incidentId(`INC-${number}`);
}

/**
 * Alerts of one case arrive together and are decided on at once, by workers that do not see each other's incident yet; an
 * alert that fires and ends at the same moment, too. So whoever opens waits for the others that open what it could join,
 * and looks again. All take their locks in one order, so that two never wait for each other.
 */
async function isPlaced(tx: Transaction, clock: Clock, change: IncidentChange): Promise<boolean> {
  const { tenant, alert, opening } = change;
  const { locks, scope } = opening ?? { locks: [`fingerprint ${alert.fingerprint}`], scope: alert };
  const names = locks.map((name) => toStoredText(`open ${tenant} ${name}`)).toSorted();
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(name, 1)) FROM unnest(${names}::text[]) AS name`;
  const visible = await findVisible(tx, clock, { tenant, scope });
  if (visible.some(({ fingerprints }) => fingerprints.includes(alert.fingerprint))) return true;
  return opening !== undefined && !opening.stillOpens(visible);
}

async function attach(
  tx: Transaction,
  clock: Clock,
  { change, id }: { readonly change: IncidentChange; readonly id: IncidentId },
): Promise<ReadIncidentRow> {
  const { tenant, alert } = change;
  const found = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM incident WHERE id = ${id} AND tenant = ${tenant} FOR UPDATE`;
  if (found.length === 0) throw new AppError("not-found", `there is no incident ${id}`);
  await storeFact(tx, clock, { change, id });
  const folded = await foldFacts(tx, tenant, id);
  const openKey = folded.status === "resolved" ? null : await keepOpenKey(tx, { change, id });
  return tx.incidentRow
    .update({
      where: { id },
      data: { ...columnsOf(folded, clock), openKey, revision: { increment: 1 } },
      omit: ONLY_WRITTEN,
    })
    .catch((error: unknown) => {
      // Another incident took the group key meanwhile: the caller decides again.
      if (isUniqueViolation(error)) throw error;
      throw new Error(`incident ${id} could not be folded after an event of ${alert.source}`, { cause: error });
    });
}

/** A reopened incident takes its group key back unless a newer incident holds it by now. */
export async function keepOpenKey(
  tx: Transaction,
  { change, id }: { readonly change: Pick<IncidentChange, "tenant" | "alert">; readonly id: IncidentId },
): Promise<string | null> {
  const { openKey: current } = await tx.incidentRow.findUniqueOrThrow({ where: { id }, select: { openKey: true } });
  if (current !== null) return current;
  const openKey = keyOf(change.alert.groupKey);
  const taken = await tx.incidentRow.count({ where: { tenant: change.tenant, openKey } });
  return taken === 0 ? openKey : null;
}

async function storeFact(
  tx: Transaction,
  clock: Clock,
  { change, id }: { readonly change: IncidentChange; readonly id: IncidentId },
): Promise<void> {
  const { tenant, alert, decision } = change;
  const now = new Date(clock.nowMs());
  const written = await tx.$executeRaw`
    INSERT INTO alert_fact (tenant, source, event_id, incident_id, decision, alert, occurred_at, stored_at)
    VALUES (${tenant}, ${alert.source}, ${keyOf(alert.eventId)}, ${id}, ${`${decision.kind}: ${decision.reason}`},
            ${toJsonText(alert)}::json, ${new Date(alert.occurredAtMs)}, ${now})
    ON CONFLICT (tenant, source, event_id) DO NOTHING`;
  if (written === 0) throw new OvertakenError("another process stored this event first");
  failpoint("incident.after-fact");
}

/** What is stored of an incident beside its names and its revision. */
export function columnsOf(folded: FoldedIncident, clock: Clock) {
  const {
    startedAtMs,
    detectedAtMs,
    resolvedAtMs,
    lastAlertAtMs,
    external,
    services,
    fingerprints,
    groupKeys,
    ...same
  } = folded;
  return {
    ...same,
    startedAt: new Date(startedAtMs),
    detectedAt: new Date(detectedAtMs),
    resolvedAt: resolvedAtMs === null ? null : new Date(resolvedAtMs),
    lastAlertAt: new Date(lastAlertAtMs),
    services: [...services],
    fingerprints: [...fingerprints],
    groupKeys: [...groupKeys],
    external: external.map(toJsonValue),
    changedAt: new Date(clock.nowMs()),
  };
}

/** The key of a sender's event as it is stored. */
export function keyOf(text: string): string {
  return toKeyText(text, (long) => createHash("sha256").update(long).digest("hex"));
}
