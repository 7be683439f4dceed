import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Files are written around the page cache in pieces that begin and end at multiples of this: what disks and file systems ask for. */
export const DIRECT_BYTES = 4096;
/** How much is handed to the disk at once. */
const PIECE_BYTES = 1024 * 1024;
const WASM_PAGE_BYTES = 64 * 1024;
const MAX_KEPT = 4;
/** What file systems answer that do not know this way, or want larger multiples. */
const NOT_SUPPORTED: ReadonlySet<unknown> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

const kept: Uint8Array[] = [];

/** A file of ours that is written around the page cache. */
export class DirectFile {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens a file that exists; null where this way of writing is not known. */
  static async open(path: string): Promise<DirectFile | null> {
    // macOS and Windows have no such flag, whatever the type says.
    const flag: number | undefined = constants.O_DIRECT;
    if (flag === undefined) return null;
    try {
      return new DirectFile(await open(path, constants.O_WRONLY | flag));
    } catch (error) {
      if (isNotSupported(error)) return null;
      throw error;
    }
  }

  /**
   * Writes the parts one behind the other at `at`. That place and the sum of the parts are multiples of `DIRECT_BYTES`.
   * Answers "not-supported" when the file system refuses this way of writing: then nothing counts as written.
   */
  async write(parts: readonly Uint8Array[], at: number): Promise<"written" | "not-supported"> {
    const piece = kept.pop() ?? alignedPiece();
    try {
      let to = at;
      for (const filled of piecesOf(parts, piece)) {
        const { bytesWritten } = await this.#file.write(piece, 0, filled, to);
        if (bytesWritten !== filled) throw new Error("the disk took only a part of the bytes");
        to += filled;
      }
      return "written";
    } catch (error) {
      if (isNotSupported(error)) return "not-supported";
      throw error;
    } finally {
      if (kept.length < MAX_KEPT) kept.push(piece);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The part of the WebAssembly interface of JavaScript that is used; the types of Node do not have it. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
};

/** Memory of WebAssembly is the only one that begins at a page for certain. */
function alignedPiece(): Uint8Array {
  return new Uint8Array(new WebAssembly.Memory({ initial: PIECE_BYTES / WASM_PAGE_BYTES }).buffer);
}

/** Fills `piece` again and again with what comes next, and gives how much of it is filled. */
function* piecesOf(parts: readonly Uint8Array[], piece: Uint8Array): Generator<number> {
  let filled = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; ) {
      const taken = Math.min(part.length - from, piece.length - filled);
      piece.set(part.subarray(from, from + taken), filled);
      from += taken;
      filled += taken;
      if (filled === piece.length) {
        yield filled;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield filled;
}

function isNotSupported(error: unknown): boolean {
  return error instanceof Error && "code" in error && NOT_SUPPORTED.has(error.code);
}
