import type { Clock } from "../app/ports.ts";
import { type CorrelationScope, isInScope } from "../core/correlation/scope.ts";
import { alertFingerprint, type TenantId } from "../core/ids.ts";
import type { OpenIncident } from "../core/incident.ts";
import type { Database, Transaction } from "./database.ts";
import { Prisma } from "./generated/client.ts";
import { reviveOpenIncidents } from "./revive.ts";
import { toStoredText } from "./stored-json.ts";

const MAX_VISIBLE = 2_000;

const RESOLVED_VISIBLE_MS = 60 * 60_000;

/** Open incidents and those that ended less than an hour ago, so that late events find them; the newest 2,000. */
export async function findVisible(
  db: Database | Transaction,
  clock: Clock,
  { tenant, scope: asked }: { readonly tenant: TenantId; readonly scope?: CorrelationScope | undefined },
): Promise<readonly OpenIncident[]> {
  const scope = asked === undefined ? undefined : asStored(asked);
  // "When we learned of it", not "when it ended": a replayed or late resolution is as fresh as a live one.
  const recently = new Date(clock.nowMs() - RESOLVED_VISIBLE_MS);
  const rows = await db.$queryRaw`
    SELECT id, service, services, fingerprints, group_keys AS "groupKeys", last_alert_at AS "lastAlertAt", status
    FROM incident
    WHERE tenant = ${tenant} AND (status <> 'resolved' OR changed_at > ${recently})
      AND ${scope === undefined ? Prisma.sql`TRUE` : inScope(tenant, scope)}
    ORDER BY detected_at DESC, id LIMIT ${MAX_VISIBLE}`;
  const found = reviveOpenIncidents(rows);
  return scope === undefined ? found : found.filter((incident) => isInScope(scope, incident));
}

/** What is compared with stored text has to be as it would be stored. */
function asStored({ fingerprint, groupKey, near, others }: CorrelationScope): CorrelationScope {
  return {
    fingerprint: alertFingerprint(toStoredText(fingerprint)),
    ...(groupKey === undefined ? {} : { groupKey: toStoredText(groupKey) }),
    ...(near === undefined ? {} : { near }),
    ...(others === undefined ? {} : { others: others.map(asStored) }),
  };
}

/**
 * The same as `isInScope`, and some more, because keys are hashes and times one stretch. Each part has an index of its own,
 * and is a condition that row-level security lets an index serve: those on arrays are not.
 */
function inScope(tenant: TenantId, asked: CorrelationScope): Prisma.Sql {
  const scopes = [asked, ...(asked.others ?? [])];
  const fingerprints = scopes.map(({ fingerprint }) => fingerprint);
  const groupKeys = [...new Set(scopes.flatMap(({ groupKey }) => groupKey ?? []))];
  const known = Prisma.sql`SELECT incident_id FROM incident_key WHERE tenant = ${tenant} AND key = ANY(ARRAY(
    SELECT hashtextextended(text, 1) FROM unnest(${fingerprints}::text[]) AS text
    UNION ALL SELECT hashtextextended(text, 2) FROM unnest(${groupKeys}::text[]) AS text))`;
  const times = scopes.flatMap(({ near }) => near ?? []);
  if (times.length === 0) return Prisma.sql`id = ANY(ARRAY(${known}))`;
  const from = new Date(Math.min(...times.map(({ atMs, withinMs }) => atMs - withinMs)));
  const to = new Date(Math.max(...times.map(({ atMs, withinMs }) => atMs + withinMs)));
  // Ids first, by two indexes: of both conditions with OR a planner without statistics reads the whole tenant.
  return Prisma.sql`id = ANY(ARRAY(${known}
    UNION (SELECT id FROM incident
      WHERE tenant = ${tenant} AND status <> 'resolved' AND last_alert_at BETWEEN ${from} AND ${to}
      ORDER BY last_alert_at LIMIT ${MAX_VISIBLE})))`;
}
