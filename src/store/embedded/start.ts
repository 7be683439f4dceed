import type { Logger } from "../../app/ports.ts";
import { accountForServer } from "./account.ts";
import { connectionString, ensureProgramDatabase } from "./admin.ts";
import { prepareBinaries } from "./binaries.ts";
import { keepRunning } from "./keep-running.ts";
import { readPostmaster } from "./postmaster.ts";
import { isStillRunning, startOf } from "./processes.ts";
import { clusterOf, findRunning, halt, initialise, launch, type Server } from "./server.ts";
import { loadSettings, readSettings, type Settings, saveSettings } from "./settings.ts";
import { withStartLock } from "./start-lock.ts";

export interface EmbeddedPostgresOptions {
  /** Where passwords, port and (when the server's account can get there) the data live. Made when missing. */
  readonly dataDir: string;
  readonly logger?: Pick<Logger, "info" | "warn">;
  /** Server settings on top of ours; tests switch durable writes off. */
  readonly serverSettings?: Readonly<Record<string, string>>;
  /** Lets the program's role make databases, for tests and the migration writer. */
  readonly createsDatabases?: boolean;
  /** Starts the server again when it dies before `stop`. For the program itself: a server that others stop stays stopped. */
  readonly keepsRunning?: boolean;
}

export interface EmbeddedPostgres {
  /** The program's own role on its own database, over 127.0.0.1. Holds a password: never print it. */
  readonly connectionString: string;
  /** Whether nobody else used the server when this process came: it started it, or took over from a dead one. */
  readonly isOwner: boolean;
  /** Close every client first. Stops the server when no other living process uses it. */
  stop(): Promise<void>;
}

/**
 * The real PostgreSQL from npm, ready for use: initialised when new, joined when it runs already, awaited while it is
 * stopping. Throws one clear sentence when this machine cannot run it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = accountForServer();
  const settings = loadSettings(options.dataDir, account);
  saveIfNew(options.dataDir, settings);
  return withStartLock(options.dataDir, async () => {
    // Another process may have been here while we waited.
    const current = readSettings(options.dataDir) ?? settings;
    const binaries = prepareBinaries(account, current.serverDir);
    const server = { binaries, account, serverDir: current.serverDir, extra: options.serverSettings ?? {} };
    return bringUp(options, server, current);
  });
}

function saveIfNew(dataDir: string, settings: Settings): void {
  if (readSettings(dataDir)?.serverDir !== settings.serverDir) saveSettings(dataDir, settings);
}

async function bringUp(
  options: EmbeddedPostgresOptions,
  server: Server,
  settings: Settings,
): Promise<EmbeddedPostgres> {
  await initialise(server, settings.adminPassword);
  const joined = await findRunning(server, settings);
  const port = joined ?? (await launch(server, settings));
  await ensureProgramDatabase(
    { port, adminPassword: settings.adminPassword },
    { password: settings.password, createsDatabases: options.createsDatabases ?? false },
  );
  const others = livingUsers(settings);
  saveSettings(options.dataDir, { ...settings, port, ...withStarts([...others, process.pid]) });
  options.logger?.info({ port, joined: joined !== null, serverDir: server.serverDir }, "embedded PostgreSQL is ready");
  const watch = options.keepsRunning === true ? watchOver(options, server, port) : null;
  return {
    connectionString: connectionString(port, settings.password),
    isOwner: others.length === 0,
    async stop() {
      await watch?.stop();
      await leave(options.dataDir, server);
    },
  };
}

/** A server that died comes back at the same address, because everybody connected knows only that one. */
function watchOver({ dataDir, logger }: EmbeddedPostgresOptions, server: Server, port: number) {
  return keepRunning({
    isAlive: () => readPostmaster(clusterOf(server))?.isAlive === true,
    async revive() {
      await withStartLock(dataDir, async () => {
        const settings = { ...(readSettings(dataDir) ?? loadSettings(dataDir, server.account)), port };
        // Another process of this install may have been faster.
        const back = (await findRunning(server, settings)) ?? (await launch(server, settings));
        if (back !== port) throw new Error(`port ${port} was taken meanwhile; restart TraceOps`);
      });
      logger?.warn({ port }, "embedded PostgreSQL had died and was started again");
    },
    onFailure: (err) => logger?.warn({ err }, "embedded PostgreSQL died and could not be started again yet"),
  });
}

/** The last one out stops the server: a web process that ends must not take the database from its workers. */
async function leave(dataDir: string, server: Server): Promise<void> {
  await withStartLock(dataDir, async () => {
    const settings = readSettings(dataDir);
    if (settings === null) return;
    const living = livingUsers(settings);
    const mine = living.indexOf(process.pid);
    const left = living.filter((_pid, index) => index !== mine);
    if (left.length === 0) await halt(server);
    saveSettings(dataDir, { ...settings, ...withStarts(left) });
  });
}

/** Our own number may be listed by a process of an earlier container, which is not us. */
function livingUsers({ users, starts }: Settings): readonly number[] {
  return users.filter((pid) => isStillRunning(pid, starts[pid] ?? null));
}

function withStarts(users: readonly number[]): Pick<Settings, "users" | "starts"> {
  const starts = users.flatMap((pid) => {
    const started = startOf(pid);
    return started === null ? [] : [[String(pid), started] as const];
  });
  return { users: [...users], starts: Object.fromEntries(starts) };
}

/** Stops the server of `dataDir`, whoever started it. Does nothing when none runs. */
export async function stopEmbeddedPostgres(dataDir: string): Promise<void> {
  await withStartLock(dataDir, async () => {
    const settings = readSettings(dataDir);
    if (settings === null) return;
    const account = accountForServer();
    const binaries = prepareBinaries(account, settings.serverDir);
    await halt({ binaries, account, serverDir: settings.serverDir, extra: {} });
    saveSettings(dataDir, { ...settings, users: [], starts: {} });
  });
}
