import { resolve } from "node:path";
import { UnavailableError } from "../app/errors.ts";
import type { Logger } from "../app/ports.ts";
import { startEmbeddedPostgres } from "../store/embedded/start.ts";
import { migrate } from "../store/migrate.ts";
import { readSeparation, type Separation } from "../store/roles.ts";
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
  return open(config, {
    migrate: (connectionString) => migrate(connectionString).then(({ applied }) => applied),
    logger,
  });
}

/** The same with the schema left as it is, for commands that carry data out of it or into it. */
export async function openDatabaseAsItIs(config: Config): Promise<Database> {
  return open(config, { migrate: () => Promise.resolve([]), logger: undefined });
}

interface Opening {
  readonly migrate: (connectionString: string) => Promise<readonly string[]>;
  readonly logger: Logger | undefined;
}

async function open(config: Config, { migrate: update, logger }: Opening): Promise<Database> {
  const given = config.core.DATABASE_URL;
  if (given !== undefined) {
    const applied = await migrateGiven(given, update);
    if (logger) await warnOfNoSeparation(given, logger);
    return { connectionString: given, isEmbedded: false, applied, close: () => Promise.resolve() };
  }
  const server = await startEmbeddedPostgres({
    dataDir: dataDirOf(config),
    keepsRunning: true,
    ...(logger ? { logger } : {}),
  });
  try {
    const applied = await update(server.connectionString);
    return { connectionString: server.connectionString, isEmbedded: true, applied, close: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The embedded server has its roles; an account of others may be above every policy. */
async function warnOfNoSeparation(connectionString: string, logger: Logger): Promise<void> {
  const { by, account } = await readSeparation(connectionString);
  if (by === "nothing") logger.warn({ account }, separationWords({ by, account }));
}

/** How tenants are kept apart, and what to do when they are not. */
export function separationWords({ by, account }: Separation): string {
  if (by === "roles") return "the database keeps tenants apart (roles traceops_app and traceops_system)";
  if (by === "policies") return "the database keeps tenants apart (policies that bind the account of DATABASE_URL)";
  return (
    `the account ${account} of DATABASE_URL is above row-level security: only queries keep tenants apart. Use one that is ` +
    "no superuser and has no BYPASSRLS, or make the roles of docs/operations.md"
  );
}

async function migrateGiven(connectionString: string, update: Opening["migrate"]): Promise<readonly string[]> {
  try {
    return await update(connectionString);
  } catch (cause) {
    if (!isConnectionTrouble(cause)) throw cause;
    const { hostname, port, pathname } = new URL(connectionString);
    const where = `${hostname}:${port === "" ? "5432" : port}${pathname}`;
    throw new UnavailableError("PostgreSQL", {
      retryable: true,
      detail: `The database of DATABASE_URL (${where}) cannot be used: ${codeOf(cause)}. Check the setting, or unset it to use the embedded one.`,
      cause,
    });
  }
}

/** The network's codes, and PostgreSQL's classes for refused connections (08), wrong accounts (28) and databases (3D). */
function isConnectionTrouble(error: unknown): boolean {
  return /^(?:E[A-Z_]+|(?:08|28|3D)\w{3})$/u.test(codeOf(error));
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
