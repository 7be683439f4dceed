import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppliedChange } from "../../src/app/ports.ts";
import type { Alert } from "../../src/core/alert.ts";
import { alertFingerprint, DEFAULT_TENANT, epochMs, type IncidentId } from "../../src/core/ids.ts";
import { foldIncident } from "../../src/core/incident-fold.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import { createRandom } from "../../src/demo/random.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore, type Store } from "../../src/store/create-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const NOW = epochMs(Date.UTC(2026, 0, 1, 2, 0));
const words = (text: string) => ownWords(own(text));

let database: TestDatabase;
let store: Store;
let looker: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  looker = new pg.Client({ connectionString: database.connectionString });
  // The database may be removed before the server has closed this connection.
  looker.on("error", () => undefined);
  await looker.connect();
  store = await createStore(database.connectionString, { clock: { nowMs: () => NOW } });
});

afterAll(async () => {
  await store?.close();
  await looker?.end();
  await database?.stop();
});

function anAlert(key: string, number: number, change: Partial<Alert> = {}): Alert {
  return {
    source: "generic",
    eventId: `${key}-${number}`,
    fingerprint: alertFingerprint(key),
    groupKey: key,
    externalId: null,
    status: "firing",
    severity: "error",
    title: words(`basket is slow ${number}`),
    service: words("basket"),
    startedAtMs: epochMs(NOW + number),
    occurredAtMs: epochMs(NOW + number),
    url: null,
    by: null,
    ...change,
  };
}

async function open(alert: Alert): Promise<IncidentId> {
  const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
  const applied = await store.incidents.apply({ tenant: DEFAULT_TENANT, alert, decision }, () => []);
  if (applied.status === "conflict") throw new Error("unexpected conflict");
  return applied.incident.id;
}

function attach(alert: Alert, incidentId: IncidentId): Promise<AppliedChange> {
  const decision = { kind: "attach", incidentId, reason: "same-fingerprint" } as const;
  return store.incidents.apply({ tenant: DEFAULT_TENANT, alert, decision }, () => []);
}

const query = async (text: string, values: readonly unknown[] = []) => (await looker.query(text, [...values])).rows;

const UNTIL = "SELECT until FROM incident_fold WHERE incident_id = $1";
const storedFolds = async (id: IncidentId): Promise<number> => (await query(UNTIL, [id])).length;

const factsRead = (id: IncidentId) =>
  query(
    `SELECT count(*)::int AS n FROM alert_fact f WHERE incident_id = $1
       AND NOT EXISTS (SELECT FROM incident_fold WHERE incident_id = $1 AND until >= f.occurred_at)`,
    [id],
  ).then(([row]) => row.n);

/** A case of 600 alerts; the last one came as all do, so that what the others add up to is stored. */
async function longCase(key: string): Promise<IncidentId> {
  const id = await open(anAlert(key, 0));
  await addFacts(id, { key, last: 598 });
  await attach(anAlert(key, 599), id);
  return id;
}

/** As the version before this one would: behind the first alert of the case one more each millisecond. */
function addFacts(id: IncidentId, { key, last }: { readonly key: string; readonly last: number }) {
  return query(
    `INSERT INTO alert_fact (tenant, source, event_id, incident_id, decision, alert, occurred_at, stored_at)
     SELECT tenant, source, $2 || n, incident_id, decision,
            alert::jsonb || jsonb_build_object('eventId', $2 || n, 'occurredAtMs', (alert->>'occurredAtMs')::bigint + n),
            occurred_at + n * interval '1 ms', stored_at
     FROM alert_fact, generate_series(1, $3::int) n WHERE incident_id = $1`,
    [id, `${key}-`, last],
  );
}

/** What the stored row says of its facts. */
async function standing(id: IncidentId) {
  const [row] = await query("SELECT * FROM incident WHERE id = $1", [id]);
  return {
    title: row.title,
    service: row.service,
    severity: row.severity,
    status: row.status,
    startedAtMs: row.started_at.getTime(),
    detectedAtMs: row.detected_at.getTime(),
    acknowledgedBy: row.acknowledged_by,
    resolvedAtMs: row.resolved_at?.getTime() ?? null,
    reopened: row.reopened,
    alertCount: row.alert_count,
    services: row.services,
    external: row.external,
    fingerprints: row.fingerprints,
    groupKeys: row.group_keys,
    lastAlertAtMs: row.last_alert_at.getTime(),
  };
}

const isFarTooLate = (number: number) => number % 50 === 0;

describe("an incident of very many alerts", () => {
  test("is what folding all its alerts gives, after each of them, however late some arrive", async () => {
    const random = createRandom(20_261);
    const pick = <Value>(...values: readonly [Value, ...Value[]]): Value => random.pick(values);
    const drawn = Array.from({ length: 500 }, (_, number) =>
      anAlert("random", number, {
        // Nobody but itself speaks for one that comes far too late.
        fingerprint: alertFingerprint(isFarTooLate(number) ? `late ${number}` : pick("one", "two", "three")),
        groupKey: pick("a", "b"),
        status: pick("firing", "resolved", "resolved", "acknowledged"),
        severity: pick("critical", "error", "warning"),
        service: pick(words("basket"), words("search"), null),
        // One that is left out is missed.
        externalId: `P${number}`,
        url: pick(words("https://pager.example/1"), null),
        by: pick(words("ana"), words("ben"), null),
        startedAtMs: epochMs(NOW + random.int(0, 500)),
        occurredAtMs: epochMs(NOW + Math.floor(number / 3)),
      }),
    );
    // Most come nearly in order, every fiftieth far too late.
    const arriving = drawn
      .map((alert, number) => ({ alert, at: number + random.int(0, isFarTooLate(number) ? 400 : 30) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ alert }) => alert);
    const [first, ...later] = arriving;
    if (first === undefined) throw new Error("nothing was drawn");
    const id = await open(first);
    const known = [first];
    let tooLate = 0;
    for (const alert of later) {
      if ((await query(UNTIL, [id])).some(({ until }) => until.getTime() >= alert.occurredAtMs)) tooLate++;
      await attach(alert, id);
      known.push(alert);
      expect(await standing(id)).toEqual(foldIncident(known));
    }

    expect(tooLate).toBeGreaterThan(0);
  }, 120_000);

  test("does not take more reading for one more alert than a shorter one", async () => {
    const id = await longCase("long");

    expect(await factsRead(id)).toBeLessThanOrEqual(256);
  });

  test.each([
    [
      "joins, by whomever it is stored",
      `INSERT INTO alert_fact (tenant, source, event_id, incident_id, decision, alert, occurred_at, stored_at)
       SELECT tenant, source, event_id || '-copy', incident_id, decision, alert, occurred_at, stored_at`,
    ],
    [
      "is changed, for example by an erasure",
      "UPDATE alert_fact SET alert = (replace(alert::text, 'basket', 'cart'))::json",
    ],
    ["is removed", "DELETE"],
  ])(
    "is folded from all its alerts again when an old one %s",
    async (what, sql) => {
      const id = await longCase(`old-${what}`);
      expect(await storedFolds(id)).toBe(1);
      const one = "event_id = $2 AND incident_id = $1";
      const values = [id, `old-${what}-1`];
      await query(sql.startsWith("UPDATE") ? `${sql} WHERE ${one}` : `${sql} FROM alert_fact WHERE ${one}`, values);

      expect(await storedFolds(id)).toBe(0);
    },
    120_000,
  );

  test("shows how it began and the newest alerts where there are more than can be read at once", async () => {
    const id = await open(anAlert("many", 0));
    await addFacts(id, { key: "many", last: 20_499 });

    const shown = (await store.incidents.alerts(DEFAULT_TENANT, id)).map(({ alert }) => alert.eventId);

    expect(shown).toHaveLength(20_000);
    expect([shown[0], shown[999], shown[1000], shown.at(-1)]).toEqual([
      "many-0",
      "many-999",
      "many-1500",
      "many-20499",
    ]);
  });
});

test("an incident that reopens while another one opens under its group key is a conflict, and is then decided again", async () => {
  const id = await open(anAlert("rival", 0));
  await attach(anAlert("rival", 1, { status: "resolved" }), id);
  const refired = anAlert("rival", 2);
  const outcome = await withClient(database.connectionString, async (client) => {
    await client.query("BEGIN");
    await client.query(
      `INSERT INTO incident SELECT (jsonb_populate_record(i, '{"id": "INC-rival", "open_key": "rival", "status": "triggered"}')).*
       FROM incident i WHERE id = $1`,
      [id],
    );
    const lost = attach(refired, id);
    await someoneWaits();
    await client.query("COMMIT");
    return lost;
  });

  expect(outcome).toEqual({ status: "conflict" });
  expect(await attach(refired, id)).toMatchObject({ status: "applied", incident: { status: "triggered" } });
  expect(await query("SELECT id FROM incident WHERE open_key = 'rival'")).toEqual([{ id: "INC-rival" }]);
});

/** Until a statement waits for another transaction. */
async function someoneWaits(): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const rows = await query("SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted");
    if (rows.length > 0) return;
    await wait(10);
  }
  throw new Error("nobody waited");
}
