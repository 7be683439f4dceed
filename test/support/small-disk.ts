import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const BLOCK = new Uint8Array(65_536).fill(0x2e);

/** A disk of its own with little room, in memory. Needs an account that may mount. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  constructor(folder: string, megabytes: number) {
    this.folder = folder;
    this.#filler = join(folder, "filler");
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0755`, "tmpfs", folder]);
    chmodSync(folder, 0o755);
  }

  /** Takes every byte that is left. */
  fill(): void {
    const file = openSync(this.#filler, "a");
    try {
      for (const size of [BLOCK.length, 4_096, 1]) fillBy(file, size);
    } finally {
      closeSync(file);
    }
  }

  clear(): void {
    rmSync(this.#filler, { force: true });
  }

  /** Everything that uses it has to be closed; what is left is let go when it ends. */
  remove(): void {
    execFileSync("umount", ["--lazy", this.folder]);
  }
}

function fillBy(file: number, size: number): void {
  const block = BLOCK.subarray(0, size);
  try {
    while (writeSync(file, block) === size);
  } catch (error) {
    const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
    if (!isFull) throw error;
  }
}
