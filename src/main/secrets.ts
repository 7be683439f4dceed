import { hkdfSync, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../app/errors.ts";

const KEY_BYTES = 32;
const KEY_FORM = /^[0-9a-f]{64}$/iu;

/** Keys of this install, all derived from one master secret, so that only one thing must be kept. */
export interface Secrets {
  /** The same name always gives the same 64 hexadecimal digits. */
  derive(name: string): string;
}

/**
 * Uses the given secret; without one, a random one that is made once and kept in the data folder, readable by its owner only.
 * Throws `AppError` when what is kept there is no key.
 */
export function openSecrets(options: { readonly given: string | undefined; readonly dataDir: string }): Secrets {
  const master = options.given ?? storedMaster(options.dataDir);
  return {
    derive: (name) => Buffer.from(hkdfSync("sha256", master, "traceops", name, KEY_BYTES)).toString("hex"),
  };
}

function storedMaster(dataDir: string): string {
  const file = join(dataDir, "master.key");
  mkdirSync(dataDir, { recursive: true });
  const kept = textOf(file) ?? made(file, dataDir);
  // Keys that are derived from an empty or half a text could be guessed: nothing may start with them.
  if (!KEY_FORM.test(kept)) throw noKey(file);
  return kept;
}

/** Null when there is no such file. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/**
 * The file gets its name only when it is whole and on the disk: a crash, a full disk or a second process that starts now
 * finds either no file or a whole one. Of several processes that start together the first one's key is everybody's.
 */
function made(file: string, dataDir: string): string {
  const draft = `${file}.${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(draft, randomBytes(KEY_BYTES).toString("hex"), { mode: 0o600, flag: "wx", flush: true });
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  keepNames(dataDir);
  return readFileSync(file, "utf8").trim();
}

/** Without this a loss of power may take the name of the file, and with it the key of all that was sealed since. */
function keepNames(folder: string): void {
  // Windows keeps names by itself and opens no folder.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function noKey(file: string): AppError {
  return new AppError(
    "conflict",
    `${file} holds no key of 64 hexadecimal digits: it was emptied or torn. Put back a copy of it, or set TRACEOPS_SECRET to the key of this install. ` +
      "Without a copy, delete the file, and the next start makes a new key: links to pages and their sessions end, pseudonyms in new answers differ " +
      "from those in old ones, and what the audit trail holds up to now can no longer be verified.",
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
