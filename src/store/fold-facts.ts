import type { Alert } from "../core/alert.ts";
import type { IncidentId, TenantId } from "../core/ids.ts";
import { type FoldedIncident, type Folding, foldMore, incidentOf } from "../core/incident-fold.ts";
import type { Transaction } from "./database.ts";
import { FOLDING_SCHEMA, reviveAlert, reviveFolding } from "./revive.ts";
import { toJsonText } from "./stored-json.ts";

/** As many of the newest facts stay out of what is stored, so that those which arrive a little late still come after it. */
const NEWEST_LEFT_OUT = 128;
const FACTS_AT_MOST = 2 * NEWEST_LEFT_OUT;

/**
 * The incident that all its stored facts add up to. What they add up to up to an instant is stored, so that a storm does
 * not read each fact again for each other one. The caller holds the incident's row.
 */
export async function foldFacts(tx: Transaction, tenant: TenantId, id: IncidentId): Promise<FoldedIncident> {
  const stored = await tx.incidentFoldRow.findUnique({ where: { incidentId: id, tenant } });
  const before = stored === null ? null : reviveFolding(stored.folding);
  const rows = await tx.alertFactRow.findMany({
    where: {
      tenant,
      incidentId: id,
      ...(stored === null || before === null ? {} : { occurredAt: { gt: stored.until } }),
    },
    select: { alert: true },
  });
  const facts = rows.map(({ alert }) => reviveAlert(alert));
  const untilMs = endOfOlder(facts);
  const older = foldMore(before, untilMs === null ? [] : facts.filter((fact) => fact.occurredAtMs <= untilMs));
  if (untilMs !== null) await store(tx, { tenant, id, untilMs, folding: older });
  const newest = untilMs === null ? facts : facts.filter((fact) => fact.occurredAtMs > untilMs);
  const folding = foldMore(older, newest);
  if (folding === null) throw new TypeError("an incident without alerts cannot be");
  return incidentOf(folding);
}

/** Null while the facts are few, or when too many happened at the same moment to part them by time. */
function endOfOlder(facts: readonly Alert[]): number | null {
  if (facts.length <= FACTS_AT_MOST) return null;
  const times = facts.map(({ occurredAtMs }) => occurredAtMs).toSorted((a, b) => a - b);
  const untilMs = times.at(-1 - NEWEST_LEFT_OUT) ?? null;
  return untilMs === times.at(-1) ? null : untilMs;
}

interface ToStore {
  readonly tenant: TenantId;
  readonly id: IncidentId;
  readonly untilMs: number;
  readonly folding: Folding | null;
}

async function store(tx: Transaction, { tenant, id, untilMs, folding }: ToStore): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO incident_fold (incident_id, tenant, until, folding)
    VALUES (${id}, ${tenant}, ${new Date(untilMs)}, ${toJsonText({ schema: FOLDING_SCHEMA, ...folding })}::json)
    ON CONFLICT (incident_id) DO UPDATE SET until = excluded.until, folding = excluded.folding`;
}
