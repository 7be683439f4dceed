// Acceptance test 11: application filters removed, nothing crosses. TENANT_OPERATIONS=100000 makes the long test longer.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TenantId, tenantId } from "../../src/core/ids.ts";
import { createRandom } from "../../src/demo/random.ts";
import { withSessionSettings } from "../../src/platform/session-settings.ts";
import { withClient } from "../../src/store/client.ts";
import { createDatabases, type Databases, EVERY_TENANT_WORK, openDatabases } from "../../src/store/databases.ts";
import { readSeparation, SYSTEM_ROLE, TENANT_ROLE } from "../../src/store/roles.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  attempt,
  contentOf,
  crossings,
  deleteEverything,
  fillTenants,
  insertSql,
  NORTH,
  SOUTH,
  type TenantTable,
} from "../support/tenants.ts";

const OPERATIONS = Number(process.env["TENANT_OPERATIONS"] ?? 1_000);
const AT_ONCE = 20;
const BOTH = [
  [NORTH, SOUTH],
  [SOUTH, NORTH],
] as const;

let database: TestDatabase;
let url: string;
let databases: Databases;
let tables: readonly TenantTable[];

beforeAll(async () => {
  database = await createTestDatabase();
  url = database.connectionString;
  tables = await fillTenants(url);
  databases = await openDatabases(url);
});

afterAll(async () => {
  await databases?.close();
  await database?.stop();
});

const sql = (text: string) => withClient(url, (client) => client.query(text));
const contentsOf = (tenant: TenantId) => contentOf(url, tables, tenant);

describe("application filters removed", () => {
  test("a tenant's connections read, change and write no row of another one, in any table", async () => {
    const before = await Promise.all([NORTH, SOUTH].map(contentsOf));
    const found: string[] = [];
    for (const [mine, theirs] of BOTH) {
      found.push(...(await crossings(databases, { tables, own: await contentsOf(mine) }, [mine, theirs])));
    }

    expect(found).toEqual([]);
    expect(tables.length).toBeGreaterThanOrEqual(20);
    expect(await Promise.all([NORTH, SOUTH].map(contentsOf))).toEqual(before);
    expect((await readSeparation(url)).by).toBe("roles");
  });

  test("whoever removes everything removes what is their own", async () => {
    const [own, others] = [await contentsOf(NORTH), await contentsOf(SOUTH)];
    const gone = await deleteEverything(databases.of(NORTH), tables);
    const left = await contentsOf(NORTH);
    const othersAfter = await contentsOf(SOUTH);
    await fillTenants(url);

    for (const [table, rows] of gone) expect([table, rows]).toEqual([table, own.get(table)?.rows]);
    expect([...left].filter(([, { rows }]) => rows > 0).map(([table]) => table)).toEqual(["audit_entry"]);
    expect(othersAfter).toEqual(others);
  });

  test("a session that names no tenant sees nothing and writes nothing", async () => {
    const nobody = withSessionSettings(url, { role: TENANT_ROLE });
    const outcomes = await withClient(nobody, async (client) => {
      const found: string[] = [];
      for (const table of tables) {
        const { rowCount } = await client.query(`SELECT 1 FROM ${table.table}`);
        const written = await client.query(insertSql(table, NORTH, 9)).then(
          () => "written",
          (error: unknown) => String(error),
        );
        if (rowCount !== 0 || !written.includes("row-level security"))
          found.push(`${table.table}: ${rowCount} ${written}`);
      }
      return found;
    });

    expect(outcomes).toEqual([]);
    expect(() => databases.of(tenantId(""))).toThrow("without a name");
  });
});

const tenantOf = async (tenant: TenantId) => {
  const [row] = await databases.of(tenant).$queryRaw<{ tenant: string; pid: number; role: string }[]>`
    SELECT current_setting('traceops.tenant', true) AS tenant, pg_backend_pid() AS pid, current_user AS role`;
  return row;
};

describe("connections", () => {
  test("keep their tenant after errors, a transaction that ended badly, RESET and a killed server process", async () => {
    const db = databases.of(NORTH);
    const table = tables.find((each) => each.table === "note");
    const ends = [
      () => db.$executeRawUnsafe("SELECT 1 / 0"),
      () => db.$executeRawUnsafe(table === undefined ? "" : insertSql(table, SOUTH, 7)),
      () => db.$transaction((tx) => tx.$executeRawUnsafe("SELECT set_config('traceops.tenant', 'south', true), 1 / 0")),
      () => db.$transaction((tx) => tx.$executeRawUnsafe("SELECT set_config('traceops.tenant', 'south', true)")),
      () => db.$executeRawUnsafe("RESET ALL"),
      () => db.$executeRawUnsafe("RESET ROLE"),
      () => db.$executeRawUnsafe("SELECT pg_terminate_backend(pg_backend_pid())"),
    ];
    for (const end of ends) {
      await Promise.all(Array.from({ length: 3 }, () => end().catch(() => undefined)));
      const seen = await Promise.all(Array.from({ length: 5 }, () => tenantOf(NORTH)));

      expect(new Set(seen.map((row) => `${row?.tenant} ${row?.role}`))).toEqual(new Set([`north ${TENANT_ROLE}`]));
    }
  });

  test(`two tenants take turns over ${OPERATIONS} statements without filters: none sees the other's rows`, async () => {
    const random = createRandom(11);
    const pids = new Map<TenantId, Set<number>>([NORTH, SOUTH].map((tenant) => [tenant, new Set()]));
    const found: string[] = [];
    const names = tables.map(({ table }) => table);
    const once = async () => {
      const [mine] = random.pick(BOTH);
      const table = random.pick(names);
      const db = databases.of(mine);
      if (random.chance(0.1)) await db.$executeRawUnsafe("SELECT 1 / 0").catch(() => undefined);
      const rows = await db.$queryRawUnsafe<{ tenant: string; pid: number }[]>(
        `SELECT tenant, pg_backend_pid() AS pid FROM ${table}`,
      );
      for (const { tenant, pid } of rows) {
        pids.get(mine)?.add(pid);
        if (tenant !== mine) found.push(`${mine} saw ${tenant} in ${table}`);
      }
      const changed = random.chance(0.2) ? await attempt(db, `UPDATE ${table} SET tenant = tenant`) : rows.length;
      if (rows.length === 0 || ![rows.length, "refused"].includes(changed)) {
        found.push(`${mine} saw ${rows.length} rows in ${table} and changed ${changed}`);
      }
    };
    const hand = async () => {
      for (let turn = 0; turn < OPERATIONS / AT_ONCE; turn++) await once();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hand));

    expect(found).toEqual([]);
    const [north = new Set(), south = new Set()] = [...pids.values()];
    expect(north.size).toBeGreaterThan(0);
    expect([...north].filter((pid) => south.has(pid))).toEqual([]);
  }, 600_000);

  test("of more tenants than have connections at a time, and of odd names, each is itself", async () => {
    const odd = [
      "a b",
      "-c role=postgres",
      "x -c traceops.tenant=north",
      "tab\there",
      "back\\slash",
      "qu'ote\"",
      "ü✓",
      "*",
      "%",
    ];
    const many = [...odd, ...Array.from({ length: 40 }, (_, index) => `shop-${index}`)].map(tenantId);
    const handles = many.map((tenant) => databases.of(tenant));
    for (const tenant of [...many, ...many]) {
      expect(await tenantOf(tenant)).toMatchObject({ tenant, role: TENANT_ROLE });
    }
    // A handle from before its connections were given back is still its tenant's.
    const [row] = await (handles[0] ?? databases.of(NORTH)).$queryRaw<{ tenant: string }[]>`
      SELECT current_setting('traceops.tenant', true) AS tenant`;
    await handles[0]?.$disconnect();

    expect(row).toEqual({ tenant: "a b" });
  });

  test("that lost their settings on the way are refused", async () => {
    // What comes out of a pooler: a session that began as somebody else's.
    const stray = createDatabases(withSessionSettings(url, { "traceops.tenant": "north" }), "policies");

    await expect(stray.connect()).rejects.toThrow("do not reach the server");
    await stray.close();
  });
});

describe("the roles", () => {
  test("may log in nowhere, own nothing, are above nothing, and may only do with rows what the program does", async () => {
    const { rows: roles } = await sql(`
      SELECT rolname, rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS too_much,
        (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned
      FROM pg_roles r WHERE rolname IN ('${TENANT_ROLE}', '${SYSTEM_ROLE}') ORDER BY rolname`);
    const { rows: rights } = await sql(`
      SELECT DISTINCT grantee || ' ' || privilege_type || CASE WHEN table_name IN ('audit_entry', '_prisma_migrations')
        THEN ' ' || table_name ELSE '' END AS may
      FROM information_schema.role_table_grants WHERE grantee IN ('${TENANT_ROLE}', '${SYSTEM_ROLE}') ORDER BY 1`);

    expect(roles).toEqual([TENANT_ROLE, SYSTEM_ROLE].map((rolname) => ({ rolname, too_much: false, owned: 0 })));
    const all = [
      "DELETE",
      "INSERT",
      "INSERT audit_entry",
      "SELECT",
      "SELECT _prisma_migrations",
      "SELECT audit_entry",
      "UPDATE",
    ];
    expect(rights.map(({ may }) => may)).toEqual(
      [TENANT_ROLE, SYSTEM_ROLE].flatMap((role) => all.map((right) => `${role} ${right}`)),
    );
  });

  test("every tenant is seen by the work that says why, and by nothing else", () => {
    const src = resolve(import.meta.dirname, "../../src");
    const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
      (file) => /(?<!\.test)\.ts$/u.test(file) && !file.includes("generated"),
    );
    const using = (pattern: RegExp) =>
      files.filter((file) => pattern.test(readFileSync(join(src, file), "utf8"))).toSorted();
    const code = files.map((file) => readFileSync(join(src, file), "utf8")).join("\n");
    const asked = [...code.matchAll(/\.everyTenant\("([^"]+)"\)/gu)].map(([, work]) => work);

    expect(new Set(asked)).toEqual(new Set(Object.keys(EVERY_TENANT_WORK)));
    expect(using(/(?<!function )connectionOfEveryTenant\(/u)).toEqual(["main/work.ts"]);
    expect(using(/(?<!function )withEveryTenant\(/u)).toEqual([
      "store/backup/restore.ts",
      "store/backup/write-backup.ts",
      "store/erasure/erase-incident.ts",
      "store/erasure/erase-person.ts",
      "store/requeue.ts",
    ]);
    expect(using(/(?<!function )openDatabase\(connectionString/u)).toEqual([]);
    expect(using(/SET ROLE|set_config|SESSION AUTHORIZATION/iu)).toEqual([]);
  });
});

describe("what would break it is seen", () => {
  test.each([
    [
      "a table without policies",
      `CREATE TABLE later (tenant TEXT NOT NULL, id INT NOT NULL); GRANT ALL ON later TO ${TENANT_ROLE}`,
    ],
    ["a policy that is gone", "DROP POLICY own_tenant ON mark"],
    ["a policy that lets all through", `CREATE POLICY easy ON mark TO ${TENANT_ROLE} USING (true)`],
    ["row-level security switched off", "ALTER TABLE note DISABLE ROW LEVEL SECURITY"],
  ])("%s", async (_what, change) => {
    const other = await createTestDatabase();
    try {
      await withClient(other.connectionString, (client) => client.query(change));
      const filled = await fillTenants(other.connectionString);
      const broken = createDatabases(other.connectionString, "roles");
      const own = await contentOf(other.connectionString, filled, NORTH);
      const found = await crossings(broken, { tables: filled, own }, [NORTH, SOUTH]);
      await broken.close();

      expect(found.length).toBeGreaterThan(0);
    } finally {
      await other.stop();
    }
  });
});
