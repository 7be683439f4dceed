import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../app/errors.ts";
import type { Begin, Header } from "./format.ts";

const Columns = z.array(z.object({ table: z.string(), name: z.string(), type: z.string() }));
const References = z.array(z.object({ from: z.string(), to: z.string() }));
const Ledger = z.array(z.object({ name: z.string(), checksum: z.string() }));

/**
 * Every table of ours with the columns that are stored, in an order in which rows can be put back: what is referred to comes
 * first. Read from the database itself, so that no table can be forgotten.
 */
export async function readTables(client: pg.ClientBase): Promise<readonly Begin[]> {
  const { rows } = await client.query(`
    SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind = 'r' AND c.relname <> '_prisma_migrations'
    ORDER BY c.relname, a.attnum`);
  const byTable = Map.groupBy(Columns.parse(rows), ({ table }) => table);
  const tables = [...byTable].map(([table, columns]) => ({
    table,
    columns: columns.map(({ name, type }) => ({ name, type })),
  }));
  return inOrder(tables, await readReferences(client));
}

async function readReferences(client: pg.ClientBase): Promise<z.infer<typeof References>> {
  const { rows } = await client.query(`
    SELECT f.relname AS from, t.relname AS to
    FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conrelid <> k.confrelid`);
  return References.parse(rows);
}

function inOrder(tables: readonly Begin[], references: z.infer<typeof References>): readonly Begin[] {
  const ordered: Begin[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ table }) => table));
    const free = left.filter(({ table }) => !references.some(({ from, to }) => from === table && waiting.has(to)));
    if (free.length === 0) throw new Error("tables refer to each other in a circle");
    ordered.push(...free);
    left = left.filter((each) => !free.includes(each));
  }
  return ordered;
}

/** The migrations that made the tables; none in a database without them. */
export async function readMigrationLedger(client: pg.ClientBase): Promise<Header["migrations"]> {
  const { rows: found } = await client.query("SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS is_there");
  if (!z.object({ is_there: z.boolean() }).parse(found[0]).is_there) {
    return [];
  }
  const { rows } = await client.query(`
    SELECT migration_name AS name, checksum FROM public._prisma_migrations
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`);
  return Ledger.parse(rows);
}

/** Names come from the database or from a backup; quoted, they cannot be anything but names. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A type as PostgreSQL's `format_type` writes it. It stands in a statement as it is, so it must not be anything else. */
export function checkedType(type: string): string {
  if (/^[a-z][a-z0-9 ]{0,60}(?:\(\d{1,10}(?:,\d{1,10})?\))?(?: with(?:out)? time zone)?(?:\[\])?$/u.test(type))
    return type;
  throw new AppError(
    "invalid-input",
    `The backup names a type that TraceOps does not use: ${JSON.stringify(type.slice(0, 60))}.`,
  );
}
