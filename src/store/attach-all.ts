import { AppError } from "../app/errors.ts";
import type { JobRequest } from "../app/jobs/catalog.ts";
import type { Clock, JoiningAlerts } from "../app/ports.ts";
import type { Alert } from "../core/alert.ts";
import type { Incident } from "../core/incident.ts";
import { afterCommit, columnsOf, keepOpenKey, keyOf, storeCaused } from "./apply-change.ts";
import type { Database, Transaction } from "./database.ts";
import { foldFacts } from "./fold-facts.ts";
import { reviveIncident } from "./revive.ts";
import { toJsonText } from "./stored-json.ts";

type Causes = (incident: Incident, fresh: readonly Alert[]) => readonly JobRequest[];

interface Asked {
  readonly joining: JoiningAlerts;
  readonly causes: Causes;
}

/** One transaction for many events of one incident: what is new among them, folded once, with the jobs that it causes. */
export async function attachAll(db: Database, clock: Clock, asked: Asked): Promise<number> {
  return afterCommit(await db.$transaction((tx) => attachIn(tx, clock, asked)));
}

async function attachIn(tx: Transaction, clock: Clock, { joining, causes }: Asked): Promise<number> {
  const { tenant, incidentId: id } = joining;
  const found = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM incident WHERE id = ${id} AND tenant = ${tenant} FOR UPDATE`;
  if (found.length === 0) throw new AppError("not-found", `there is no incident ${id}`);
  const stored = await storeFacts(tx, clock, joining);
  const fresh = joining.placed.flatMap(({ alert }) =>
    stored.has(`${alert.source} ${keyOf(alert.eventId)}`) ? [alert] : [],
  );
  const alert = fresh.find(({ status }) => status === "firing") ?? fresh[0];
  if (alert === undefined) return 0;
  const folded = await foldFacts(tx, tenant, id);
  const openKey = folded.status === "resolved" ? null : await keepOpenKey(tx, { change: { tenant, alert }, id });
  const row = await tx.incidentRow.update({
    where: { id },
    data: { ...columnsOf(folded, clock), openKey, revision: { increment: 1 } },
  });
  await storeCaused(tx, tenant, { jobs: causes(reviveIncident(row, tenant), fresh), clock });
  return fresh.length;
}

/** Source and key of those that were not stored yet, here or for another incident. */
async function storeFacts(
  tx: Transaction,
  clock: Clock,
  { tenant, incidentId, placed }: JoiningAlerts,
): Promise<ReadonlySet<string>> {
  const now = new Date(clock.nowMs());
  const column = (of: (joined: JoiningAlerts["placed"][number]) => string) => placed.map(of);
  const written = await tx.$queryRaw<{ source: string; key: string }[]>`
    INSERT INTO alert_fact (tenant, source, event_id, incident_id, decision, alert, occurred_at, stored_at)
    SELECT ${tenant}, source, event_id, ${incidentId}, decision, alert::json, occurred_at::timestamptz, ${now}
    FROM unnest(${column(({ alert }) => alert.source)}::text[], ${column(({ alert }) => keyOf(alert.eventId))}::text[],
                ${column(({ reason }) => `attach: ${reason}`)}::text[], ${column(({ alert }) => toJsonText(alert))}::text[],
                ${column(({ alert }) => new Date(alert.occurredAtMs).toISOString())}::text[])
      AS new (source, event_id, decision, alert, occurred_at)
    ON CONFLICT (tenant, source, event_id) DO NOTHING
    RETURNING source, event_id AS key`;
  return new Set(written.map(({ source, key }) => `${source} ${key}`));
}
