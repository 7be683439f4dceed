import type pg from "pg";
import { z } from "zod";
import { changeSchema } from "./change-schema.ts";
import { withClient } from "./client.ts";

/** Sees and writes the rows of the tenant that its session is for; without one, none. */
export const TENANT_ROLE = "traceops_app";
/** Sees and writes the rows of every tenant. */
export const SYSTEM_ROLE = "traceops_system";
const ROLES = [TENANT_ROLE, SYSTEM_ROLE];
/** The session setting that policies compare a row's tenant with. */
export const TENANT_SETTING = "traceops.tenant";

/** Since this version a member may take on a role without having its rights all the time. */
const SET_OPTION_SINCE = 160_000;
const MAX_TRIES = 5;
/** No right to; made by somebody else at this moment, in three ways. */
const LEFT_TO_OTHERS = ["42501", "42710", "23505"];
const CHANGED_MEANWHILE = "XX000";

const Rights = z.tuple([z.object({ name: z.string(), makes_roles: z.boolean(), version: z.coerce.number() })]);
const Statements = z.array(z.object({ sql: z.string() }));
const Names = z.array(z.object({ name: z.string() }));
const Standing = z.tuple([z.object({ account: z.string(), escapes: z.boolean() })]);

/**
 * Makes the two roles when they are missing and the account of `client` may make roles, and lets `member`, its own account
 * unless told, take them on. Nobody can log in as one of them, and they own nothing. Without the right nothing happens.
 */
export async function makeRoles(client: pg.Client, member?: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_user AS name, rolsuper OR rolcreaterole AS makes_roles,
            current_setting('server_version_num') AS version FROM pg_roles WHERE rolname = current_user`,
  );
  const [{ name, makes_roles: makesRoles, version }] = Rights.parse(rows);
  if (!makesRoles) return;
  const found = await client.query("SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1)", [ROLES]);
  const known = new Set(Names.parse(found.rows).map((role) => role.name));
  const how = version >= SET_OPTION_SINCE ? " WITH INHERIT FALSE, SET TRUE" : "";
  for (const role of ROLES) {
    const attributes = "NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION";
    if (!known.has(role)) await unlessOthers(client, `CREATE ROLE ${role} ${attributes}`);
    if (!(await mayTakeOn(client, { account: member ?? name, role, version }))) {
      await unlessOthers(client, `GRANT ${role} TO ${client.escapeIdentifier(member ?? name)}${how}`);
    }
  }
}

/** Roles belong to the whole server, so that processes on other databases may be doing the same. */
async function unlessOthers(client: pg.Client, sql: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(sql);
      return;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (LEFT_TO_OTHERS.includes(code)) return;
      if (code !== CHANGED_MEANWHILE || attempt >= MAX_TRIES) throw error;
    }
  }
}

interface TakingOn {
  readonly account: string;
  readonly role: string;
  readonly version: number;
}

async function mayTakeOn(client: pg.Client, { account, role, version }: TakingOn): Promise<boolean> {
  const { rowCount } = await client.query(
    "SELECT FROM pg_roles WHERE rolname = $2 AND NOT rolsuper AND NOT rolbypassrls AND pg_has_role($1, oid, $3)",
    [account, role, version >= SET_OPTION_SINCE ? "SET" : "MEMBER"],
  );
  return rowCount === 1;
}

/** Rows only, and of the audit trail and the ledger of migrations not even all of that. Read from the database, so that no table is forgotten. */
const MISSING_RIGHTS = `
  WITH ours AS (
    SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relname <> '_prisma_migrations' AS holds_rows
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND (c.relkind = 'S' OR c.relname = '_prisma_migrations' OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped AND c.relkind = 'r'))
      AND pg_has_role(current_user, c.relowner, 'USAGE')
  ), wanted AS (
    SELECT ours.*, role, privilege FROM ours, unnest($1::text[]) role, unnest(CASE
      WHEN NOT holds_rows THEN ARRAY['SELECT']
      WHEN relname = 'audit_entry' THEN ARRAY['SELECT', 'INSERT']
      ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END) privilege
    WHERE relkind = 'r'
  )
  SELECT format('GRANT %s ON public.%I TO %I', privilege, relname, role) AS sql FROM wanted
  WHERE NOT has_table_privilege(role, oid, privilege)
  UNION ALL
  SELECT format('GRANT USAGE ON SEQUENCE public.%I TO %I', relname, role) FROM ours, unnest($1::text[]) role
  WHERE relkind = 'S' AND NOT has_sequence_privilege(role, oid, 'USAGE')
  UNION ALL
  SELECT format('GRANT USAGE ON SCHEMA public TO %I', role) FROM unnest($1::text[]) role
  WHERE NOT has_schema_privilege(role, 'public', 'USAGE')
  UNION ALL
  SELECT format('CREATE POLICY every_tenant ON public.%I TO ${SYSTEM_ROLE} USING (true)', relname) FROM ours
  WHERE relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = ours.oid AND polname = 'every_tenant')`;

async function missingRights(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query(MISSING_RIGHTS, [ROLES]);
  return Statements.parse(rows).map(({ sql }) => sql);
}

/** Gives the two roles what they lack on our tables. Does nothing while the account of `client` may not take them on. */
export async function allowRoles(client: pg.Client): Promise<void> {
  if (!(await areOurs(client))) return;
  const missing = await missingRights(client);
  if (missing.length > 0)
    await changeSchema(client, { name: "Rights of the program's roles", sql: missing.join(";\n") });
}

async function areOurs(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT current_user AS name, current_setting('server_version_num') AS version");
  const [{ name: account, version }] = z
    .tuple([z.object({ name: z.string(), version: z.coerce.number() })])
    .parse(rows);
  for (const role of ROLES) if (!(await mayTakeOn(client, { account, role, version }))) return false;
  return true;
}

/**
 * What keeps tenants apart on sessions of an account. "roles": they take on a role that owns nothing. "policies": they stay
 * the account, which the policies bind too. "nothing": the account is above policies, and there are no roles to take on.
 */
export interface Separation {
  readonly by: "roles" | "policies" | "nothing";
  readonly account: string;
}

/** What sessions of this connection string's account can do now. */
export async function readSeparation(connectionString: string): Promise<Separation> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query(
      "SELECT rolname AS account, rolsuper OR rolbypassrls AS escapes FROM pg_roles WHERE rolname = current_user",
    );
    const [{ account, escapes }] = Standing.parse(rows);
    const areReady = (await areOurs(client)) && (await missingRights(client)).length === 0;
    if (areReady) return { by: "roles", account };
    return { by: escapes ? "nothing" : "policies", account };
  });
}
