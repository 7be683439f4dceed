import { spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Account } from "./account.ts";
import { ping } from "./admin.ts";
import type { Binaries } from "./binaries.ts";
import { readPostmaster } from "./postmaster.ts";
import type { Settings } from "./settings.ts";

const POLL_MS = 25;
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_S = 30;
const MAX_LOG_BYTES = 5_000_000;

/** One embedded server: its programs, its files, the account it runs as. */
export interface Server {
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly serverDir: string;
  /** More `-c name=value` settings, for tests that do not need durable writes. */
  readonly extra: Readonly<Record<string, string>>;
}

export const clusterOf = (server: Server): string => join(server.serverDir, "cluster");

/** Makes an empty cluster when there is none. Throws when the one that is there needs another major version. */
export async function initialise(server: Server, adminPassword: string): Promise<void> {
  const cluster = clusterOf(server);
  if (existsSync(cluster)) return refuseOtherMajor(server);
  const half = `${cluster}.new`;
  const passwordFile = join(server.serverDir, "initial-password");
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o700 });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, adminPassword, { mode: 0o600 });
  if (server.account) {
    for (const path of [half, passwordFile]) chownSync(path, server.account.uid, server.account.gid);
  }
  try {
    await run(server, server.binaries.initdb, initArguments(half, passwordFile));
    renameSync(half, cluster);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(half, { recursive: true, force: true });
  }
}

function initArguments(cluster: string, passwordFile: string): readonly string[] {
  // The built-in locale is the same on every system, so indexes never depend on the machine's libraries.
  return [
    `--pgdata=${cluster}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ];
}

function refuseOtherMajor({ binaries, serverDir }: Server): void {
  const found = Number.parseInt(readFileSync(join(serverDir, "cluster", "PG_VERSION"), "utf8"), 10);
  if (found === binaries.major) return;
  throw new Error(
    `The database in ${serverDir} was written by PostgreSQL ${found}, and this version brings PostgreSQL ${binaries.major}. ` +
      `Run the TraceOps version that brings PostgreSQL ${found}, or move the folder away to begin with an empty database.`,
  );
}

/** The port of a healthy server on these files, waiting for one that is starting or stopping; null when there is none. */
export async function findRunning(server: Server, settings: Settings): Promise<number | null> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline) {
    const running = readPostmaster(clusterOf(server));
    if (running === null) return null;
    if (!running.isAlive) {
      // The server itself would wait for ever for a process id that something else uses now.
      rmSync(join(clusterOf(server), "postmaster.pid"), { force: true });
      return null;
    }
    if (await ping(running.port, settings.adminPassword)) return running.port;
    await wait(POLL_MS * 4);
  }
  throw new Error(`A PostgreSQL server holds ${clusterOf(server)} but does not answer. Stop it and start again.`);
}

/** Starts the server in a process group of its own, so that Ctrl-C reaches us first and it can be stopped last. Returns its port. */
export async function launch(server: Server, settings: Settings): Promise<number> {
  const port = (await isFree(settings.port)) ? settings.port : await freePort();
  const logFile = join(server.serverDir, "server.log");
  const log = openSync(logFile, existsSync(logFile) && statSync(logFile).size > MAX_LOG_BYTES ? "w" : "a", 0o600);
  const from = statSync(logFile).size;
  const child = spawn(server.binaries.postgres, ["-D", clusterOf(server), "-p", String(port), ...flags(server.extra)], {
    ...processOptions(server),
    detached: true,
    stdio: ["ignore", log, log],
  });
  const failure = new Promise<string>((tell) => {
    child.once("error", (error) => tell(error.message));
    child.once("exit", (code, signal) => tell(`it ended with ${code ?? signal}`));
  });
  child.unref();
  closeSync(log);
  const answers = untilReady(port, settings.adminPassword);
  const outcome = await Promise.race([answers, failure]);
  if (outcome === "ready") return port;
  const words = readFileSync(logFile, "utf8").slice(from).trim().split("\n").slice(-5).join(" ");
  throw new Error(`The embedded PostgreSQL did not start: ${outcome}. ${words}`);
}

async function untilReady(port: number, password: string): Promise<string> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline) {
    if (await ping(port, password)) return "ready";
    await wait(POLL_MS);
  }
  return `no answer within ${START_DEADLINE_MS / 1000} s`;
}

function flags(extra: Readonly<Record<string, string>>): readonly string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    timezone: "UTC",
    log_timezone: "UTC",
    tcp_keepalives_idle: "10",
    tcp_keepalives_interval: "3",
    tcp_keepalives_count: "3",
    // Statements can quote what people's logs say; the server's own log must not.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    ...extra,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Stops in fast mode: open transactions are rolled back, everything committed is on disk. */
export async function halt(server: Server): Promise<void> {
  // One that died left its lock file: there is nothing to stop, and asking would fail.
  if (readPostmaster(clusterOf(server))?.isAlive !== true) return;
  const how = ["stop", "-D", clusterOf(server), "-m", "fast", "-w", "-t", String(STOP_DEADLINE_S), "-s"];
  await run(server, server.binaries.pgCtl, how);
}

async function run(server: Server, program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { ...processOptions(server), stdio: ["ignore", "pipe", "pipe"] });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const result = await new Promise<string | number | null>((tell) => {
    child.once("error", (error) => tell(error.message));
    child.once("close", tell);
  });
  if (result === 0) return;
  throw new Error(`${program} failed (${result}): ${Buffer.concat(said).toString("utf8").trim().slice(-1000)}`);
}

function processOptions({ account, serverDir }: Server) {
  const owner = account ? { uid: account.uid, gid: account.gid } : {};
  // A fixed environment: the caller's PGDATA or a locale that is not installed must not change anything.
  const env = process.platform === "win32" ? {} : { env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" } };
  return { cwd: serverDir, ...owner, ...env };
}

function isFree(port: number): Promise<boolean> {
  if (port === 0) return Promise.resolve(false);
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function freePort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((tell, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => tell(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
