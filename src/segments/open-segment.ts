import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { EncodedFrame } from "./encode-frame.ts";
import { saveIndex } from "./segment-index.ts";
import { EMPTY_MAP, MapBuilder } from "./segment-map.ts";
import { makeFolder, syncFolder } from "./segment-paths.ts";

/** The segment that is being written. */
export class OpenSegment {
  readonly path: string;
  readonly sequence: number;
  readonly #file: FileHandle;
  readonly #builder = new MapBuilder(EMPTY_MAP);
  #size = 0;

  private constructor(file: FileHandle, path: string, sequence: number) {
    this.#file = file;
    this.path = path;
    this.sequence = sequence;
  }

  /** A new file that the disk will find again; rejects when there is one already. */
  static async create(path: string, sequence: number, root: string): Promise<OpenSegment> {
    const folder = dirname(path);
    await makeFolder(folder, root);
    const file = await open(path, "wx", 0o600);
    try {
      await syncFolder(folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new OpenSegment(file, path, sequence);
  }

  /** How far everything is stored. */
  get size(): number {
    return this.#size;
  }

  /** Writes frames with one call and, if asked to, waits until the disk has them. Gives the offset of each. */
  async append(frames: readonly EncodedFrame[], syncs: boolean): Promise<readonly number[]> {
    await this.#write(frames.flatMap(({ parts }) => parts));
    if (syncs) await this.#file.datasync();
    return frames.map((frame) => {
      const offset = this.#size;
      this.#builder.addFrame(offset, frame.header, frame.services);
      this.#size += frame.bytes;
      return offset;
    });
  }

  /** Nothing more will come. Cuts off what was written but never stored, and writes the index. */
  async seal(): Promise<void> {
    try {
      const { size } = await this.#file.stat();
      if (size > this.#size) {
        await this.#file.truncate(this.#size);
        await this.#file.datasync();
      }
    } finally {
      await this.#file.close();
      await saveIndex(this.path, this.#builder.map());
    }
  }

  async #write(parts: readonly Uint8Array[]): Promise<void> {
    let left = parts;
    let at = this.#size;
    while (left.length > 0) {
      const { bytesWritten } = await this.#file.writev(left, at);
      if (bytesWritten === 0) throw new Error("the disk took no bytes");
      at += bytesWritten;
      left = behind(left, bytesWritten);
    }
  }
}

/** What is left of the parts after `written` bytes. */
function behind(parts: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let skip = written;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index];
    if (part === undefined) break;
    if (skip < part.length) return [part.subarray(skip), ...parts.slice(index + 1)];
    skip -= part.length;
  }
  return [];
}
