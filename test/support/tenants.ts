import { randomUUID } from "node:crypto";
import pg from "pg";
import { type TenantId, tenantId } from "../../src/core/ids.ts";
import { readTables } from "../../src/store/backup/tables.ts";
import { withClient } from "../../src/store/client.ts";
import type { Database } from "../../src/store/database.ts";
import type { Databases } from "../../src/store/databases.ts";

export const NORTH = tenantId("north");
export const SOUTH = tenantId("south");

/** A table with a tenant, and the columns that have to be given. */
export interface TenantTable {
  readonly table: string;
  readonly required: readonly { readonly name: string; readonly type: string }[];
}

/** Every one that the database has, so that a new one is looked at too; what others refer to comes first. */
export async function readTenantTables(client: pg.ClientBase): Promise<readonly TenantTable[]> {
  const { rows } = await client.query<{ table: string; name: string; type: string; required: boolean }>(`
    SELECT c.table_name AS table, c.column_name AS name, c.data_type AS type,
           c.is_nullable = 'NO' AND c.column_default IS NULL AND c.is_identity = 'NO' AS required
    FROM information_schema.columns c WHERE c.table_schema = 'public' AND EXISTS (
      SELECT FROM information_schema.columns t
      WHERE t.table_schema = 'public' AND t.table_name = c.table_name AND t.column_name = 'tenant')`);
  const order = (await readTables(client)).map(({ table }) => table);
  const byTable = Map.groupBy(rows, ({ table }) => table);
  return order.flatMap((table) => {
    const columns = byTable.get(table);
    return columns === undefined ? [] : [{ table, required: columns.filter(({ required }) => required) }];
  });
}

/** A row as somebody of `tenant` would write it; rows of one table and tenant differ by their number. */
export function insertSql({ table, required }: TenantTable, tenant: TenantId, number: number): string {
  const values = required.map(({ name, type }) => literalOf({ name, type, table }, tenant, number));
  return `INSERT INTO ${table} (${required.map(({ name }) => `"${name}"`).join(", ")}) VALUES (${values.join(", ")})`;
}

function literalOf(
  { name, type, table }: { readonly name: string; readonly type: string; readonly table: string },
  tenant: TenantId,
  number: number,
): string {
  if (name === "tenant") return pg.escapeLiteral(tenant);
  // Rows of one incident, which has to be there.
  if (name === "incident_id") return pg.escapeLiteral(`${tenant}-1`);
  if (name === "id" && table === "incident") return pg.escapeLiteral(`${tenant}-${number}`);
  if (/int|numeric/u.test(type)) return String(number);
  return LITERALS[type] ?? pg.escapeLiteral(`${tenant} ${number}`);
}

const LITERALS: Readonly<Record<string, string>> = {
  "timestamp with time zone": "now()",
  json: "'{}'",
  jsonb: "'{}'",
  boolean: "false",
  bytea: "''",
  ARRAY: "'{}'",
};

/** Two rows of north and of south in every table, or one where a tenant can have no more. */
export async function fillTenants(connectionString: string): Promise<readonly TenantTable[]> {
  return withClient(connectionString, async (client) => {
    const tables = await readTenantTables(client);
    for (const tenant of [NORTH, SOUTH]) {
      for (const table of tables) {
        for (const number of [1, 2]) await client.query(`${insertSql(table, tenant, number)} ON CONFLICT DO NOTHING`);
      }
    }
    return tables;
  });
}

/** What stands in every table for a tenant, to the byte, as the owner sees it. */
export async function contentOf(
  connectionString: string,
  tables: readonly TenantTable[],
  tenant: TenantId,
): Promise<ReadonlyMap<string, { readonly rows: number; readonly text: string }>> {
  return withClient(connectionString, async (client) => {
    const found = new Map<string, { readonly rows: number; readonly text: string }>();
    for (const { table } of tables) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT t::text AS text FROM ${table} t WHERE tenant = $1 ORDER BY 1`,
        [tenant],
      );
      found.set(table, { rows: rows.length, text: rows.map(({ text }) => text).join("\n") });
    }
    return found;
  });
}

class Undone extends Error {
  readonly rows: number;
  constructor(rows: number) {
    super("undone");
    this.rows = rows;
  }
}

/** How many rows a statement touches; it is undone again. "refused" when the database does not let it. */
export async function attempt(db: Database, sql: string): Promise<number | "refused"> {
  try {
    return await db.$transaction(async (tx) => {
      throw new Undone(await tx.$executeRawUnsafe(sql));
    });
  } catch (error) {
    if (error instanceof Undone) return error.rows;
    const refused = /row-level security|permission denied|audit_entry is only added to/u;
    if (error instanceof Error && refused.test(error.message)) return "refused";
    throw error;
  }
}

export interface Filled {
  readonly tables: readonly TenantTable[];
  /** What each table holds of the tenant that looks. */
  readonly own: ReadonlyMap<string, { readonly rows: number }>;
  readonly isOwner?: boolean;
}

/** Reads and writes of every table without any filter, as `mine`: what came across, or did not get what is its own. */
export async function crossings(
  databases: Databases,
  { tables, own, isOwner = false }: Filled,
  [mine, theirs]: readonly [TenantId, TenantId],
): Promise<readonly string[]> {
  const db = databases.of(mine);
  const problems: string[] = [];
  for (const table of tables) {
    const { table: name } = table;
    const expected = own.get(name)?.rows ?? 0;
    const rows = await db.$queryRawUnsafe<{ tenant: string }[]>(`SELECT tenant FROM ${name}`);
    if (rows.length !== expected || rows.some(({ tenant }) => tenant !== mine)) {
      problems.push(`${name}: of ${expected} own rows it reads ${JSON.stringify(rows)}`);
    }
    const changed = await attempt(db, `UPDATE ${name} SET tenant = tenant`);
    if (![expected, "refused"].includes(changed)) problems.push(`${name}: of ${expected} it changes ${changed}`);
    const forbidden = [insertSql(table, theirs, 9), `UPDATE ${name} SET tenant = '${theirs}'`];
    // Policies do not speak of TRUNCATE: rights do, and an owner has them all.
    problems.push(...(await allowedOf(db, isOwner ? forbidden : [...forbidden, `TRUNCATE ${name} CASCADE`])));
  }
  return problems;
}

async function allowedOf(db: Database, statements: readonly string[]): Promise<readonly string[]> {
  const allowed: string[] = [];
  for (const sql of statements) if ((await attempt(db, sql)) !== "refused") allowed.push(`allowed: ${sql}`);
  return allowed;
}

/** Removes everything that a session sees, for good. Gives how many rows went of each table. */
export async function deleteEverything(
  db: Database,
  tables: readonly TenantTable[],
): Promise<ReadonlyMap<string, number>> {
  const gone = new Map<string, number>();
  for (const { table } of tables.toReversed()) {
    // Nobody removes entries of the audit trail.
    if (table !== "audit_entry") gone.set(table, await db.$executeRawUnsafe(`DELETE FROM ${table}`));
  }
  return gone;
}

/** An account of the test server, made by its superuser, with a database of its own; `drop` removes both. */
export async function makeAccount(adminUrl: string, attributes: string) {
  const name = `shop_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const sql = (text: string) => withClient(adminUrl, (client) => client.query(text));
  await sql(`CREATE ROLE ${name} LOGIN PASSWORD 'made-up' ${attributes}`);
  await sql(`CREATE DATABASE ${name} OWNER ${name}`);
  const url = new URL(adminUrl);
  url.username = name;
  url.password = "made-up";
  url.pathname = `/${name}`;
  return {
    name,
    connectionString: url.href,
    async drop() {
      await sql(`DROP DATABASE ${name} WITH (FORCE)`);
      await sql(`DROP ROLE ${name}`);
    },
  };
}
