import pg from "pg";
import { makeRoles } from "../roles.ts";

/** The one database and the one account that the program uses. The account owns its database and nothing else. */
export const PROGRAM = "traceops";
const CONNECT_DEADLINE_MS = 3_000;

/** Whether a server that knows our password answers on this port. */
export async function ping(port: number, password: string): Promise<boolean> {
  if (port === 0) return false;
  const client = adminClient(port, password);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch (error) {
    if (isWrongPassword(error)) {
      throw new Error("The embedded PostgreSQL refuses its own remembered password; its settings file was replaced.", {
        cause: error,
      });
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes the program's roles and database when they are missing. None is a superuser, or their limits would be void. */
export async function ensureProgramDatabase(
  server: { readonly port: number; readonly adminPassword: string },
  role: { readonly password: string; readonly createsDatabases: boolean },
): Promise<void> {
  const client = adminClient(server.port, server.adminPassword);
  await client.connect();
  try {
    const known = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [PROGRAM]);
    if (known.rowCount === 0) await client.query(`CREATE ROLE ${PROGRAM} LOGIN NOSUPERUSER NOCREATEROLE`);
    const rights = role.createsDatabases ? "CREATEDB" : "NOCREATEDB";
    await client.query(`ALTER ROLE ${PROGRAM} ${rights} PASSWORD ${client.escapeLiteral(role.password)}`);
    const database = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [PROGRAM]);
    await makeRoles(client, PROGRAM);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${PROGRAM} OWNER ${PROGRAM}`);
  } finally {
    await client.end();
  }
}

/** How the program reaches its database. Holds a password: never print it. */
export function connectionString(port: number, password: string): string {
  return `postgresql://${PROGRAM}:${encodeURIComponent(password)}@127.0.0.1:${port}/${PROGRAM}`;
}

function adminClient(port: number, password: string): pg.Client {
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password,
    database: "postgres",
    connectionTimeoutMillis: CONNECT_DEADLINE_MS,
    query_timeout: 30_000,
  });
  // A server that goes away while the client is idle must not end our process.
  client.on("error", () => undefined);
  return client;
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "28P01";
}
