import { resolve } from "node:path";
import type { Logger } from "../app/ports.ts";
import { startEmbeddedPostgres } from "../store/embedded/start.ts";
import { migrate } from "../store/migrate.ts";
import type { Config } from "./config.ts";
import { PROJECT_ROOT } from "./project.ts";

export interface Database {
  readonly connectionString: string;
  /** True when the server is our own child. */
  readonly isEmbedded: boolean;
  /** Migrations that this start applied. */
  readonly applied: readonly string[];
  /** Stops the embedded server when this process owns it. Close every client first. */
  close(): Promise<void>;
}

/** The folder for everything this install keeps on disk. */
export function dataDirOf(config: Config): string {
  return resolve(PROJECT_ROOT, config.core.TRACEOPS_DATA_DIR);
}

/** The database of the settings, or the embedded one, with its schema up to date. */
export async function openDatabase(config: Config, logger?: Logger): Promise<Database> {
  const given = config.core.DATABASE_URL;
  if (given !== undefined) {
    const { applied } = await migrate(given);
    return { connectionString: given, isEmbedded: false, applied, close: () => Promise.resolve() };
  }
  const server = await startEmbeddedPostgres({ dataDir: dataDirOf(config), ...(logger ? { logger } : {}) });
  try {
    const { applied } = await migrate(server.connectionString);
    return { connectionString: server.connectionString, isEmbedded: true, applied, close: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
