import { open } from "node:fs/promises";
import type { EncodedFrame } from "./encode-frame.ts";
import { FileWindow } from "./file-window.ts";
import { HEADER_BYTES, readHeader } from "./frame-header.ts";
import { REMEMBERED_BATCHES } from "./limits.ts";
import { loadHead, loadRaw } from "./load-frame.ts";

/** What a batch is compared by: its bytes and the times of its rows. */
export interface BatchIdentity {
  readonly rawCrc: number;
  readonly raw: Uint8Array;
  readonly rows: number;
  readonly timesMs: Float64Array;
}

type Remembered =
  | { readonly kind: "stored"; readonly path: string; readonly offset: number }
  | { readonly kind: "waiting"; readonly frame: EncodedFrame; readonly stored: Promise<void> };

/**
 * The batches of the last minutes, to know one that a sender repeats because our answer was lost. The checksum only says
 * where to look: a batch counts as repeated when its bytes and times are those of the stored one, so that no accident of
 * checksums drops records. Records without a time of their own get the time of their arrival, and are stored again.
 */
export class RecentBatches {
  readonly #known = new Map<number, Remembered>();

  /** Resolves once a batch like this one is stored; null when none is remembered. */
  async find(batch: BatchIdentity): Promise<"stored" | null> {
    const known = this.#known.get(batch.rawCrc);
    if (known === undefined) return null;
    if (known.kind === "stored") return (await isStoredAt(known, batch)) ? "stored" : null;
    if (!isSame(batch, known.frame.raw, known.frame.timesMs)) return null;
    await known.stored;
    return "stored";
  }

  mayKnow(rawCrc: number): boolean {
    return this.#known.has(rawCrc);
  }

  addWaiting(frame: EncodedFrame, stored: Promise<void>): void {
    this.#add(frame.header.rawCrc, { kind: "waiting", frame, stored });
  }

  addStored(rawCrc: number, path: string, offset: number): void {
    this.#add(rawCrc, { kind: "stored", path, offset });
  }

  forget(rawCrc: number): void {
    this.#known.delete(rawCrc);
  }

  #add(rawCrc: number, batch: Remembered): void {
    this.#known.delete(rawCrc);
    this.#known.set(rawCrc, batch);
    if (this.#known.size <= REMEMBERED_BATCHES) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

async function isStoredAt({ path, offset }: { path: string; offset: number }, batch: BatchIdentity): Promise<boolean> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return false;
  try {
    const window = new FileWindow(file);
    const header = readHeader(await window.bytes(offset, HEADER_BYTES));
    if (header === null || header.rawCrc !== batch.rawCrc) return false;
    const head = await loadHead(window, offset, header);
    const raw = await loadRaw(file, offset, header);
    return head !== null && raw !== null && isSame(batch, raw, head.columns.timesMs);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

function isSame(batch: BatchIdentity, raw: Uint8Array, timesMs: Float64Array): boolean {
  if (batch.rows !== timesMs.length || Buffer.compare(batch.raw, raw) !== 0) return false;
  for (let row = 0; row < timesMs.length; row++) if (batch.timesMs[row] !== timesMs[row]) return false;
  return true;
}
