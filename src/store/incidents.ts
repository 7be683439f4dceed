import { createHash } from "node:crypto";
import { AppError } from "../app/errors.ts";
import type { JobRequest } from "../app/jobs/catalog.ts";
import type {
  AlertFact,
  AppliedChange,
  Clock,
  IncidentChange,
  IncidentFilter,
  IncidentStore,
  NewNote,
  PersonNote,
} from "../app/ports.ts";
import { DEFAULT_TENANT, type IncidentId, type TenantId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { failpoint } from "../platform/failpoint.ts";
import { applyChange } from "./apply-change.ts";
import { attachAll } from "./attach-all.ts";
import type { Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import type { Prisma } from "./generated/client.ts";
import { storeJobs } from "./outbox-rows.ts";
import { reviveAlert, reviveIncident, reviveNote, reviveSafe } from "./revive.ts";
import { toKeyText, toStoredText } from "./stored-json.ts";
import { findVisible } from "./visible.ts";

const MAX_LISTED = 200;
const MAX_FACTS = 20_000;
/** Of a longer case: how it began, which decides where the cause is looked for. The rest is how it stands. */
const FIRST_FACTS = 1_000;
/** The newest of one incident: a sender that repeats itself must not fill every drawing. */
const MAX_NOTES = 2_000;

type Causes = (incident: Incident) => readonly JobRequest[];

/** Incidents as folds over stored alert events. */
export function createIncidentStore(db: Databases, clock: Clock): IncidentStore {
  return {
    findOpen: (tenant, scope) => findVisible(db.of(tenant), clock, { tenant, scope }),
    apply: (change: IncidentChange, causes: Causes): Promise<AppliedChange> =>
      applyChange({ db: db.of(change.tenant), clock }, change, causes),
    attachAll: (joining, causes) => attachAll(db.of(joining.tenant), clock, { joining, causes }),
    get: (tenant, id) => get(db, tenant, id),
    list: (tenant, filter) => list(db, tenant, filter),
    alerts: (tenant, id) => alerts(db, tenant, id),
    notes: (tenant, id) => notes(db, tenant, id),
    async addNote(note, causes) {
      const added = await db.of(note.tenant).$transaction((tx) => addNote(tx, clock, { note, causes }));
      failpoint("note.after-commit");
      return added;
    },
    request: (jobs) => storeJobs(db.of(DEFAULT_TENANT), DEFAULT_TENANT, { jobs, clock }),
  };
}

async function get(db: Databases, tenant: TenantId, id: IncidentId): Promise<Incident | null> {
  const row = await db.of(tenant).incidentRow.findFirst({ where: { id, tenant } });
  return row === null ? null : reviveIncident(row, tenant);
}

async function list(db: Databases, tenant: TenantId, filter: IncidentFilter): Promise<readonly Incident[]> {
  const rows = await db.of(tenant).incidentRow.findMany({
    where: { tenant, ...statusFilter(filter), ...serviceFilter(filter) },
    orderBy: [{ detectedAt: "desc" }, { id: "desc" }],
    take: Math.min(Math.max(1, filter.limit), MAX_LISTED),
  });
  return rows.map((row) => reviveIncident(row, tenant));
}

function statusFilter({ status }: IncidentFilter): Prisma.IncidentRowWhereInput {
  if (status === undefined) return {};
  return status === "open" ? { status: { not: "resolved" } } : { status };
}

function serviceFilter({ service }: IncidentFilter): Prisma.IncidentRowWhereInput {
  return service === undefined ? {} : { services: { has: toStoredText(service) } };
}

/** Of a case with more than can be read at once: the first and the newest. */
async function alerts(db: Databases, tenant: TenantId, id: IncidentId): Promise<readonly AlertFact[]> {
  const read = (order: "asc" | "desc", take: number) =>
    db.of(tenant).alertFactRow.findMany({
      where: { tenant, incidentId: id },
      orderBy: [{ occurredAt: order }, { id: order }],
      take,
    });
  const newest = await read("desc", MAX_FACTS);
  const first = newest.length < MAX_FACTS ? [] : await read("asc", FIRST_FACTS);
  const rows = [...first, ...newest.slice(0, MAX_FACTS - first.length).toReversed()];
  return rows.map((row) => ({ alert: reviveAlert(row.alert), decision: reviveSafe(row.decision) }));
}

async function notes(db: Databases, tenant: TenantId, id: IncidentId): Promise<readonly PersonNote[]> {
  const rows = await db.of(tenant).noteRow.findMany({
    where: { tenant, incidentId: id },
    orderBy: [{ at: "asc" }, { id: "asc" }],
    take: -MAX_NOTES,
  });
  return rows.map(reviveNote);
}

async function addNote(
  tx: Transaction,
  clock: Clock,
  { note, causes }: { readonly note: NewNote; readonly causes: Causes },
): Promise<PersonNote> {
  const { tenant, incidentId, actor, at, text, externalKey } = note;
  const known = externalKey === undefined ? null : await knownNote(tx, tenant, externalKey);
  if (known !== null) return known;
  const rows = await tx.incidentRow.updateManyAndReturn({
    where: { id: incidentId, tenant },
    data: { revision: { increment: 1 }, changedAt: new Date(clock.nowMs()) },
  });
  const [row] = rows;
  if (row === undefined) throw new AppError("not-found", `there is no incident ${incidentId}`);
  const stored = await tx.noteRow.create({
    data: {
      tenant,
      incidentId,
      at: new Date(at),
      actorKind: actor.kind,
      actorId: toStoredText(actor.id),
      who: toStoredText(actor.name),
      text: toStoredText(text),
      externalKey: externalKey === undefined ? null : keyOf(externalKey),
    },
  });
  await storeJobs(tx, tenant, { jobs: causes(reviveIncident(row, tenant)), clock });
  failpoint("note.before-commit");
  return reviveNote(stored);
}

/** The note under this key. Two that arrive at the same moment wait for each other here. */
async function knownNote(tx: Transaction, tenant: TenantId, externalKey: string): Promise<PersonNote | null> {
  const key = keyOf(externalKey);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`note ${tenant} ${key}`}, 2))`;
  const row = await tx.noteRow.findUnique({ where: { tenant_externalKey: { tenant, externalKey: key } } });
  return row === null ? null : reviveNote(row);
}

function keyOf(text: string): string {
  return toKeyText(text, (whole) => createHash("sha256").update(whole).digest("hex"));
}
