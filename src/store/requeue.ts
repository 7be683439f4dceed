import { withEveryTenant } from "./every-tenant.ts";

const MAX_ROWS = 10_000;

/**
 * Gives everything in quarantine another try: webhooks that could not be read, after an update that can, and jobs that
 * failed at every try, after their cause is gone. At most 10,000 of each at once. Running twice does no harm.
 */
export async function requeueQuarantined(
  connectionString: string,
): Promise<{ readonly webhooks: number; readonly jobs: number }> {
  return withEveryTenant(connectionString, async (client) => {
    await client.query("BEGIN");
    const webhooks = await client.query(`
      WITH again AS (
        UPDATE inbox SET state = 'new', quarantine_reason = NULL, processed_at = NULL
        WHERE id IN (SELECT id FROM inbox WHERE state = 'quarantined' ORDER BY id LIMIT ${MAX_ROWS}) RETURNING id, tenant)
      INSERT INTO outbox (tenant, job, payload, created_at, not_before)
      SELECT tenant, 'delivery.process', jsonb_build_object('inboxId', id::text), now(), now() FROM again`);
    const jobs = await client.query(`
      UPDATE outbox SET quarantined_at = NULL, attempts = 0, dispatched_at = NULL, not_before = now()
      WHERE id IN (SELECT id FROM outbox WHERE quarantined_at IS NOT NULL ORDER BY id LIMIT ${MAX_ROWS})`);
    await client.query("COMMIT");
    return { webhooks: webhooks.rowCount ?? 0, jobs: jobs.rowCount ?? 0 };
  });
}

/**
 * Lets messages of which nobody could find out whether they stand go out once more; their number. Only for a person who knows
 * that one may then stand twice. They keep their nonce, so that what does turn up is known as the same message.
 */
export async function releaseAmbiguous(connectionString: string): Promise<number> {
  return withEveryTenant(connectionString, async (client) => {
    await client.query("BEGIN");
    const { rows } = await client.query<{ id: string }>(`
      UPDATE outbound_message SET state = 'pending', attempt = 0, attempt_at = NULL, lookups = 0, body_hash = NULL,
        problem = NULL, remote_place = NULL, remote_id = NULL
      WHERE id IN (SELECT id FROM outbound_message WHERE state = 'ambiguous' ORDER BY id LIMIT ${MAX_ROWS})
      RETURNING id::text AS id`);
    await client.query(
      `INSERT INTO outbox (tenant, job, payload, created_at, not_before)
       SELECT DISTINCT tenant, 'surface.publish', jsonb_build_object('incidentId', incident_id, 'surface', surface), now(), now()
       FROM outbound_message WHERE id = ANY($1::bigint[])`,
      [rows.map(({ id }) => id)],
    );
    await client.query("COMMIT");
    return rows.length;
  });
}
