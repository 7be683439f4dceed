import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Account, canEnter } from "./account.ts";

const Settings = z.object({
  /** Where cluster, log and copied programs are: the data folder, unless the server's account cannot get there. */
  serverDir: z.string().min(1),
  port: z.number().int().nonnegative(),
  adminPassword: z.string().min(1),
  password: z.string().min(1),
  /** The processes that use the server, once per start; the last one that stops also stops the server. */
  users: z.array(z.number().int()).default([]),
  /** When these processes began, by their number; beside the list because the version before reads that one. */
  starts: z.record(z.string(), z.string()).default({}),
});
/** What one embedded server remembers between starts. Holds passwords: the file is readable by its owner only. */
export type Settings = z.infer<typeof Settings>;

/** Reads what the last start left in `dataDir`, or makes it up with fresh random passwords. */
export function loadSettings(dataDir: string, account: Account | null): Settings {
  mkdirSync(dataDir, { recursive: true });
  const known = readSettings(dataDir);
  if (known !== null && existsSync(known.serverDir)) return known;
  return {
    serverDir: chooseServerDir(dataDir, account),
    port: 0,
    adminPassword: randomBytes(24).toString("base64url"),
    password: randomBytes(24).toString("base64url"),
    users: [],
    starts: {},
    ...(known === null ? {} : { adminPassword: known.adminPassword, password: known.password }),
  };
}

/** Null when there is nothing yet. Throws a clear sentence when the file is somebody else's or damaged. */
export function readSettings(dataDir: string): Settings | null {
  const file = settingsFile(dataDir);
  try {
    return Settings.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    if (isErrno(cause, "ENOENT")) return null;
    const why = isErrno(cause, "EACCES") ? "belongs to another user" : "cannot be read";
    throw new Error(
      `${file} ${why}. Run as the user who started TraceOps here first, set DATABASE_URL, or delete ${dataDir} to begin with an empty database.`,
      { cause },
    );
  }
}

/** Replaces the file as a whole, so that a crash leaves the old one or the new one. */
export function saveSettings(dataDir: string, settings: Settings): void {
  const half = `${settingsFile(dataDir)}.${process.pid}`;
  writeFileSync(half, JSON.stringify(settings, null, 2), { mode: 0o600 });
  chmodSync(half, 0o600);
  renameSync(half, settingsFile(dataDir));
}

function settingsFile(dataDir: string): string {
  return join(dataDir, "server.json");
}

/**
 * As root the server runs as somebody else, who cannot reach a clone inside a root-only home. Then its files go below
 * /var/lib, or the temporary folder where that is read-only, under a name made from the clone's own path.
 */
function chooseServerDir(dataDir: string, account: Account | null): string {
  if (canEnter(account, dataDir)) return resolve(dataDir);
  const name = `traceops-${createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 16)}`;
  for (const parent of ["/var/lib", tmpdir()]) {
    const made = makeOwnFolder(join(parent, name));
    if (made !== null && canEnter(account, made)) return made;
  }
  throw new Error(
    `The user ${account?.name ?? ""} who runs PostgreSQL for root cannot reach ${dataDir}, and no folder for it could be ` +
      "made in /var/lib or the temporary folder. Run as an ordinary user, or set DATABASE_URL.",
  );
}

function makeOwnFolder(path: string): string | null {
  try {
    mkdirSync(path, { mode: 0o755, recursive: true });
    const found = lstatSync(path);
    // In a temporary folder anybody could have put something under this name before us.
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return null;
    chmodSync(path, 0o755);
    return path;
  } catch {
    return null;
  }
}

/** Whether a caught value is a system error with this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
