import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const ROOT = resolve(import.meta.dirname, "../..");
const RESTART_AFTER_MS = 300;

export interface FleetOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Modules that every process loads before its first line: mutants and live fail points come in only here. */
  readonly preloads: readonly string[];
  /** What the processes say goes to files here. */
  readonly logFolder: string;
}

interface Member {
  readonly name: string;
  readonly args: readonly string[];
  child: ChildProcess | null;
  /** How long its log was when it was started: what begins to speak is at work. */
  logLength: number;
  upSinceMs: number | null;
  /** Set while the process was stopped by SIGSTOP. */
  isFrozen: boolean;
}

/** Real processes of the program, and a supervisor that starts again what died, 0.3 s later. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #members = new Map<string, Member>();
  #isStopping = false;
  starts = 0;
  /** Ends that nobody ordered, with the last words' file: a defect, or a fail point. */
  readonly deaths: string[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get logFolder(): string {
    return this.#options.logFolder;
  }

  /** Starts a process and keeps it running. */
  add(name: string, args: readonly string[]): void {
    const member: Member = { name, args, child: null, logLength: 0, upSinceMs: null, isFrozen: false };
    this.#members.set(name, member);
    this.#spawn(member);
  }

  /** Names of processes that begin like this. */
  names(prefix: string): readonly string[] {
    return [...this.#members.keys()].filter((name) => name.startsWith(prefix));
  }

  /**
   * For how long it has been at work; null while it is away or starting. On a busy machine a start takes many seconds:
   * whoever kills only what is just starting tests nothing.
   */
  upForMs(name: string): number | null {
    const member = this.#members.get(name);
    if (member?.child == null || member.isFrozen) return null;
    if (member.upSinceMs === null && statSync(this.#logOf(name)).size > member.logLength) member.upSinceMs = Date.now();
    return member.upSinceMs === null ? null : Date.now() - member.upSinceMs;
  }

  /** SIGKILL. False when it was not there to be killed. */
  kill(name: string): boolean {
    const member = this.#members.get(name);
    if (member?.child == null) return false;
    ordered.add(member.child);
    return member.child.kill("SIGKILL");
  }

  /** SIGSTOP for a while, longer than any lock of a queue lasts. False when it was not running. */
  async freeze(name: string, ms: number): Promise<boolean> {
    const member = this.#members.get(name);
    const child = member?.child;
    if (member === undefined || child == null || member.isFrozen) return false;
    member.isFrozen = true;
    const isStopped = child.kill("SIGSTOP");
    await wait(ms, null, { ref: false });
    child.kill("SIGCONT");
    member.isFrozen = false;
    return isStopped;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const children = [...this.#members.values()].flatMap(({ child }) => (child === null ? [] : [child]));
    await Promise.all(
      children.map(async (child) => {
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }),
    );
  }

  #logOf(name: string): string {
    return join(this.#options.logFolder, `${name}.log`);
  }

  #spawn(member: Member): void {
    if (this.#isStopping) return;
    this.starts += 1;
    const logFile = this.#logOf(member.name);
    const log = openSync(logFile, "a");
    Object.assign(member, { logLength: statSync(logFile).size, upSinceMs: null });
    const preloads = this.#options.preloads.flatMap((file) => ["--import", file]);
    const flags = ["--disable-warning=ExperimentalWarning", ...preloads];
    const child = spawn(process.execPath, [...flags, join(ROOT, "src/cli/traceops.ts"), ...member.args], {
      env: { ...this.#options.environment },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    member.child = child;
    child.once("exit", (code, signal) => {
      member.child = null;
      if (!ordered.has(child) && !this.#isStopping) this.deaths.push(`${member.name}: ${signal ?? `code ${code}`}`);
      setTimeout(() => this.#spawn(member), RESTART_AFTER_MS);
    });
  }
}

const ordered = new WeakSet<ChildProcess>();
