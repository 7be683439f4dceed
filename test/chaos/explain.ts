import { statesOf } from "./count.ts";
import type { ChaosPostgres } from "./postgres.ts";
import type { HeldMessage } from "./slack/store.ts";

/** What Slack was told of a wrong card over time, and what the program believes: for the reader, never for the counting. */
export async function explain(
  service: string,
  messages: readonly HeldMessage[],
  postgres: ChaosPostgres,
): Promise<readonly string[]> {
  const cards = messages.filter(({ threadTs, history }) => threadTs === null && history[0]?.words.includes(service));
  const versions = cards.flatMap((card) => statesOf(card).map((line) => `${service} ${card.ts} ${line}`));
  const believed = await postgres.texts(believedOf(service)).catch((error: unknown) => [String(error)]);
  return [...versions, ...believed];
}

/** The service is one of ours: letters, digits and a dash. */
function believedOf(service: string): string {
  const of = `(SELECT id FROM incident WHERE '${service}' = ANY(services))`;
  return `SELECT id || ' ' || status || ' revision ' || revision AS t FROM incident WHERE id IN ${of}
    UNION ALL SELECT incident_id || ' ' || (alert->>'status') || ' occurred ' || occurred_at || ' stored ' || stored_at FROM alert_fact WHERE incident_id IN ${of}
    UNION ALL SELECT incident_id || ' message ' || kind || ' ' || state || ' attempt ' || attempt || ' lookups ' || lookups ||
      ' at ' || COALESCE(attempt_at::text, '-') || ' hash ' || COALESCE(left(body_hash, 6), '-') FROM outbound_message WHERE incident_id IN ${of}
    UNION ALL SELECT 'job ' || id || ' ' || job || ' created ' || created_at::time || ' due ' || not_before::time || ' told ' || COALESCE(dispatched_at::time::text, '-') ||
      ' done ' || COALESCE(done_at::time::text, '-') || ' attempts ' || attempts || ' ' || COALESCE(last_error, '')
      FROM outbox WHERE payload->>'incidentId' IN ${of}`;
}
