import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { restoreBackup } from "../../src/store/backup/restore.ts";
import { withClient } from "../../src/store/client.ts";
import { traceops } from "../support/command-line.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { fillDatabase, keepWriting } from "../support/fill-database.ts";

const folder = mkdtempSync(join(tmpdir(), "traceops-backup-"));
const file = join(folder, "one.backup.gz");
let source: TestDatabase;
let target: TestDatabase;

beforeAll(async () => {
  source = await createTestDatabase();
  target = await createTestDatabase({ migrated: false });
  await withClient(source.connectionString, (client) => fillDatabase(client, { incidents: 300 }));
});

afterAll(async () => {
  await source.stop();
  await target.stop();
  rmSync(folder, { recursive: true, force: true });
});

const settingsOf = ({ connectionString }: TestDatabase) => ({
  DATABASE_URL: connectionString,
  TRACEOPS_DATA_DIR: folder,
});

/** A hash of every row of every table but the audit trail, which grows by the copying itself; each value as it is printed. */
function hashes(connectionString: string, keep: string): Promise<ReadonlyMap<string, string>> {
  return withClient(connectionString, async (client) => {
    const tables = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('_prisma_migrations', 'audit_entry') ORDER BY 1",
    );
    const found = new Map<string, string>();
    for (const { name } of tables.rows) {
      const where = name === "incident" || name === "mark" ? "" : keep;
      const { rows } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM "${name}" t ${where} ORDER BY 1`,
      );
      found.set(
        name,
        `${rows.length} ${createHash("sha256")
          .update(rows.map(({ row }) => row).join("\n"))
          .digest("hex")}`,
      );
    }
    return found;
  });
}

test("what was backed up while others wrote is whole at one moment, and comes back the same by hash", async () => {
  const before = await hashes(source.connectionString, "");
  const writer = keepWriting(source.connectionString);
  await writer.wrote(20);
  const made = await traceops(["backup", "--out", file], { env: settingsOf(source) });
  const written = await writer.stop();
  const restored = await traceops(["restore", "--from", file], { env: settingsOf(target) });
  const after = await hashes(target.connectionString, "");
  const [counts] = await withClient(target.connectionString, async (client) => {
    const { rows } = await client.query(`
      SELECT (SELECT count(*)::int FROM incident WHERE id LIKE 'LATE-%') AS incidents,
             (SELECT count(*)::int FROM vote WHERE incident_id LIKE 'LATE-%') AS votes,
             (SELECT count(*)::int FROM alert_fact WHERE incident_id LIKE 'LATE-%') AS facts`);
    return rows;
  });
  await removeLate(target.connectionString);

  expect(made).toMatchObject({ code: 0 });
  expect(restored).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(written).toBeGreaterThan(counts.incidents);
  expect(counts.incidents).toBeGreaterThanOrEqual(20);
  // Each of these transactions wrote one of each: a copy of one moment has as many of them all.
  expect(counts).toEqual({ incidents: counts.incidents, votes: counts.incidents, facts: counts.incidents });
  expect(after.size).toBe(before.size);
  expect(await hashes(target.connectionString, "")).toEqual(before);
});

test("who exported and who restored stands in the restored audit trail, and it holds", async () => {
  const acts = await withClient(target.connectionString, async (client) => {
    const { rows } = await client.query(
      "SELECT actor_kind, actor_id, action, outcome FROM audit_entry ORDER BY sequence",
    );
    return rows;
  });
  const verified = await traceops(["audit", "verify"], { env: settingsOf(target) });

  const byHand = { actor_kind: "cli", actor_id: "cli", outcome: "allowed" };
  expect(acts).toEqual([
    { ...byHand, action: "data.export" },
    { ...byHand, action: "data.restore" },
  ]);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.out).toContain("The audit trail holds: 2 entries");
});

test("under another secret a backup is made and says that the audit trail, which it would break, was left as it is", async () => {
  const other = join(folder, "other-secret.backup.gz");
  const made = await traceops(["backup", "--out", other], {
    env: { ...settingsOf(source), TRACEOPS_SECRET: "another-secret-than-before-0123456789" },
  });
  const verified = await traceops(["audit", "verify"], { env: settingsOf(source) });

  expect(made).toMatchObject({ code: 0 });
  expect(made.err).toContain("Nothing was entered in the audit trail: TRACEOPS_SECRET is not the one");
  expect(verified.out).toContain("The audit trail holds: 1 entries");
});

test("numbers of incidents and rows go on after the last one", async () => {
  const next = await withClient(target.connectionString, async (client) => {
    const { rows } = await client.query(`
      SELECT nextval('incident_number')::int AS incident, nextval('vote_id_seq')::int > (SELECT max(id) FROM vote) AS is_ahead`);
    return rows[0];
  });

  expect(next).toEqual({ incident: 301, is_ahead: true });
});

test("a database that holds something is never written to", async () => {
  const again = await traceops(["restore", "--from", file], { env: settingsOf(target) });

  expect(again.code).toBe(2);
  expect(again.err).toContain("The database is not empty");
});

test("a backup never replaces a file", async () => {
  const again = await traceops(["backup", "--out", file], { env: settingsOf(source) });

  expect(again).toMatchObject({ code: 2 });
  expect(again.err).toContain("is there already");
});

const whole = () => gunzipSync(readFileSync(file)).toString("utf8");
const header = () => JSON.parse(whole().split("\n", 1)[0] ?? "");
const withHeader = (changed: object) =>
  gzipSync(`${JSON.stringify({ ...header(), ...changed })}\n${whole().split("\n").slice(1).join("\n")}`);

test.each([
  ["another program's file", () => gzipSync('{"hello":"there"}\n'), "not a backup of TraceOps"],
  ["no packed file", () => Buffer.from("PGDMP something else"), "damaged or cut off"],
  ["a newer form", () => withHeader({ version: 2 }), "newer version of TraceOps"],
  [
    "a newer schema",
    () =>
      withHeader({ migrations: [...header().migrations, { name: "29990101000000_later", checksum: "0".repeat(64) }] }),
    "newer version of TraceOps",
  ],
  [
    "a foreign migration",
    () =>
      withHeader({ migrations: header().migrations.map((each: object) => ({ ...each, checksum: "0".repeat(64) })) }),
    "from another program",
  ],
  ["half a file", () => readFileSync(file).subarray(0, statSync(file).size / 2), "damaged or cut off"],
  ["a lost line", () => gzipSync(whole().replace(/\n\["[^\n]*\n/u, "\n")), "damaged"],
  ["a changed value", () => gzipSync(whole().replace("checkout", "checkoux")), "damaged"],
])("%s is refused with a sentence and leaves nothing behind", async (_what, make, sentence) => {
  const empty = await createTestDatabase({ migrated: false });
  const failed = restoreBackup(empty.connectionString, Readable.from([make()]));
  await expect(failed).rejects.toThrow(sentence);
  const incidents = await withClient(empty.connectionString, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('public.incident') IS NULL AS is_missing");
    return rows[0].is_missing ? 0 : Number((await client.query("SELECT count(*) AS n FROM incident")).rows[0].n);
  });
  await empty.stop();

  expect(incidents).toBe(0);
});

function removeLate(connectionString: string): Promise<void> {
  return withClient(connectionString, async (client) => {
    for (const table of ["vote", "alert_fact"])
      await client.query(`DELETE FROM ${table} WHERE incident_id LIKE 'LATE-%'`);
    await client.query("DELETE FROM incident WHERE id LIKE 'LATE-%'");
  });
}
