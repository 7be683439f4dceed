import { readdir, rmdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { beyondShare, type TenantFile } from "./fair-share.ts";
import { noteRemoved } from "./kept-since.ts";
import { ABANDONED_AFTER_MS, MAX_WRITERS, SETTLED_MS } from "./limits.ts";
import { loadIndex } from "./segment-index.ts";
import { foldersIn, indexPath, isMissing, type SegmentPath, saltPath, segmentsOf, writersIn } from "./segment-paths.ts";

export interface Retention {
  readonly keepMs: number;
  readonly maxTotalBytes: number;
}

interface Pruning {
  readonly root: string;
  /** Writer of this process: its last segment may be open. */
  readonly writer: string | null;
  readonly retention: Retention;
  /** Folders of ended writers that a tenant may have. */
  readonly maxWriters?: number;
}

interface Candidate extends TenantFile {
  readonly segment: SegmentPath;
  /** When it was last written to. */
  readonly writtenMs: number;
}

/**
 * Removes whole segments: those that are too old, those of the writers that ended first while a tenant has too many, then
 * while there are too many bytes the oldest of whoever takes more than an equal share. What went is noted per tenant, for
 * reads to tell. Gives removed bytes. What cannot be looked into or removed keeps nothing else from going; then it rejects
 * at the end.
 */
export async function pruneSegments(pruning: Pruning, nowMs: number): Promise<number> {
  const { root, writer, retention, maxWriters = MAX_WRITERS } = pruning;
  const problems: unknown[] = [];
  const all = await candidates(pruning, nowMs, problems);
  const old = all.filter(
    ({ mayGo, bytes, writtenMs }) => mayGo && (bytes === 0 || nowMs - writtenMs > retention.keepMs),
  );
  const crowded = beyondWriters(without(all, old), maxWriters);
  const left = without(all, [...old, ...crowded]);
  const gone = [...old, ...crowded, ...beyondShare(left, retention.maxTotalBytes)];
  for (const [tenant, files] of Map.groupBy(gone, ({ tenant: name }) => name)) {
    await removeAll(root, tenant, files).catch((error: unknown) => problems.push(error));
  }
  await removeEmptyFolders(root, writer, nowMs);
  if (problems.length > 0) throw new AggregateError(problems, "some stored events could not be removed");
  return gone.reduce((sum, { bytes }) => sum + bytes, 0);
}

function without(all: readonly Candidate[], gone: readonly Candidate[]): readonly Candidate[] {
  const leaving = new Set(gone);
  return all.filter((candidate) => !leaving.has(candidate));
}

/** Oldest first. */
async function candidates(
  { root, writer: own }: Pruning,
  nowMs: number,
  problems: unknown[],
): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const { tenant, writer } of await writersIn(root)) {
    const segments = await segmentsOf(root, tenant, writer).catch((error: unknown) => {
      problems.push(error);
      return [];
    });
    for (const segment of segments) {
      const status = await stat(segment.path).catch(() => null);
      if (status === null) continue;
      const isAbandoned = writer !== own && nowMs - status.mtimeMs > ABANDONED_AFTER_MS;
      const mayGo = segment.isSealed || isAbandoned;
      found.push({ tenant, segment, bytes: status.size, writtenMs: status.mtimeMs, mayGo });
    }
  }
  return found.toSorted((left, right) => left.writtenMs - right.writtenMs);
}

/** All of the writers that ended first, where a tenant has more than `most`. One that may still write is left alone. */
function beyondWriters(all: readonly Candidate[], most: number): readonly Candidate[] {
  const gone: Candidate[] = [];
  for (const files of Map.groupBy(all, ({ tenant }) => tenant).values()) {
    const ended = [...Map.groupBy(files, ({ segment }) => segment.writer).values()].filter((own) =>
      own.every(({ mayGo }) => mayGo),
    );
    const byEnd = ended.toSorted((left, right) => (left.at(-1)?.writtenMs ?? 0) - (right.at(-1)?.writtenMs ?? 0));
    gone.push(...byEnd.slice(0, Math.max(0, byEnd.length - most)).flat());
  }
  return gone;
}

async function removeAll(root: string, tenant: string, files: readonly Candidate[]): Promise<void> {
  let toMs = Number.NEGATIVE_INFINITY;
  for (const file of files) toMs = Math.max(toMs, await lastRecordMs(file));
  if (toMs >= 0) await noteRemoved(join(root, tenant), toMs);
  for (const { segment } of files) await remove(segment.path);
}

/** Clocks of senders may be ahead: no record is younger than the last write. Below zero for a segment without records. */
async function lastRecordMs({ segment, bytes, writtenMs }: Candidate): Promise<number> {
  if (bytes === 0) return -1;
  const map = await loadIndex(segment.path);
  if (map === null || map.damaged.length > 0) return writtenMs;
  return Math.min(writtenMs, Math.max(-1, ...map.runs.map(({ maxMs }) => maxMs)));
}

/** The index first: a segment without one is whole, an index without its segment is rubbish. */
async function remove(path: string): Promise<void> {
  for (const file of [indexPath(path), saltPath(path), path]) {
    try {
      await unlink(file);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Folders of writers that are gone, and of tenants that nothing is known of. Who comes back makes its folder again. */
async function removeEmptyFolders(root: string, own: string | null, nowMs: number): Promise<void> {
  for (const tenant of await foldersIn(root)) {
    const folder = join(root, tenant);
    for (const writer of await foldersIn(folder)) {
      if (writer !== own) await removeIfEmpty(join(folder, writer), nowMs);
    }
    // Fails while anything is in it, and what was noted of removed records stays for ever.
    if (await isSettled(folder, nowMs)) await rmdir(folder).catch(() => undefined);
  }
}

async function removeIfEmpty(folder: string, nowMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  // A folder that just came to be gets its first segment now.
  if (names.some((name) => name.endsWith(".seg")) || !(await isSettled(folder, nowMs))) return;
  // What is left without segments are drafts whose process ended, and notes beside segments that are gone.
  for (const name of names) await unlink(join(folder, name)).catch(() => undefined);
  await rmdir(folder).catch(() => undefined);
}

async function isSettled(folder: string, nowMs: number): Promise<boolean> {
  const status = await stat(folder).catch(() => null);
  return status !== null && nowMs - status.mtimeMs > SETTLED_MS;
}
