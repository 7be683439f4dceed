import pg from "pg";
import { withSessionSettings } from "../platform/session-settings.ts";

const CONNECT_DEADLINE_MS = 5_000;
const QUERY_DEADLINE_MS = 15_000;

/** A connection that survives the server's going away: its queries fail, the process does not. */
export class GuardedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // A checked-out client without a listener ends the process when the server restarts; the pool's own is not enough.
    this.on("error", () => undefined);
  }
}

/**
 * Commits without waiting for the disk. What the queue writes may be lost with the server: a row that is not marked as
 * done runs again, and a wake-up comes again. What asks for the work is committed by the store, which waits.
 */
export const EXPENDABLE_WRITES = "-c synchronous_commit=off";

/** A few connections for short statements whose writes are expendable. */
export function openPool(connectionString: string, options: { readonly max: number; readonly name: string }): pg.Pool {
  const pool = new pg.Pool({
    // Into the string: what stands there wins over options beside it.
    connectionString: withSessionSettings(connectionString, { synchronous_commit: "off" }),
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: CONNECT_DEADLINE_MS,
    query_timeout: QUERY_DEADLINE_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    Client: GuardedClient,
  });
  pool.on("error", () => undefined);
  return pool;
}

/** One session of its own, for locks and notifications. Dead peers are noticed within about 20 s on both sides. */
export async function openSession(connectionString: string, name: string): Promise<pg.Client> {
  const client = new GuardedClient({
    connectionString,
    application_name: name,
    connectionTimeoutMillis: CONNECT_DEADLINE_MS,
    query_timeout: QUERY_DEADLINE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  await client.connect();
  await client.query("SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3");
  return client;
}
