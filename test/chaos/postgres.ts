import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { withClient } from "../../src/store/client.ts";
import { connectionString } from "../../src/store/embedded/admin.ts";
import { readPostmaster } from "../../src/store/embedded/postmaster.ts";
import { readSettings } from "../../src/store/embedded/settings.ts";
import { startEmbeddedPostgres, stopEmbeddedPostgres } from "../../src/store/embedded/start.ts";

const PATIENCE_MS = 90_000;
/** Where BullMQ keeps its queue when PostgreSQL is its backend. */
const QUEUE_TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'bullmq'";

/** The real server from npm on a folder of its own, with durable writes: what is acknowledged has to survive. */
export class ChaosPostgres {
  readonly #dataDir: string;
  readonly #isOurs: boolean;

  /** `isOurs` false: the program under test starts it in its data folder, and has to start it again by itself. */
  constructor(dataDir: string, { isOurs }: { readonly isOurs: boolean }) {
    this.#dataDir = dataDir;
    this.#isOurs = isOurs;
  }

  get connectionString(): string {
    const settings = readSettings(this.#dataDir);
    if (settings === null) throw new Error("PostgreSQL was not started yet");
    return connectionString(settings.port, settings.password);
  }

  async start(): Promise<void> {
    if (this.#isOurs) await startEmbeddedPostgres({ dataDir: this.#dataDir });
  }

  /** Stops the server and removes its files, which may lie outside of the folder when this runs as root. */
  async stop(): Promise<void> {
    await stopEmbeddedPostgres(this.#dataDir);
    const serverDir = readSettings(this.#dataDir)?.serverDir;
    if (serverDir !== undefined) rmSync(serverDir, { recursive: true, force: true });
  }

  /** What `pg_ctl stop -m immediate` does, a crash that writes nothing more; then a start with recovery. */
  async crash(): Promise<void> {
    const cluster = join(readSettings(this.#dataDir)?.serverDir ?? "", "cluster");
    const running = readPostmaster(cluster);
    if (running?.isAlive !== true) return;
    const before = this.connectionString;
    process.kill(running.pid, "SIGQUIT");
    await until(() => isOther(cluster, running.pid), "PostgreSQL did not end after SIGQUIT");
    await this.start();
    await until(() => readPostmaster(cluster)?.isAlive === true, "PostgreSQL did not come back");
    if (this.connectionString !== before) throw new Error("PostgreSQL came back at another address");
  }

  /** Empties every table of the queue, as a failover to an empty queue would. */
  async loseQueue(): Promise<void> {
    await withClient(this.connectionString, async (client) => {
      const { rows } = await client.query<{ schemaname: string; tablename: string }>(QUEUE_TABLES);
      const names = rows.filter(({ tablename }) => !tablename.includes("migration"));
      if (names.length === 0) return;
      await client.query("SET lock_timeout = '5s'");
      await client.query(`TRUNCATE ${names.map((row) => `${row.schemaname}."${row.tablename}"`).join(", ")}`);
    });
  }

  /** Ends every session that holds the locks of a process, as a failover or an administrator does. */
  async endLockSessions(): Promise<void> {
    await this.number(
      "SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity WHERE application_name = 'traceops locks'",
    );
  }

  /** The texts that a query about progress gives. */
  async texts(sql: string): Promise<readonly string[]> {
    return withClient(this.connectionString, async (client) => {
      const { rows } = await client.query<{ t: string }>(sql);
      return rows.map(({ t }) => t);
    });
  }

  /** A number about progress. Never for counting losses: what we believe is not the evidence. */
  async number(sql: string): Promise<number> {
    return withClient(this.connectionString, async (client) => {
      const { rows } = await client.query<{ n: number }>(sql);
      return rows[0]?.n ?? -1;
    });
  }
}

/** True when this process is gone, whether or not another one has taken its place. */
function isOther(cluster: string, pid: number): boolean {
  const now = readPostmaster(cluster);
  return now?.isAlive !== true || now.pid !== pid;
}

async function until(look: () => boolean, otherwise: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!look()) {
    if (Date.now() > deadline) throw new Error(otherwise);
    await wait(20);
  }
}
