import { open } from "node:fs/promises";
import type { NameTable } from "../core/columns/name-table.ts";
import type { RecordBatch } from "../core/columns/record-batch.ts";
import type { EncodedFrame } from "./encode-frame.ts";
import { FileWindow } from "./file-window.ts";
import { HEADER_BYTES, readHeader } from "./frame-header.ts";
import { REMEMBERED_BATCHES } from "./limits.ts";
import { loadHead, loadRaw } from "./load-frame.ts";

/** What a batch is compared by. Who it is from may stand outside of its bytes: in the address, in an envelope. */
export interface BatchIdentity {
  readonly rawCrc: number;
  readonly batch: RecordBatch;
}

/** The same of a batch that is stored or waits for it. Names are in the order of their first row. */
interface StoredIdentity {
  readonly raw: Uint8Array;
  readonly timesMs: Float64Array;
  readonly formats: Uint8Array;
  readonly services: readonly string[];
  readonly hosts: readonly string[];
}

type Remembered =
  | { readonly kind: "stored"; readonly path: string; readonly offset: number }
  | { readonly kind: "waiting"; readonly frame: EncodedFrame; readonly stored: Promise<void> };

/**
 * The batches of the last minutes, to know one that a sender repeats because our answer was lost. The checksum only says
 * where to look: a batch counts as repeated when its bytes, times, services and hosts are those of the stored one, so that no accident of
 * checksums drops records. Records without a time of their own get the time of their arrival, and are stored again.
 */
export class RecentBatches {
  readonly #known = new Map<number, Remembered>();

  /** Resolves once a batch like this one is stored; null when none is remembered. */
  async find(batch: BatchIdentity): Promise<"stored" | null> {
    const known = this.#known.get(batch.rawCrc);
    if (known === undefined) return null;
    if (known.kind === "stored") return (await isStoredAt(known, batch)) ? "stored" : null;
    if (!isSame(batch.batch, known.frame)) return null;
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
    if (head === null || raw === null) return false;
    const { services, hosts } = head.dictionary;
    return isSame(batch.batch, { raw, services, hosts, timesMs: head.columns.timesMs, formats: head.columns.formats });
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

function isSame(batch: RecordBatch, stored: StoredIdentity): boolean {
  const { rows, catalog } = batch;
  if (rows !== stored.timesMs.length || Buffer.compare(batch.bytes, stored.raw) !== 0) return false;
  for (let row = 0; row < rows; row++) {
    if (batch.timesMs[row] !== stored.timesMs[row] || batch.formats[row] !== stored.formats[row]) return false;
  }
  const { services, hosts } = catalog;
  return (
    areSame(namesOf(batch.services, rows, services), stored.services) &&
    areSame(namesOf(batch.hosts, rows, hosts), stored.hosts)
  );
}

/** The names of a column, each once, in the order of their first row. */
function namesOf(column: Int32Array, rows: number, table: NameTable): readonly string[] {
  const used = new Set(column.subarray(0, rows));
  used.delete(-1);
  return [...used].map((name) => table.nameOf(name));
}

function areSame(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, index) => name === others[index]);
}
