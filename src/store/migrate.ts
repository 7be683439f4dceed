import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { z } from "zod";
import { withClient } from "./client.ts";

/** Prisma's own number, so that its tools and this runner wait for each other. */
const LOCK = 72_707_369;
const COMMITTED = join(import.meta.dirname, "../../prisma/migrations");

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const Names = z.array(z.object({ name: z.string() }));
const Ledger = z.array(z.object({ migration_name: z.string(), checksum: z.string(), finished: z.boolean() }));

/**
 * Applies the committed migrations that this database does not have, each in its own transaction, one process at a time,
 * and writes Prisma's ledger. Throws, having changed nothing, when a migration was edited after it was applied.
 */
export async function migrate(
  connectionString: string,
  /** Only these, for a restore of what an older version stored. */
  only?: readonly string[],
): Promise<{ readonly applied: readonly string[] }> {
  const migrations = readMigrations().filter(({ name }) => only === undefined || only.includes(name));
  return withClient(connectionString, async (client) => {
    await client.query("SET lock_timeout = '300s'");
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    const missing = missingOf(migrations, await readLedger(client));
    for (const migration of missing) await apply(client, migration);
    return { applied: missing.map(({ name }) => name) };
  });
}

/** Names of the committed migrations in the order in which they apply. */
export function migrationNames(): readonly string[] {
  const entries = readdirSync(COMMITTED, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

/** The committed migrations with the SHA-256 of each. */
export function knownMigrations(): readonly Pick<Migration, "name" | "checksum">[] {
  return readMigrations().map(({ name, checksum }) => ({ name, checksum }));
}

function readMigrations(): readonly Migration[] {
  return migrationNames().map((name) => {
    const sql = readFileSync(join(COMMITTED, name, "migration.sql"), "utf8");
    return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

async function readLedger(client: pg.Client): Promise<z.infer<typeof Ledger>> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
      "id" VARCHAR(36) PRIMARY KEY NOT NULL,
      "checksum" VARCHAR(64) NOT NULL,
      "finished_at" TIMESTAMPTZ,
      "migration_name" VARCHAR(255) NOT NULL,
      "logs" TEXT,
      "rolled_back_at" TIMESTAMPTZ,
      "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
      "applied_steps_count" INTEGER NOT NULL DEFAULT 0
    )`);
  const { rows } = await client.query(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  );
  return Ledger.parse(rows);
}

/** Names in the ledger that we do not know are fine: a newer version ran here, and older code works on newer tables. */
function missingOf(migrations: readonly Migration[], ledger: z.infer<typeof Ledger>): readonly Migration[] {
  return migrations.filter(({ name, checksum }) => {
    const known = ledger.find((row) => row.migration_name === name);
    if (known === undefined) return true;
    if (!known.finished)
      throw new Error(`Migration ${name} failed here before. Repair the database, then start again.`);
    if (known.checksum === checksum) return false;
    throw new Error(
      `Migration ${name} is not the one that was applied to this database: its file was changed afterwards. ` +
        "Restore the file, and write what changed as a new migration.",
    );
  });
}

/**
 * Older code goes on writing meanwhile. All tables that a migration speaks of are locked in one statement that gives up
 * before PostgreSQL, after a second, looks for deadlocks and might end a writer instead; then it is tried again.
 */
const LOCK_WITHIN = "400ms";
const MAX_TRIES = 300;
const PAUSE_MS = 200;

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await applyOnce(client, migration);
    } catch (cause) {
      if (attempt < MAX_TRIES && isInTheWay(cause)) await wait(PAUSE_MS);
      else
        throw new Error(`Migration ${migration.name} could not be applied; the database is as it was before.`, {
          cause,
        });
    }
  }
}

/** A lock that was not to be had in time, or a deadlock with a writer. */
function isInTheWay(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["57014", "55P03", "40P01"].includes(String(error.code));
}

async function lockTables(client: pg.Client, sql: string): Promise<void> {
  const { rows } = await client.query(
    "SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname",
  );
  const tables = Names.parse(rows).filter(({ name }) => new RegExp(`\\b${name}\\b`, "u").test(sql));
  if (tables.length === 0) return;
  await client.query(`SET LOCAL statement_timeout = '${LOCK_WITHIN}'`);
  await client.query(`LOCK TABLE ${tables.map(({ name }) => `public.${name}`).join(", ")} IN ACCESS EXCLUSIVE MODE`);
  await client.query("SET LOCAL statement_timeout = 0");
}

async function applyOnce(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await lockTables(client, sql);
    await client.query(sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK");
    throw cause;
  }
}
