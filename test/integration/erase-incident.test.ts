import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLocks } from "../../src/queue/locks.ts";
import { withClient } from "../../src/store/client.ts";
import { traceops } from "../support/command-line.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { fillDatabase } from "../support/fill-database.ts";
import { eventually } from "../support/install.ts";
import { dumpDatabase, tracesIn } from "../support/person-traces.ts";

const WORDS = "the basket forgot its flag";
const folder = mkdtempSync(join(tmpdir(), "traceops-erase-incident-"));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await withClient(database.connectionString, async (client) => {
    await fillDatabase(client, { incidents: 20 });
    for (const id of ["INC-1", "INC-10"]) {
      for (const sql of PLANTED)
        await client.query(sql.replaceAll("$id", id).replaceAll("$words", `${WORDS} of ${id};`));
    }
    await client.query("UPDATE archived_input SET packed = $1 WHERE incident_id = 'INC-1'", [
      gzipSync(`{"notes":[{"text":"${WORDS} of INC-1;"}]}`),
    ]);
  });
}, 120_000);
afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** In every table that knows incidents. */
const PLANTED = [
  "UPDATE incident SET title = '$words', fingerprints = ARRAY['fingerprint of $id'] WHERE id = '$id'",
  `UPDATE alert_fact SET alert = '{"by":"$words"}' WHERE incident_id = '$id'`,
  `UPDATE analysis SET document = '{"said":"$words"}' WHERE incident_id = '$id'`,
  "UPDATE note SET text = '$words' WHERE incident_id = '$id'",
  "UPDATE vote SET actor_name = '$words' WHERE incident_id = '$id'",
  `INSERT INTO correction (tenant, incident_id, kind, actor_id, actor_name, at, document)
   VALUES ('default', '$id', 'cause', 'U0ADA', 'Ada', now(), '{"by":"$words"}')`,
  `INSERT INTO postmortem (tenant, incident_id, version, generated, text, at)
   VALUES ('default', '$id', 1, '$words', '$words', now())`,
  `INSERT INTO outbound_message (tenant, incident_id, surface, kind, ordinal, nonce, problem)
   VALUES ('default', '$id', 'slack', 'root', 0, 'n-$id', '$words')`,
  `INSERT INTO preference (tenant, scope, name, value, actor_name, at) VALUES
     ('default', 'slack/place', '$id', '{"team":"T0","channel":"C0"}', '$words', now()),
     ('default', 'slack/pin/$id-1', 'U0ADA', '{"incident":"$id","note":"7"}', '$words', now())`,
  `INSERT INTO mark VALUES ('default', 'progress/$id', '{"tasks":"$words"}')`,
];

const ask = (text: string) => withClient(database.connectionString, (client) => client.query(text));
const run = (...args: readonly string[]) =>
  traceops(["erase-incident", ...args], {
    env: {
      DATABASE_URL: database.connectionString,
      TRACEOPS_DATA_DIR: folder,
      TRACEOPS_SECRET: "a-master-secret-of-this-test-install-0123456789",
    },
  });
const traces = async (id: string) =>
  tracesIn(await dumpDatabase(database.connectionString), [`${WORDS} of ${id};`])[0] ?? 0;

test("without --yes it says what would go, and changes nothing", async () => {
  const before = await dumpDatabase(database.connectionString);
  const done = await run("INC-1");

  expect(done).toMatchObject({ code: 0 });
  expect(done.out).toContain("  alert_fact: 5 rows\n");
  expect(done.out).toContain("Nothing was changed");
  expect(await dumpDatabase(database.connectionString)).toBe(before);
});

test("an incident that is not over is refused without --force, and one that is not there as well", async () => {
  await ask("UPDATE incident SET status = 'acknowledged' WHERE id = 'INC-2'");

  const [open, strange, odd] = [
    await run("INC-2", "--yes"),
    await run("INC-404", "--yes"),
    await run("INC 1", "--yes"),
  ];
  expect([open.code, strange.code, odd.code]).toEqual([1, 1, 2]);
  expect(open.err).toContain("INC-2 is not over (acknowledged)");
  expect(strange.err).toContain("There is no incident INC-404.");
  expect((await ask("SELECT 1 FROM incident WHERE id = 'INC-2'")).rowCount).toBe(1);
  expect(await run("INC-2", "--yes", "--force")).toMatchObject({ code: 0 });
  expect((await ask("SELECT 1 FROM incident WHERE id = 'INC-2'")).rowCount).toBe(0);
});

test("with --yes nothing of the incident is left in any table, other incidents stay, and the trail says who did it", async () => {
  const others = await traces("INC-10");
  expect(await traces("INC-1")).toBeGreaterThan(10);

  const done = await run("INC-1", "--yes", "--json");

  expect(JSON.parse(done.out)).toMatchObject({
    incident: "INC-1",
    erased: true,
    isSettled: true,
    rows: {
      incident: 1,
      incident_key: 1,
      alert_fact: 5,
      analysis: 1,
      archived_input: 1,
      note: 1,
      vote: 1,
      correction: 1,
      postmortem: 1,
      outbound_message: 1,
      preference: 2,
      mark: 1,
    },
  });
  expect(await traces("INC-1")).toBe(0);
  expect(await traces("INC-10")).toBe(others);
  expect((await ask("SELECT 1 FROM incident")).rowCount).toBe(18);
  const kept = await ask("SELECT action, actor_kind, incident_id FROM audit_entry ORDER BY sequence DESC LIMIT 1");
  expect(kept.rows).toEqual([{ action: "data.erase", actor_kind: "cli", incident_id: "INC-1" }]);
});

test("what a job that ran meanwhile wrote again goes too, when that job is over", async () => {
  const row = await ask(
    `INSERT INTO outbox (tenant, job, payload, created_at, not_before)
     VALUES ('default', 'surface.publish', '{}', now(), now()) RETURNING id::text AS id`,
  );
  const locks = createLocks(database.connectionString);
  const job = await locks.tryTake(`outbox:${row.rows[0]?.id}`);

  const erasing = run("INC-3", "--yes");
  await eventually(async () => ((await ask("SELECT 1 FROM incident WHERE id = 'INC-3'")).rowCount === 0 ? true : null));
  await ask(
    `INSERT INTO outbound_message (tenant, incident_id, surface, kind, ordinal, nonce)
     VALUES ('default', 'INC-3', 'slack', 'root', 0, 'late')`,
  );
  await job?.release();
  const done = await erasing;
  await locks.close();

  expect(done).toMatchObject({ code: 0 });
  expect((await ask("SELECT 1 FROM outbound_message WHERE incident_id = 'INC-3'")).rowCount).toBe(0);
});
