import type { Clock } from "../app/ports.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database, Transaction } from "./database.ts";
import type { IncidentRow } from "./generated/client.ts";

const MAX_VISIBLE = 2_000;

const RESOLVED_VISIBLE_MS = 60 * 60_000;

/** Open incidents and those that ended less than an hour ago, so that late events find them; the newest 2,000. */
export function findVisible(db: Database | Transaction, clock: Clock, tenant: TenantId): Promise<IncidentRow[]> {
  return db.incidentRow.findMany({
    where: { tenant, ...visibleToCorrelation(clock) },
    orderBy: [{ detectedAt: "desc" }, { id: "asc" }],
    take: MAX_VISIBLE,
  });
}

function visibleToCorrelation(clock: Clock) {
  // "When we learned of it", not "when it ended": a replayed or late resolution is as fresh as a live one.
  const recently = new Date(clock.nowMs() - RESOLVED_VISIBLE_MS);
  return { OR: [{ status: { not: "resolved" } }, { changedAt: { gt: recently } }] };
}
