import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { z } from "zod";
import { changeSchema } from "./change-schema.ts";
import { withClient } from "./client.ts";
import { allowRoles, makeRoles } from "./roles.ts";

/** Prisma's own number, so that its tools and this runner wait for each other. */
const LOCK = 72_707_369;
const COMMITTED = join(import.meta.dirname, "../../prisma/migrations");

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const Ledger = z.array(z.object({ migration_name: z.string(), checksum: z.string(), finished: z.boolean() }));

/**
 * Applies the committed migrations that this database does not have, each in its own transaction, one process at a time,
 * writes Prisma's ledger, and gives the program's roles their rights. Throws, having changed nothing, when a migration was
 * edited after it was applied.
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
    await makeRoles(client);
    const missing = missingOf(migrations, await readLedger(client));
    for (const migration of missing) await apply(client, migration);
    await allowRoles(client);
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

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const record = () =>
    client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
  await changeSchema(client, { name: `Migration ${name}`, sql, record });
}
