import type pg from "pg";
import { z } from "zod";
import { hashOf, NO_HASH, type Seal } from "../../app/access/audit-trail.ts";
import { tenantId as tenantOf } from "../../core/ids.ts";
import { msOf } from "../revive.ts";
import type { Eraser } from "./eraser.ts";

const PAGE = 1_000;
const Actors = z.array(z.object({ tenant: z.string(), actor_id: z.string() }));
const Entries = z.array(
  z.object({
    tenant: z.string(),
    sequence: z.coerce.number(),
    at: z.date(),
    actor_kind: z.string(),
    actor_id: z.string(),
    action: z.string(),
    incident_id: z.string().nullable(),
    outcome: z.string(),
    reason: z.string(),
  }),
);

interface Sealing {
  readonly eraser: Eraser;
  readonly seal: Seal;
}

/**
 * Ids in the audit trail go too, and each trail that they stood in is sealed again: what happened stays, who did it does not.
 * One trail is one transaction, for which only those wait who add to it.
 */
export async function eraseTrails(client: pg.Client, sealing: Sealing): Promise<number> {
  const { rows } = await client.query("SELECT DISTINCT tenant, actor_id FROM audit_entry");
  const actors = Actors.parse(rows).filter(({ actor_id: id }) => sealing.eraser.text(id) !== null);
  let changed = 0;
  for (const tenant of new Set(actors.map((actor) => actor.tenant))) {
    await client.query("BEGIN");
    try {
      changed += await eraseTrail(client, tenant, sealing);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }
  return changed;
}

async function eraseTrail(client: pg.Client, tenant: string, { eraser, seal }: Sealing): Promise<number> {
  // The lock of those who add (`store/audit.ts`): one that had read the last hash already would bind its entry to the old one.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 3))", [`audit ${tenant}`]);
  await client.query("ALTER TABLE audit_entry DISABLE TRIGGER USER");
  let changed = 0;
  let last = { sequence: 0, hash: NO_HASH };
  for (;;) {
    const { rows } = await client.query(
      `SELECT * FROM audit_entry WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT ${PAGE}`,
      [tenant, last.sequence],
    );
    const sealed = Entries.parse(rows).map((entry) => {
      const erased = eraser.text(entry.actor_id);
      if (erased !== null) changed++;
      const { actor_kind: actorKind, incident_id: incident, at, sequence, ...same } = entry;
      const open = { ...same, sequence, tenant: tenantOf(tenant), atMs: msOf(at), actorKind, incident };
      const bound = { ...open, actorId: erased ?? entry.actor_id, previous: last.hash };
      last = { sequence, hash: hashOf(bound, seal) };
      return { ...bound, hash: last.hash };
    });
    if (sealed.length === 0) break;
    await client.query(
      `UPDATE audit_entry AS kept SET actor_id = new.actor_id, previous = new.previous, hash = new.hash
       FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS new (sequence, actor_id, previous, hash)
       WHERE kept.tenant = $1 AND kept.sequence = new.sequence`,
      [tenant, ...columnsOf(sealed)],
    );
  }
  await client.query("ALTER TABLE audit_entry ENABLE TRIGGER USER");
  return changed;
}

interface Sealed {
  readonly sequence: number;
  readonly actorId: string;
  readonly previous: string;
  readonly hash: string;
}

function columnsOf(sealed: readonly Sealed[]): readonly (readonly unknown[])[] {
  return [
    sealed.map(({ sequence }) => sequence),
    sealed.map(({ actorId }) => actorId),
    sealed.map(({ previous }) => previous),
    sealed.map(({ hash }) => hash),
  ];
}
