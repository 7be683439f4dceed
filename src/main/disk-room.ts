import { randomUUID } from "node:crypto";
import { mkdir, open, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";

const PROBE_BYTES = 1_048_576;

/** Writes a megabyte into the folder down to the disk, and gives it back. Rejects when there is no room. */
export async function checkFolderRoom(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `room-check-${randomUUID()}`);
  const file = await open(path, "wx", 0o600);
  try {
    // Without a name, nothing of it stays when this process dies now.
    await unlink(path);
    await file.writeFile(new Uint8Array(PROBE_BYTES).fill(0x2e));
    await file.sync();
  } finally {
    await file.close();
  }
}

export interface DiskUse {
  /** 0 to 1, of what this account may use. */
  readonly used: number;
  readonly freeBytes: number;
}

/** How full the disk below a folder is, counted as `df` counts; null when nobody can say. */
export async function diskUse(folder: string): Promise<DiskUse | null> {
  try {
    const { blocks, bfree, bavail, bsize } = await statfs(folder);
    const taken = blocks - bfree;
    const usable = taken + bavail;
    return usable === 0 ? null : { used: taken / usable, freeBytes: bavail * bsize };
  } catch {
    return null;
  }
}
