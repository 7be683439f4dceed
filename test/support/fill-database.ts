import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

/** Rows in every table that holds what people and alerts said, with the characters that break careless copies. */
export async function fillDatabase(
  client: pg.ClientBase,
  { incidents }: { readonly incidents: number },
): Promise<void> {
  const statements = [
    `INSERT INTO incident (id, tenant, title, severity, status, started_at, detected_at, alert_count, services, external,
       fingerprints, group_keys, last_alert_at, revision, changed_at)
     SELECT 'INC-' || nextval('incident_number'), 'default', E'checkout "slow"\\\\ \\n\\u2028 ü ' || n, 'error', 'resolved',
       now() - n * interval '1 minute 0.123 s', now(), 1, ARRAY['checkout', 'a "b", {c}', NULL], '[{"source":"pagerduty"}]',
       '{}', '{}', now(), 1, now() FROM generate_series(1, $1::int) n`,
    `INSERT INTO alert_fact (tenant, source, event_id, incident_id, decision, alert, occurred_at, stored_at)
     SELECT 'default', 'pagerduty', 'e' || i || '-' || id, id, 'open: new', ('{"b":1.50,"a":"\\\\ud800 ' || i || '"}')::json, now(), now()
     FROM incident, generate_series(1, 5) i WHERE $1::int > 0`,
    `INSERT INTO analysis (tenant, incident_id, revision, sequence, at, document)
     SELECT 'default', id, 1, 1, now(), ('{ "z": 1,  "a": "' || repeat('log line ', 500) || '"}')::json FROM incident WHERE $1::int > 0`,
    `INSERT INTO vote (tenant, incident_id, hypothesis_id, verdict, actor_id, actor_name, at, claim)
     SELECT 'default', id, 'h', 'yes', 'U0ADA', 'Ada', now(),
       '{"causeKind":"change","causeService":null,"alertedService":null,"summary":"a deploy"}' FROM incident WHERE $1::int > 0`,
    `INSERT INTO note (tenant, incident_id, at, actor_kind, actor_id, who, text)
     SELECT 'default', id, now(), 'slack-user', 'U0ADA', 'Ada', E'it is\\tthe basket' FROM incident WHERE $1::int > 0`,
    `INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at, state)
     SELECT 'default', 'pagerduty', 'k' || n, '{}', decode('00ff0a5c22', 'hex') || convert_to(repeat('x', 1500), 'UTF8'), now(), 'processed'
     FROM generate_series(1, $1::int * 2) n`,
    `INSERT INTO archived_input (tenant, incident_id, revision, stored_at, events, packed)
     SELECT 'default', id, 1, now(), 1, decode('1f8b00ff', 'hex') FROM incident WHERE $1::int > 0`,
    `INSERT INTO service_edge (tenant, caller, callee, origin, calls, failures, first_at, last_at)
     SELECT 'default', 'basket', 'payments', 'span', 9007199254740993, 1, now(), now() WHERE $1::int > 0`,
  ];
  for (const sql of statements) await client.query(sql, [incidents]);
}

/** Goes on writing one incident with one fact and one vote in a transaction, as fast as it can. */
export function keepWriting(connectionString: string) {
  const tally = { count: 0 };
  const over = new AbortController();
  const writing = (async () => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    while (!over.signal.aborted) {
      const id = `LATE-${tally.count}`;
      await client.query("BEGIN");
      await client.query(
        `INSERT INTO incident (id, tenant, title, severity, status, started_at, detected_at, alert_count, services, external,
           fingerprints, group_keys, last_alert_at, revision, changed_at)
         VALUES ($1, 'default', 'late', 'error', 'resolved', now(), now(), 1, '{}', '[]', '{}', '{}', now(), 1, now())`,
        [id],
      );
      await client.query(
        `INSERT INTO alert_fact (tenant, source, event_id, incident_id, decision, alert, occurred_at, stored_at)
         VALUES ('default', 'late', $1, $1, 'open: new', '{}', now(), now())`,
        [id],
      );
      await client.query(
        `INSERT INTO vote (tenant, incident_id, hypothesis_id, verdict, actor_id, actor_name, at, claim)
         VALUES ('default', $1, 'h', 'no', 'U0BOB', 'Bob', now(), '{}')`,
        [id],
      );
      await client.query("COMMIT");
      tally.count++;
    }
    await client.end();
  })();
  return {
    async wrote(atLeast: number) {
      for (;;) {
        if (tally.count >= atLeast) return;
        await wait(10);
      }
    },
    /** How many there are in the end. */
    async stop(): Promise<number> {
      over.abort();
      await writing;
      return tally.count;
    },
  };
}
