import { readFileSync } from "node:fs";
import { isRunning } from "./postmaster.ts";

/**
 * When a process began, so that a number which another program uses now is not taken for it: numbers begin anew in every
 * container. Linux tells it of every process; elsewhere it is known of our own only, and of others null.
 */
export function startOf(pid: number): string | null {
  const fields = statOf(pid);
  if (fields !== null) return fields[STARTED] ?? null;
  return pid === process.pid ? String(performance.timeOrigin) : null;
}

/** Whether the process that began then is still there. Of one without a time only the number says it, which is never our own. */
export function isStillRunning(pid: number, started: string | null): boolean {
  if (!isRunning(pid) || /^[ZX]$/u.test(statOf(pid)?.[STATE] ?? "")) return false;
  if (started === null) return pid !== process.pid;
  const now = startOf(pid);
  return now === null || now === started;
}

/** Positions behind the name, which ends with the last bracket and may hold anything: the third and the 22nd field. */
const STATE = 0;
const STARTED = 19;

function statOf(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
