import { z } from "zod";
import { AppError } from "../app/errors.ts";
import type { JobRequest } from "../app/jobs/catalog.ts";
import type { AnalysisStore, Clock, NewAnalysis, StoredAnalysis } from "../app/ports.ts";
import { incidentId as asIncidentId, type IncidentId, type TenantId } from "../core/ids.ts";
import { storedSafe } from "../core/safe.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import { storeJobs } from "./outbox-rows.ts";
import { msOf, reviveStoredAnalysis } from "./revive.ts";
import { toJsonText } from "./stored-json.ts";

/** Every answer that was given, in the order it was given. */
export function createAnalysisStore(db: Databases, clock: Clock): AnalysisStore {
  return {
    async save(item, causes) {
      const saved = await db.of(item.tenant).$transaction((tx) => save(tx, clock, { item, causes }));
      failpoint("analysis.after-commit");
      return saved;
    },
    latest: async (tenant, id) => (await latestFew(db, { tenant, id, take: 1 }))[0] ?? null,
    lastTwo: (tenant, id) => latestFew(db, { tenant, id, take: 2 }),
    async answeredAt(tenant, ids) {
      const rows = await db.of(tenant).$queryRaw`
        SELECT DISTINCT ON (incident_id) incident_id AS id, at FROM analysis
        WHERE tenant = ${tenant} AND incident_id = ANY(${[...ids]}::text[]) ORDER BY incident_id, sequence DESC`;
      return new Map(Answered.parse(rows).map(({ id, at }) => [asIncidentId(id), msOf(at)]));
    },
    async calls(tenant, ids) {
      // Whole answers are large, and only this part of them is wanted.
      const rows = await db.of(tenant).$queryRaw`
        SELECT DISTINCT ON (incident_id) document -> 'graph' AS graph FROM analysis
        WHERE tenant = ${tenant} AND incident_id = ANY(${[...ids]}::text[]) ORDER BY incident_id, sequence DESC`;
      return Graphs.parse(rows).flatMap(({ graph }) => graph.map(({ caller, callee }) => [caller, callee] as const));
    },
  };
}

const Answered = z.array(z.object({ id: z.string(), at: z.date() }));
const Name = z.string().transform(storedSafe);
const Graphs = z.array(z.object({ graph: z.array(z.object({ caller: Name, callee: Name })) }));

async function save(
  tx: Transaction,
  clock: Clock,
  { item, causes }: { readonly item: NewAnalysis; readonly causes: readonly JobRequest[] },
): Promise<"saved" | "superseded"> {
  const { tenant, incidentId, revision, after, analysis, atMs, readAtMs = null } = item;
  // Two investigations may end together; the incident's row makes them take turns.
  const found = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM incident WHERE id = ${incidentId} AND tenant = ${tenant} FOR UPDATE`;
  if (found.length === 0) throw new AppError("not-found", `there is no incident ${incidentId}`);
  const { _max: newest } = await tx.analysisRow.aggregate({
    where: { tenant, incidentId },
    _max: { revision: true, sequence: true },
  });
  const sequence = newest.sequence ?? 0;
  if ((newest.revision ?? 0) > revision || sequence > (after ?? sequence)) return "superseded";
  await tx.$executeRaw`
    INSERT INTO analysis (tenant, incident_id, revision, sequence, at, read_at, document)
    VALUES (${tenant}, ${incidentId}, ${revision}, ${sequence + 1}, ${new Date(atMs)},
            ${readAtMs === null ? null : new Date(readAtMs)}, ${toJsonText(analysis)}::json)`;
  await storeJobs(tx, tenant, { jobs: causes, clock });
  failpoint("analysis.before-commit");
  return "saved";
}

async function latestFew(
  db: Databases,
  { tenant, id, take }: { readonly tenant: TenantId; readonly id: IncidentId; readonly take: number },
): Promise<readonly StoredAnalysis[]> {
  const rows = await db.of(tenant).analysisRow.findMany({
    where: { tenant, incidentId: id },
    orderBy: { sequence: "desc" },
    take,
  });
  return rows.map((row) => reviveStoredAnalysis(row, id));
}
