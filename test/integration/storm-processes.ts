import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { RealProcess } from "../support/processes.ts";

const LOOK_EVERY_MS = 500;

/** The most memory that each process held resident, looked at twice a second. */
export async function watchMemory(
  processes: ReadonlyMap<string, RealProcess>,
  stop: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const most = new Map<string, number>();
  while (!stop.aborted) {
    for (const [name, { child }] of processes) {
      most.set(name, Math.max(most.get(name) ?? 0, rssMiB(child.pid)));
    }
    await wait(LOOK_EVERY_MS, null, { signal: stop }).catch(() => undefined);
  }
  return Object.fromEntries(most);
}

/** What the kernel says of a process; 0 where it says nothing. */
function rssMiB(pid: number | undefined): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return Math.round(Number(kib) / 1024);
  } catch {
    return 0;
  }
}

const TICKS_PER_SECOND = 100;

/** User and system time of each process, as the kernel counts it. */
export function processorSeconds(processes: ReadonlyMap<string, RealProcess>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...processes].map(([name, { child }]) => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8")
        .replace(/^.*\) /su, "")
        .split(" ");
      return [name, (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND];
    }),
  );
}

/** What each of these numbers grew by. */
export function difference(after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [name, Number((seconds - (before[name] ?? 0)).toFixed(1))]),
  );
}
