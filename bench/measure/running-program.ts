import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

const ROOT = resolve(import.meta.dirname, "../..");
const READY_WITHIN_MS = 120_000;

/** The whole program in a process of its own, as `npm start` runs it. */
export interface RunningProgram {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** The data folder of the run; nothing is left elsewhere. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** Starts the program on a free port with its own embedded database (or DATABASE_URL) and waits until it is ready. */
export async function startProgram({ folder, env, onLine = () => undefined }: ProgramOptions): Promise<RunningProgram> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(ROOT, "src/cli/traceops.ts"), "start"],
    {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: process.env["HOME"] ?? "",
        ...(process.env["DATABASE_URL"] === undefined ? {} : { DATABASE_URL: process.env["DATABASE_URL"] }),
        TRACEOPS_DATA_DIR: folder,
        PORT: new URL(url).port,
        LOG_LEVEL: "info",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
  try {
    await ready(url, child);
  } catch (error) {
    await ended(child);
    throw error;
  }
  return { url, child, stop: () => ended(child) };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    await wait(200);
  }
  throw new Error(`the program was not ready within ${READY_WITHIN_MS / 1000} s`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise<void>((gone) => child.once("exit", () => gone()));
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exit;
  clearTimeout(kill);
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
