import { hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KEY_BYTES = 32;

/** Keys of this install, all derived from one master secret, so that only one thing must be kept. */
export interface Secrets {
  /** The same name always gives the same 64 hexadecimal digits. */
  derive(name: string): string;
}

/** Uses the given secret; without one, a random one that is made once and kept in the data folder, readable by its owner only. */
export function openSecrets(options: { readonly given: string | undefined; readonly dataDir: string }): Secrets {
  const master = options.given ?? storedMaster(options.dataDir);
  return {
    derive: (name) => Buffer.from(hkdfSync("sha256", master, "traceops", name, KEY_BYTES)).toString("hex"),
  };
}

function storedMaster(dataDir: string): string {
  const file = join(dataDir, "master.key");
  mkdirSync(dataDir, { recursive: true });
  try {
    // "wx": two processes that start together must end with the same key, so only one of them may write it.
    writeFileSync(file, randomBytes(KEY_BYTES).toString("hex"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
  return readFileSync(file, "utf8").trim();
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
