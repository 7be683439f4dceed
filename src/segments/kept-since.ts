import { readdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMissing, syncFolder } from "./segment-paths.ts";

const MARK = /^removed-to-(\d{1,15})$/u;

/**
 * Until when records of a tenant may be gone because retention took them, UTC milliseconds; null when none ever went.
 * The instant is the name of an empty file: processes that remove at the same time cannot overwrite a later one.
 */
export async function removedTo(tenantFolder: string): Promise<number | null> {
  const marks = await marksIn(tenantFolder);
  return marks.length === 0 ? null : Math.max(...marks);
}

/** Notes on disk that records up to `toMs` may be gone. Call it before they go: a crash then tells too much, not too little. */
export async function noteRemoved(tenantFolder: string, toMs: number): Promise<void> {
  const marks = await marksIn(tenantFolder);
  const latest = Math.max(Math.ceil(toMs), ...marks);
  if (!marks.includes(latest)) {
    await writeFile(markPath(tenantFolder, latest), "", { mode: 0o600 });
    await syncFolder(tenantFolder);
  }
  for (const mark of marks) {
    if (mark < latest) await unlink(markPath(tenantFolder, mark)).catch(() => undefined);
  }
}

const markPath = (folder: string, atMs: number) => join(folder, `removed-to-${atMs}`);

async function marksIn(folder: string): Promise<readonly number[]> {
  try {
    return (await readdir(folder)).flatMap((name) => MARK.exec(name)?.[1] ?? []).map(Number);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
