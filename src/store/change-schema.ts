import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { z } from "zod";

const Names = z.array(z.object({ name: z.string() }));
/**
 * Older code goes on writing meanwhile. All tables that a change speaks of are locked in one statement that gives up
 * before PostgreSQL, after a second, looks for deadlocks and might end a writer instead; then it is tried again.
 */
const LOCK_WITHIN = "400ms";
const MAX_TRIES = 300;
const PAUSE_MS = 200;

export interface SchemaChange {
  /** For the error's sentence: "Migration x". */
  readonly name: string;
  readonly sql: string;
  /** Goes into the same transaction. */
  readonly record?: (client: pg.Client) => Promise<unknown>;
}

/** Changes the schema in one transaction, whole or not at all, beside programs that go on writing. */
export async function changeSchema(client: pg.Client, change: SchemaChange): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await changeOnce(client, change);
    } catch (cause) {
      if (attempt < MAX_TRIES && isInTheWay(cause)) await wait(PAUSE_MS);
      else throw new Error(`${change.name} could not be applied; the database is as it was before.`, { cause });
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

async function changeOnce(client: pg.Client, { sql, record }: SchemaChange): Promise<void> {
  await client.query("BEGIN");
  try {
    await lockTables(client, sql);
    await client.query(sql);
    await record?.(client);
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK");
    throw cause;
  }
}
