import type pg from "pg";
import { z } from "zod";
import { UnavailableError } from "../app/errors.ts";
import { DEFAULT_TENANT, type TenantId } from "../core/ids.ts";
import { withSessionSettings } from "../platform/session-settings.ts";
import { type Database, databaseOn, openPool } from "./database.ts";
import { readSeparation, type Separation, SYSTEM_ROLE, TENANT_ROLE, TENANT_SETTING } from "./roles.ts";

/** What the store may do for all tenants at once, and why. Everything else is done for one of them. */
export const EVERY_TENANT_WORK = {
  "webhook-by-number": "a job names a webhook by its number; whose it is stands in the row",
  "past-its-time": "what is too old goes, whoever it belongs to",
  standing: "what waits and what is stuck in the whole install",
  stopping: "a process that ends gives back every graph that it keeps",
} as const;

/** Connections by whose rows they see. */
export interface Databases {
  /** Sees and writes rows of this tenant alone, whatever a statement asks for: its connections serve nobody else. */
  of(tenant: TenantId): Database;
  everyTenant(work: keyof typeof EVERY_TENANT_WORK): Database;
  /** Rejects when the database does not answer, or does not hold sessions to their tenant. */
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** Connections of the tenant that an install is for, of each other one, and of all together. */
const POOL_SIZES = { own: 10, other: 3, every: 5 };
/** Tenants that have connections at a time; when one more comes, the one that rests longest gives its own back. */
const MAX_TENANTS = 16;

interface Part {
  readonly pool: pg.Pool;
  readonly database: Database;
}

/** A pool for each tenant whose sessions begin as that tenant's, so that separation costs no statement. Nothing is opened yet. */
export function createDatabases(connectionString: string, by: Separation["by"]): Databases {
  const parts = new Map<TenantId, Part>();
  const every = open(sessionsOfEveryTenant(connectionString, by), {
    max: POOL_SIZES.every,
    expected: { role: roleOf(by, SYSTEM_ROLE), tenant: "" },
  });
  const openFor = (tenant: TenantId): Part => {
    if (tenant === "") throw new TypeError("a tenant without a name would be every tenant");
    return open(sessionsOf(tenant, connectionString, by), {
      max: tenant === DEFAULT_TENANT ? POOL_SIZES.own : POOL_SIZES.other,
      expected: { role: roleOf(by, TENANT_ROLE), tenant },
    });
  };
  const of = (tenant: TenantId): Database => {
    const known = parts.get(tenant);
    if (known === undefined && parts.size >= MAX_TENANTS) giveBack(parts);
    const part = known ?? openFor(tenant);
    // The map's order is that of use.
    parts.delete(tenant);
    parts.set(tenant, part);
    return part.database;
  };
  return {
    of,
    everyTenant: () => every.database,
    async connect() {
      await of(DEFAULT_TENANT).$queryRaw`SELECT 1`;
      await every.database.$queryRaw`SELECT 1`;
    },
    async close() {
      await Promise.all([every, ...parts.values()].map(({ database }) => database.$disconnect()));
    },
  };
}

/** The same, connected, on the sessions that this database allows. */
export async function openDatabases(connectionString: string): Promise<Databases> {
  const databases = createDatabases(connectionString, (await readSeparation(connectionString)).by);
  try {
    await databases.connect();
    return databases;
  } catch (error) {
    await databases.close();
    throw error;
  }
}

/** For queue and relay, which wake workers for the outbox rows of all tenants: sessions that see every tenant. */
export async function connectionOfEveryTenant(connectionString: string): Promise<string> {
  return sessionsOfEveryTenant(connectionString, (await readSeparation(connectionString)).by);
}

function sessionsOf(tenant: TenantId, connectionString: string, by: Separation["by"]): string {
  const role = by === "roles" ? { role: TENANT_ROLE } : {};
  return withSessionSettings(connectionString, { ...role, [TENANT_SETTING]: tenant });
}

function sessionsOfEveryTenant(connectionString: string, by: Separation["by"]): string {
  return by === "roles" ? withSessionSettings(connectionString, { role: SYSTEM_ROLE }) : connectionString;
}

const roleOf = (by: Separation["by"], role: string) => (by === "roles" ? role : null);

interface Expected {
  /** Null: whichever the account is. */
  readonly role: string | null;
  readonly tenant: string;
}

function open(
  connectionString: string,
  { max, expected }: { readonly max: number; readonly expected: Expected },
): Part {
  const pool = openPool(connectionString, { max, check: (client) => refuseOthers(client, expected) });
  return { pool, database: databaseOn(pool) };
}

const Session = z.tuple([z.object({ role: z.string(), tenant: z.string() })]);

/** Poolers between us and the server may drop what a session was to begin with: then it would be somebody else's. */
async function refuseOthers(client: pg.ClientBase, expected: Expected): Promise<void> {
  const { rows } = await client.query(
    "SELECT current_user AS role, coalesce(current_setting($1, true), '') AS tenant",
    [TENANT_SETTING],
  );
  const [{ role, tenant }] = Session.parse(rows);
  if (tenant === expected.tenant && (expected.role ?? role) === role) return;
  throw new UnavailableError("PostgreSQL", {
    retryable: false,
    detail:
      "the settings that keep tenants apart do not reach the server; DATABASE_URL must reach PostgreSQL directly, not through a pooler",
  });
}

/** Only connections without work are given back. Whoever still holds the database of that tenant gets new ones of the same. */
function giveBack(parts: Map<TenantId, Part>): void {
  for (const [tenant, { pool, database }] of parts) {
    if (pool.totalCount !== pool.idleCount || pool.waitingCount > 0) continue;
    parts.delete(tenant);
    void database.$disconnect().catch(() => undefined);
    return;
  }
  throw new UnavailableError("PostgreSQL", {
    retryable: true,
    detail: `${MAX_TENANTS} tenants use the database at this moment`,
  });
}
