import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

export interface RealProcess {
  readonly child: ChildProcess;
  /** What it wrote to stderr so far, at most the last 4 MB: its log. */
  log(): string;
  /** Sends SIGTERM and waits for the end. Rejects when that takes longer than a minute. */
  stop(): Promise<{ readonly code: number | null; readonly tookMs: number }>;
}

const MAX_LOG = 4_000_000;

/** The program in a process of its own, with these settings and no others of this machine. */
export function startTraceops(args: readonly string[], settings: Readonly<Record<string, string>>): RealProcess {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(ROOT, "src/cli/traceops.ts"), ...args],
    {
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...settings },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString("utf8")).slice(-MAX_LOG);
  });
  return {
    child,
    log: () => log,
    async stop() {
      const begun = performance.now();
      if (child.exitCode !== null)
        throw new Error(`it had ended already, with ${child.exitCode}: ${log.slice(-2_000)}`);
      const ended = once(child, "exit", { signal: AbortSignal.timeout(60_000) });
      child.kill("SIGTERM");
      await ended.catch(() => {
        throw new Error(`${args.join(" ")} did not end within a minute: ${log.slice(-2_000)}`);
      });
      return { code: child.exitCode, tookMs: performance.now() - begun };
    },
  };
}
