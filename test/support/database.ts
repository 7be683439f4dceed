import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { readSettings } from "../../src/store/embedded/settings.ts";
import { startEmbeddedPostgres, stopEmbeddedPostgres } from "../../src/store/embedded/start.ts";
import { withStartLock } from "../../src/store/embedded/start-lock.ts";
import { migrate } from "../../src/store/migrate.ts";

const DATA_DIR = resolve(import.meta.dirname, "../../.traceops/test-postgres");
/** Tests need the server's behaviour, not its durability. */
const FAST = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
const LEASE = "traceops test lease";

export interface TestDatabase {
  /** A fresh, migrated database of its own. */
  readonly connectionString: string;
  /** Removes the database; the last one to leave stops the server. Close your own clients first. */
  stop(): Promise<void>;
}

/**
 * A fresh database (migrated unless told otherwise) on one embedded server that all test files of a run share. Whoever comes first starts the
 * server, whoever leaves last stops it; while it is in use every test file holds a connection as its lease.
 */
export async function createTestDatabase({ migrated } = { migrated: true }): Promise<TestDatabase> {
  const lease = await takeLease();
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await lease.client.query(`CREATE DATABASE ${name}`);
  const connectionString = withDatabase(lease.connectionString, name);
  if (migrated) await migrate(connectionString);
  return {
    connectionString,
    async stop() {
      await dropped(lease.client, name);
      await leave(lease);
    },
  };
}

interface Lease {
  readonly connectionString: string;
  readonly client: pg.Client;
}

function takeLease(): Promise<Lease> {
  return withStartLock(lockFolder(), async () => {
    const server = await start();
    const client = new pg.Client({ connectionString: server.connectionString, application_name: LEASE });
    client.on("error", () => undefined);
    await client.connect();
    return { connectionString: server.connectionString, client };
  });
}

async function leave({ client }: Lease): Promise<void> {
  await withStartLock(lockFolder(), async () => {
    const others = await client.query(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()",
      [LEASE],
    );
    await client.end();
    if (others.rowCount !== 0) return;
    await stopEmbeddedPostgres(DATA_DIR);
  });
}

function start() {
  return startEmbeddedPostgres({ dataDir: DATA_DIR, createsDatabases: true, serverSettings: FAST });
}

/** A lock of its own: taking a lease and the last one's leaving each hold the server's own lock meanwhile. */
function lockFolder(): string {
  const folder = join(DATA_DIR, "leases");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The superuser of the test server on the same database, for tests of what superusers may do. */
export function asSuperuser(connectionString: string): string {
  const url = new URL(connectionString);
  url.username = "postgres";
  url.password = readSettings(DATA_DIR)?.adminPassword ?? "";
  return url.href;
}

function withDatabase(connectionString: string, name: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  return url.href;
}

const DROP_TRIES = 20;
const NOT_ALLOWED = "42501";

/** While the server itself cleans up in it, a database cannot be dropped by an ordinary account: a moment later it can. */
async function dropped(client: pg.Client, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return;
    } catch (error) {
      const isBusy = error instanceof Error && "code" in error && error.code === NOT_ALLOWED;
      if (!isBusy || attempt >= DROP_TRIES) throw error;
      await wait(250);
    }
  }
}
