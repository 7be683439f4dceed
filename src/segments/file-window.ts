import type { FileHandle } from "node:fs/promises";

const WINDOW_BYTES = 64 * 1024;

/** Reads pieces of a file that come in ascending order, many small ones with one call to the system. */
export class FileWindow {
  readonly #file: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  #from = 0;
  #held = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** `length` bytes at `at`, or fewer where the file ends. Valid until the next call. */
  async bytes(at: number, length: number): Promise<Buffer> {
    const start = at - this.#from;
    if (start >= 0 && start + length <= this.#held) return this.#buffer.subarray(start, start + length);
    if (length > WINDOW_BYTES) return readFully(this.#file, Buffer.allocUnsafe(length), at);
    const filled = await readFully(this.#file, this.#buffer, at);
    this.#from = at;
    this.#held = filled.length;
    return filled.subarray(0, Math.min(length, filled.length));
  }
}

/** Fills `target` from `at` on; gives the part that the file could fill. */
export async function readFully(file: FileHandle, target: Buffer, at: number): Promise<Buffer> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return target.subarray(0, done);
}
