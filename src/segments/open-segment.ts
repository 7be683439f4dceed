import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { DIRECT_BYTES, DirectFile } from "./direct-file.ts";
import type { EncodedFrame } from "./encode-frame.ts";
import { DIRECT_FROM_BYTES } from "./limits.ts";
import { saveIndex } from "./segment-index.ts";
import { EMPTY_MAP, MapBuilder } from "./segment-map.ts";
import { makeFolder, syncFolder } from "./segment-paths.ts";

type DirectWriting = Pick<DirectFile, "write" | "close">;
type OpenDirect = (path: string) => Promise<DirectWriting | null>;

const openFile: OpenDirect = (path) => DirectFile.open(path);

export interface SegmentPlace {
  readonly path: string;
  readonly sequence: number;
  /** Folder of all segments. */
  readonly root: string;
  /** Opens a file to be written around the page cache. */
  readonly openDirect?: OpenDirect;
}

/** The segment that is being written. */
export class OpenSegment {
  readonly path: string;
  readonly sequence: number;
  readonly #file: FileHandle;
  readonly #builder = new MapBuilder(EMPTY_MAP);
  #size = 0;
  /** Null when this disk is only written through the page cache. Undefined until it is needed. */
  #direct: DirectWriting | null | undefined;

  readonly #openDirect: OpenDirect;

  private constructor(file: FileHandle, { path, sequence, openDirect = openFile }: SegmentPlace) {
    this.#file = file;
    this.#openDirect = openDirect;
    this.path = path;
    this.sequence = sequence;
  }

  /** A new file that the disk will find again; rejects when there is one already. */
  static async create(place: SegmentPlace): Promise<OpenSegment> {
    const { path, root } = place;
    const folder = dirname(path);
    await makeFolder(folder, root);
    const file = await open(path, "wx", 0o600);
    try {
      await syncFolder(folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new OpenSegment(file, place);
  }

  /** How far everything is stored. */
  get size(): number {
    return this.#size;
  }

  /** Writes frames and, if asked to, waits until the disk has them. Gives the offset of each. */
  async append(frames: readonly EncodedFrame[], syncs: boolean): Promise<readonly number[]> {
    for (const run of runsOf(frames, this.#size)) await this.#write(run);
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
      await this.#direct?.close();
      await this.#file.close();
      await saveIndex(this.path, this.#builder.map());
    }
  }

  /** Large runs go around the page cache: copying them into fresh pages costs more than everything else that is done to them. */
  async #write({ parts, at, bytes, isAligned }: Run): Promise<void> {
    if (isAligned && bytes >= DIRECT_FROM_BYTES && (await this.#writeDirectly(parts, at))) return;
    await this.#writeThroughCache(parts, at);
  }

  async #writeDirectly(parts: readonly Uint8Array[], at: number): Promise<boolean> {
    if (this.#direct === undefined) this.#direct = await this.#openDirect(this.path);
    if (this.#direct === null) return false;
    if ((await this.#direct.write(parts, at)) === "written") return true;
    await this.#direct.close();
    this.#direct = null;
    return false;
  }

  async #writeThroughCache(parts: readonly Uint8Array[], from: number): Promise<void> {
    let left = parts;
    let at = from;
    while (left.length > 0) {
      const { bytesWritten } = await this.#file.writev(left, at);
      if (bytesWritten === 0) throw new Error("the disk took no bytes");
      at += bytesWritten;
      left = behind(left, bytesWritten);
    }
  }
}

/** Frames that stand one behind the other and are written the same way. */
interface Run {
  readonly parts: Uint8Array[];
  readonly at: number;
  bytes: number;
  /** Whether it begins and ends where a disk's blocks do. */
  readonly isAligned: boolean;
}

function runsOf(frames: readonly EncodedFrame[], from: number): readonly Run[] {
  const runs: Run[] = [];
  let at = from;
  for (const { parts, bytes } of frames) {
    const isAligned = at % DIRECT_BYTES === 0 && bytes % DIRECT_BYTES === 0;
    let run = runs.at(-1);
    if (run?.isAligned !== isAligned) {
      run = { parts: [], at, bytes: 0, isAligned };
      runs.push(run);
    }
    run.parts.push(...parts);
    run.bytes += bytes;
    at += bytes;
  }
  return runs;
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
