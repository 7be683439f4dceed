import { readdir, rmdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ABANDONED_AFTER_MS } from "./limits.ts";
import { indexPath, isMissing, type SegmentPath, segmentsOf, writersIn } from "./segment-paths.ts";

export interface Retention {
  readonly keepMs: number;
  readonly maxTotalBytes: number;
}

interface Pruning {
  readonly root: string;
  /** Writer of this process: its last segment may be open. */
  readonly writer: string | null;
  readonly retention: Retention;
}

interface Candidate {
  readonly segment: SegmentPath;
  readonly bytes: number;
  /** When it was last written to. */
  readonly writtenMs: number;
  readonly mayGo: boolean;
}

/** Removes whole segments that are too old, then the oldest while there are too many bytes. Gives removed bytes. */
export async function pruneSegments({ root, writer, retention }: Pruning, nowMs: number): Promise<number> {
  const all = await candidates(root, writer, nowMs);
  let total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  let removed = 0;
  for (const { segment, bytes, writtenMs, mayGo } of all) {
    const isOld = nowMs - writtenMs > retention.keepMs;
    if (!mayGo || (!isOld && total <= retention.maxTotalBytes)) continue;
    await remove(segment.path);
    total -= bytes;
    removed += bytes;
  }
  await removeEmptyFolders(root, writer);
  return removed;
}

/** Oldest first. */
async function candidates(root: string, own: string | null, nowMs: number): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const { tenant, writer } of await writersIn(root)) {
    for (const segment of await segmentsOf(root, tenant, writer)) {
      const status = await stat(segment.path).catch(() => null);
      if (status === null) continue;
      const isAbandoned = writer !== own && nowMs - status.mtimeMs > ABANDONED_AFTER_MS;
      const mayGo = segment.isSealed || isAbandoned;
      found.push({ segment, bytes: status.size, writtenMs: status.mtimeMs, mayGo });
    }
  }
  return found.toSorted((left, right) => left.writtenMs - right.writtenMs);
}

/** The index first: a segment without one is whole, an index without its segment is rubbish. */
async function remove(path: string): Promise<void> {
  for (const file of [indexPath(path), path]) {
    try {
      await unlink(file);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Folders of writers that are gone. A writer that comes back makes its folder again. */
async function removeEmptyFolders(root: string, own: string | null): Promise<void> {
  for (const { tenant, writer } of await writersIn(root)) {
    if (writer !== own) await removeIfEmpty(join(root, tenant, writer));
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.some((name) => name.endsWith(".seg"))) return;
  // What is left without segments are drafts of indexes whose process ended.
  for (const name of names) await unlink(join(folder, name)).catch(() => undefined);
  await rmdir(folder).catch(() => undefined);
}
