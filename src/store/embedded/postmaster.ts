import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The server that a cluster's lock file names. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** False when that process is gone, or is not a database server at all (process ids are used again). */
  readonly isAlive: boolean;
}

/** Null when no server left its lock file in the cluster. */
export function readPostmaster(cluster: string): Postmaster | null {
  const lines = readText(join(cluster, "postmaster.pid"))?.split("\n");
  const pid = Number.parseInt(lines?.[0] ?? "", 10);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const port = Number.parseInt(lines?.[3] ?? "", 10);
  return { pid, port: Number.isInteger(port) ? port : 0, isAlive: isRunning(pid) && isDatabaseServer(pid) };
}

/** Whether a process of this id exists, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** On Linux a killed server can stay as a zombie, or its id can belong to another program after a restart. */
function isDatabaseServer(pid: number): boolean {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return true;
  return stat.includes("(postgres)") && !/\) [ZX] /u.test(stat);
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
