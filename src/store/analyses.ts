import { AppError } from "../app/errors.ts";
import type { JobRequest } from "../app/jobs/catalog.ts";
import type { AnalysisStore, Clock, NewAnalysis, StoredAnalysis } from "../app/ports.ts";
import type { IncidentId, TenantId } from "../core/ids.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Database, Transaction } from "./database.ts";
import { storeJobs } from "./outbox-rows.ts";
import { reviveStoredAnalysis } from "./revive.ts";
import { toJsonText } from "./stored-json.ts";

/** Every answer that was given, in the order it was given. */
export function createAnalysisStore(db: Database, clock: Clock): AnalysisStore {
  return {
    async save(item, causes) {
      const saved = await db.$transaction((tx) => save(tx, clock, { item, causes }));
      failpoint("analysis.after-commit");
      return saved;
    },
    latest: (tenant, id) => nth(db, { tenant, id, skip: 0 }),
    previous: (tenant, id) => nth(db, { tenant, id, skip: 1 }),
  };
}

async function save(
  tx: Transaction,
  clock: Clock,
  { item, causes }: { readonly item: NewAnalysis; readonly causes: readonly JobRequest[] },
): Promise<"saved" | "superseded"> {
  const { tenant, incidentId, revision, after, analysis, atMs } = item;
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
    INSERT INTO analysis (tenant, incident_id, revision, sequence, at, document)
    VALUES (${tenant}, ${incidentId}, ${revision}, ${sequence + 1}, ${new Date(atMs)},
            ${toJsonText(analysis)}::json)`;
  await storeJobs(tx, tenant, { jobs: causes, clock });
  failpoint("analysis.before-commit");
  return "saved";
}

async function nth(
  db: Database,
  { tenant, id, skip }: { readonly tenant: TenantId; readonly id: IncidentId; readonly skip: number },
): Promise<StoredAnalysis | null> {
  const row = await db.analysisRow.findFirst({
    where: { tenant, incidentId: id },
    orderBy: { sequence: "desc" },
    skip,
  });
  return row === null ? null : reviveStoredAnalysis(row, id);
}
