import { z } from "zod";
import type { ServiceEdges } from "../app/service-edges-port.ts";
import { betterOrigin, EDGE_ORIGINS, type EdgeChange, isCounted, type KnownEdge } from "../core/graph/known-edge.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database, Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import type { ServiceEdgeRow } from "./generated/client.ts";
import { msOf, reviveSafe } from "./revive.ts";
import { toStoredText } from "./stored-json.ts";

/** Rows of one statement. */
const MAX_AT_ONCE = 5_000;
const MAX_READ = 5_000;
const MAX_KEPT_PER_TENANT = 20_000;
const Origin = z.enum(EDGE_ORIGINS);

/** Edges of the service graph in PostgreSQL, one row per direction. */
export function createServiceEdges(db: Databases): ServiceEdges {
  return {
    add: (tenant, changes) => addEdges(db.of(tenant), tenant, changes),
    async read(tenant, sinceMs) {
      const rows = await db.of(tenant).serviceEdgeRow.findMany({
        where: { tenant, lastAt: { gte: new Date(sinceMs) }, calls: { gt: 0 } },
        orderBy: [{ lastAt: "desc" }, { caller: "asc" }, { callee: "asc" }],
        take: MAX_READ,
      });
      return rows.map(revive);
    },
    async prune(olderThan) {
      const all = db.everyTenant("past-its-time");
      const { count } = await all.serviceEdgeRow.deleteMany({ where: { lastAt: { lt: new Date(olderThan) } } });
      // Names that somebody makes up are seen once; what is called all day outlives them.
      const beyond = await all.$executeRaw`
        DELETE FROM service_edge WHERE (tenant, caller, callee) IN (
          SELECT tenant, caller, callee FROM (
            SELECT tenant, caller, callee, row_number() OVER (PARTITION BY tenant ORDER BY calls DESC, last_at DESC) AS place
            FROM service_edge) AS ranked
          WHERE place > ${MAX_KEPT_PER_TENANT})`;
      return count + beyond;
    },
  };
}

/** What `ServiceEdges.add` does, also within a transaction of others. */
export async function addEdges(
  db: Database | Transaction,
  tenant: TenantId,
  changes: readonly EdgeChange[],
): Promise<void> {
  const rows = eachOnce(changes);
  for (let start = 0; start < rows.length; start += MAX_AT_ONCE) {
    await addRows(db, tenant, rows.slice(start, start + MAX_AT_ONCE));
  }
}

interface Row extends Omit<EdgeChange, "caller" | "callee"> {
  readonly caller: string;
  readonly callee: string;
}

/** One statement cannot touch a row twice; sorted, so that two processes lock rows in the same order. */
function eachOnce(changes: readonly EdgeChange[]): readonly Row[] {
  const byEnds = new Map<string, Row>();
  for (const change of changes) {
    const row = { ...change, caller: toStoredText(change.caller), callee: toStoredText(change.callee) };
    const key = `${row.caller}\u0000${row.callee}`;
    const known = byEnds.get(key);
    byEnds.set(key, known === undefined ? row : joined(known, row));
  }
  return [...byEnds].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function joined(a: Row, b: Row): Row {
  const origin = betterOrigin(a.origin, b.origin);
  const times = { firstMs: Math.min(a.firstMs, b.firstMs), lastMs: Math.max(a.lastMs, b.lastMs) };
  const isSummed = isCounted(a.origin) && isCounted(b.origin);
  if (isSummed) return { ...a, ...times, origin, calls: a.calls + b.calls, failures: a.failures + b.failures };
  return { ...(origin === a.origin ? a : b), ...times };
}

/** `trace`, `peer` and `log` were counted call by call (`isCounted`); the order of the array is that of EDGE_ORIGINS. */
async function addRows(db: Database | Transaction, tenant: TenantId, rows: readonly Row[]): Promise<void> {
  const column = <Value>(value: (row: Row) => Value) => rows.map(value);
  await db.$executeRaw`
    INSERT INTO service_edge AS kept (tenant, caller, callee, origin, calls, failures, first_at, last_at)
    SELECT ${tenant}, caller, callee, origin, calls, failures,
           to_timestamp(first_ms / 1000.0), to_timestamp(last_ms / 1000.0)
    FROM unnest(
      ${column(({ caller }) => caller)}::text[], ${column(({ callee }) => callee)}::text[],
      ${column(({ origin }) => origin)}::text[], ${column(({ calls }) => calls)}::bigint[],
      ${column(({ failures }) => failures)}::bigint[], ${column(({ firstMs }) => whole(firstMs))}::float8[],
      ${column(({ lastMs }) => whole(lastMs))}::float8[]
    ) AS came (caller, callee, origin, calls, failures, first_ms, last_ms)
    ON CONFLICT (tenant, caller, callee) DO UPDATE SET
      calls = CASE
        WHEN EXCLUDED.origin IN ('trace', 'peer', 'log') AND kept.origin IN ('trace', 'peer', 'log')
          THEN GREATEST(0, kept.calls + EXCLUDED.calls)
        WHEN EXCLUDED.origin IN ('trace', 'peer', 'log') THEN EXCLUDED.calls
        WHEN kept.origin IN ('trace', 'peer', 'log') THEN kept.calls
        ELSE GREATEST(kept.calls, EXCLUDED.calls) END,
      failures = CASE
        WHEN EXCLUDED.origin IN ('trace', 'peer', 'log') AND kept.origin IN ('trace', 'peer', 'log')
          THEN GREATEST(0, kept.failures + EXCLUDED.failures)
        WHEN EXCLUDED.origin IN ('trace', 'peer', 'log') THEN EXCLUDED.failures
        ELSE kept.failures END,
      origin = CASE
        WHEN array_position(ARRAY['trace', 'peer', 'log', 'given', 'incident', 'mention'], EXCLUDED.origin)
           < array_position(ARRAY['trace', 'peer', 'log', 'given', 'incident', 'mention'], kept.origin)
          THEN EXCLUDED.origin
        ELSE kept.origin END,
      first_at = LEAST(kept.first_at, EXCLUDED.first_at),
      last_at = GREATEST(kept.last_at, EXCLUDED.last_at)`;
}

function whole(ms: number): number {
  return Number.isFinite(ms) ? Math.round(ms) : 0;
}

function revive({ caller, callee, origin, calls, failures, firstAt, lastAt }: ServiceEdgeRow): KnownEdge {
  const witness = Origin.catch("mention").parse(origin);
  return {
    caller: reviveSafe(caller),
    callee: reviveSafe(callee),
    origin: witness,
    calls: Number(calls),
    failures: isCounted(witness) ? Math.max(0, Number(failures)) : null,
    firstMs: msOf(firstAt),
    lastMs: msOf(lastAt),
  };
}
