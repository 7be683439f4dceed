import { stat } from "node:fs/promises";
import type { BundleLimits } from "./limits.ts";
import type { LargeFile } from "./shards.ts";
import type { BundleFile } from "./walk.ts";

/** A compressed log grows about so much. */
const USUAL_INFLATION = 10;
/** Kinds of all shards together; later ones are told apart by their first part only. At least one line of each is kept. */
export const MAX_KINDS = 16_384;
const DOCUMENT = /\.json(?:\.gz)?$/iu;

/** Whether the logs are so long that most of their lines are to be counted instead of kept. */
export function areLarge(files: readonly BundleFile[], limits: BundleLimits): boolean {
  const logs = files.filter(({ role, isOtlp }) => role === "log" && !isOtlp);
  return (
    logs.reduce((sum, { bytes, gzip }) => sum + (gzip ? bytes * USUAL_INFLATION : bytes), 0) >= limits.condenseFromBytes
  );
}

/** The logs whose lines can be counted. A file that went away meanwhile is none of them: whoever reads it says so. */
export async function largeFilesOf(
  files: readonly BundleFile[],
  collectedAt: number | null,
  limits: BundleLimits,
): Promise<readonly LargeFile[]> {
  const found: LargeFile[] = [];
  for (const file of files.filter((each) => each.role === "log" && holdsLines(each, limits))) {
    const atMs = collectedAt ?? (await changedAt(file.path));
    if (atMs !== null) found.push({ file, year: new Date(atMs).getUTCFullYear() });
  }
  return found;
}

/** No document that must be read as a whole, no batches of a collector. */
function holdsLines(file: BundleFile, limits: BundleLimits): boolean {
  return !file.isOtlp && !(DOCUMENT.test(file.ref) && file.bytes <= limits.maxDocumentBytes);
}

async function changedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return null;
  }
}
