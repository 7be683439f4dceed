import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Vendor samples stand beside the repository, never in it; where they are absent, checks that need them are skipped. */
const FOLDER = process.env["TRACEOPS_CONTRACTS"] ?? resolve(import.meta.dirname, "../../../../shared/contracts");

/** One sample as parsed JSON; null when this machine does not have it. */
export function contractFile(path: string): unknown {
  const file = resolve(FOLDER, path);
  if (!existsSync(file)) return null;
  const value: unknown = JSON.parse(readFileSync(file, "utf8"));
  return value;
}
