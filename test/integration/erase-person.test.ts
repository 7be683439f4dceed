import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuditTrail, verifyTrail } from "../../src/app/access/audit-trail.ts";
import { DEFAULT_TENANT, incidentId } from "../../src/core/ids.ts";
import { openSecrets } from "../../src/main/secrets.ts";
import { auditSeal } from "../../src/platform/audit-seal.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createLocks } from "../../src/queue/locks.ts";
import { createAuditStore } from "../../src/store/audit.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore } from "../../src/store/create-store.ts";
import { openDatabases } from "../../src/store/databases.ts";
import { traceops } from "../support/command-line.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { fillDatabase } from "../support/fill-database.ts";
import { eventually } from "../support/install.ts";
import { dumpDatabase, tracesIn } from "../support/person-traces.ts";

const SECRET = "a-master-secret-of-this-test-install-0123456789";
/** Every way in which she could be found again. */
const HER = ["U0ADA", "ada@example.com", "Ada Lovelace", "it is\tthe basket, I forgot the flag"];
const folder = mkdtempSync(join(tmpdir(), "traceops-erase-"));
const seal = auditSeal(openSecrets({ given: SECRET, dataDir: folder }).derive("audit"));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await withClient(database.connectionString, async (client) => {
    await fillDatabase(client, { incidents: 20 });
    await plant(client);
  });
  const db = await openDatabases(database.connectionString);
  const trail = createAuditTrail({ store: createAuditStore(db), clock: systemClock, seal });
  for (const actorId of ["U0BOB", "U0ADA", "U0BOB", "U0ADA"]) {
    await trail.append({
      tenant: DEFAULT_TENANT,
      actorKind: "slack-user",
      actorId,
      action: "vote",
      incident: incidentId("INC-1"),
      outcome: "allowed",
      reason: "",
    });
  }
  await db.close();
});

afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Client = Parameters<typeof fillDatabase>[0];

async function plant(client: Client): Promise<void> {
  const packed = gzipSync(
    `{"notes":[{"who":"Ada Lovelace","text":"${JSON.stringify(HER[3]).slice(1, -1)}"}]}\n{"actor":"U0ADA"}`,
  );
  const raw = Buffer.from('{"agent":{"summary":"\\u0041da Lovelace","email":"ADA@example.com"}}');
  await client.query("UPDATE note SET text = $1, who = 'Ada Lovelace'", [HER[3]]);
  await client.query("UPDATE vote SET actor_name = 'Ada Lovelace'");
  await client.query("UPDATE incident SET acknowledged_by = 'Ada Lovelace' WHERE id = 'INC-2'");
  await client.query("UPDATE archived_input SET packed = $1", [packed]);
  await client.query("UPDATE inbox SET raw = $1, headers = $2 WHERE dedup_key = 'k3'", [
    raw,
    '{"x-user":"ada@example.com"}',
  ]);
  await client.query("UPDATE alert_fact SET alert = $1 WHERE incident_id = 'INC-3'", ['{"by":"Ada Lovelace"}']);
  await client.query(
    `INSERT INTO analysis (tenant, incident_id, revision, sequence, at, document) VALUES ('default', 'INC-1', 2, 2, now(), $1)`,
    [JSON.stringify({ timeline: [{ text: `Ada Lovelace: ${HER[3]}` }] })],
  );
  await client.query(
    `INSERT INTO postmortem (tenant, incident_id, version, generated, text, edited_by, at)
     VALUES ('default', 'INC-1', 1, 'Acknowledged by Ada Lovelace', 'ada@example.com did it', 'Ada Lovelace', now())`,
  );
  await client.query(
    `INSERT INTO correction (tenant, incident_id, kind, actor_id, actor_name, at, document)
     VALUES ('default', 'INC-1', 'cause', 'U0ADA', 'Ada Lovelace', now(), '{"by":"U0ADA"}')`,
  );
  await client.query(
    `INSERT INTO preference (tenant, scope, name, value, actor_name, at) VALUES
       ('default', 'person', 'U0ADA', '{"quiet":true}', 'Ada Lovelace', now()),
       ('default', 'route', 'basket', '{"place":"C1"}', 'Ada Lovelace', now())`,
  );
  await client.query(
    `INSERT INTO outbox (tenant, job, payload, created_at, not_before, last_error)
     VALUES ('default', 'feedback.learn', '{"incidentId":"INC-1","by":"U0ADA"}', now(), now(), 'ada@example.com failed')`,
  );
  await client.query(`INSERT INTO mark VALUES ('default', 'progress:INC-1', '{"by":"U0ADA"}')`);
}

const dump = () => dumpDatabase(database.connectionString);
const hits = (text: string) => tracesIn(text, [...HER, "the basket, I forgot the flag"]);

test("after a person was erased nothing of them is found in a dump of the database, the queue or our log", async () => {
  expect(hits(await dump()).every((count) => count > 0)).toBe(true);
  const settings = {
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: folder,
    TRACEOPS_SECRET: SECRET,
    LOG_LEVEL: "debug",
  };

  const done = await traceops(["erase-person", "U0ADA", "ada@example.com"], { env: settings });
  const after = await dump();

  expect(done).toMatchObject({ code: 0 });
  expect(hits(after)).toEqual([0, 0, 0, 0, 0]);
  expect(hits(done.out + done.err)).toEqual([0, 0, 0, 0, 0]);
  const pseudonym = /^(person_[0-9a-f]{12}) stands for this person/u.exec(done.out)?.[1] ?? "";
  expect(after.split(pseudonym).length).toBeGreaterThan(20);
  expect(done.out).toContain("  archived_input: 20 rows\n");
  expect(done.out).toContain("  audit_entry: 2 rows\n");
});

test("what others did stays: votes count, other people's names stand, and the audit trail holds", async () => {
  const store = await createStore(database.connectionString, { clock: systemClock });
  const votes = await store.feedback.all(DEFAULT_TENANT, 100);
  const db = await openDatabases(database.connectionString);
  const audit = createAuditStore(db);
  const found = await verifyTrail(audit, DEFAULT_TENANT, { seal });
  const entries = await audit.read(DEFAULT_TENANT, 0, 10);
  const archived = await withClient(database.connectionString, (client) =>
    client.query("SELECT 1 FROM preference WHERE name = 'basket'"),
  );
  await store.close();
  await db.close();

  expect(votes).toHaveLength(20);
  expect(new Set(votes.map(({ actorId }) => actorId)).size).toBe(1);
  expect(found).toMatchObject({ status: "whole" });
  const votesKept = entries.filter(({ action }) => action === "vote");
  expect(votesKept.map(({ actorId }) => actorId === "U0BOB")).toEqual([true, false, true, false]);
  expect(entries.at(-1)).toMatchObject({ action: "data.erase", actorKind: "cli", actorId: "cli", outcome: "allowed" });
  expect(archived.rowCount).toBe(1);
});

test("a second run finds nothing left and gives the same pseudonym", async () => {
  const settings = { DATABASE_URL: database.connectionString, TRACEOPS_DATA_DIR: folder, TRACEOPS_SECRET: SECRET };
  const again = await traceops(["erase-person", "U0ADA", "ada@example.com"], { env: settings });

  expect(again.out).toContain("nothing was stored of them");
});

test("what a job that ran meanwhile wrote again goes too, when that job is over", async () => {
  const settings = { DATABASE_URL: database.connectionString, TRACEOPS_DATA_DIR: folder, TRACEOPS_SECRET: SECRET };
  const ask = (text: string) => withClient(database.connectionString, (client) => client.query(text));
  const row = await ask(
    `INSERT INTO outbox (tenant, job, payload, created_at, not_before)
     VALUES ('default', 'incident.investigate', '{}', now(), now()) RETURNING id::text AS id`,
  );
  await ask(
    `INSERT INTO note (tenant, incident_id, at, actor_kind, actor_id, who, text)
     VALUES ('default', 'INC-1', now(), 'slack-user', 'T0ACME/U0EVE', 'eve.sample', 'eve restarted the basket')`,
  );
  const locks = createLocks(database.connectionString);
  const job = await locks.tryTake(`outbox:${row.rows[0]?.id}`);

  const erasing = traceops(["erase-person", "U0EVE"], { env: settings });
  await eventually(async () => {
    const { rowCount } = await ask("SELECT 1 FROM note WHERE actor_id LIKE 'T0ACME/person%'");
    return rowCount === 1 ? true : null;
  });
  await ask(`INSERT INTO mark VALUES ('default', 'late', '{"said":"eve.sample: eve restarted the basket"}')`);
  await job?.release();
  const done = await erasing;
  await locks.close();

  expect(done).toMatchObject({ code: 0 });
  expect(done.out).toContain("  mark: 1 rows\n");
  expect(tracesIn(await dump(), ["U0EVE", "eve.sample", "eve restarted"])).toEqual([0, 0, 0]);
});
