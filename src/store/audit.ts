import type { AuditHead, AuditStore, KeptEntry } from "../app/access/audit-trail.ts";
import { type TenantId, tenantId } from "../core/ids.ts";
import type { Database, Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import type { AuditRow } from "./generated/client.ts";
import { msOf } from "./revive.ts";

/** The audit trail in PostgreSQL: rows are only added, one process at a time for each tenant. */
export function createAuditStore(db: Databases): AuditStore {
  return {
    append: (tenant, make) => db.of(tenant).$transaction((tx) => append(tx, tenant, make)),
    async read(tenant, after, limit) {
      const where = { tenant, sequence: { gt: after } };
      const rows = await db.of(tenant).auditRow.findMany({ where, orderBy: { sequence: "asc" }, take: limit });
      return rows.map(revive);
    },
    head: (tenant) => headOf(db.of(tenant), tenant),
  };
}

async function append(tx: Transaction, tenant: TenantId, make: (last: AuditHead | null) => KeptEntry): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`audit ${tenant}`}, 3))`;
  const { sequence, atMs, incident: incidentId, ...same } = make(await headOf(tx, tenant));
  await tx.auditRow.create({ data: { ...same, sequence: BigInt(sequence), at: new Date(atMs), incidentId } });
}

async function headOf(db: Database | Transaction, tenant: TenantId): Promise<AuditHead | null> {
  const row = await db.auditRow.findFirst({ where: { tenant }, orderBy: { sequence: "desc" } });
  return row === null ? null : { sequence: Number(row.sequence), hash: row.hash };
}

function revive({ tenant, sequence, at, incidentId, ...same }: AuditRow): KeptEntry {
  return {
    ...same,
    tenant: tenantId(tenant),
    sequence: Number(sequence),
    atMs: msOf(at),
    incident: incidentId,
  };
}
