import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isStillRunning, startOf } from "./processes.ts";
import { isErrno } from "./settings.ts";

const WAIT_MS = 50;
const MAX_WAIT_MS = 90_000;
/** A start takes seconds; an older lock was left by a crash. */
const STALE_MS = 120_000;

/** Runs `task` while no other process starts or stops the same embedded server. Throws after 90 s of waiting. */
export async function withStartLock<Result>(dataDir: string, task: () => Promise<Result>): Promise<Result> {
  const file = join(dataDir, "start.lock");
  await acquire(file);
  try {
    return await task();
  } finally {
    rmSync(file, { force: true });
  }
}

async function acquire(file: string): Promise<void> {
  for (let waitedMs = 0; waitedMs <= MAX_WAIT_MS; waitedMs += WAIT_MS) {
    if (tryTake(file)) return;
    if (isStale(file)) rmSync(file, { force: true });
    else await wait(WAIT_MS);
  }
  throw new Error(`Another process has been starting the embedded database for ${MAX_WAIT_MS / 1000} s (${file}).`);
}

function tryTake(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid} ${startOf(process.pid) ?? ""}`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}

function isStale(file: string): boolean {
  try {
    const [number = "", started = ""] = readFileSync(file, "utf8").split(" ");
    const pid = Number.parseInt(number, 10);
    const ageMs = Date.now() - statSync(file).mtimeMs;
    return ageMs > STALE_MS || (Number.isInteger(pid) && !isStillRunning(pid, started === "" ? null : started));
  } catch (error) {
    // Gone between the attempt and the look: free again.
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}
