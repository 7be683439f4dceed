import { crc32 } from "node:zlib";
import type { RecordBatch, RecordCatalog } from "../core/columns/record-batch.ts";
import { DIRECT_BYTES } from "./direct-file.ts";
import { columnsBytesOf, columnsOver, type FrameColumns } from "./frame-columns.ts";
import { writeDictionary } from "./frame-dictionary.ts";
import { type FrameHeader, frameBytesOf, HEADER_BYTES, writeHeader } from "./frame-header.ts";
import { FrameMemory } from "./frame-memory.ts";
import { FrameNumbers } from "./frame-numbers.ts";
import { DIRECT_FROM_BYTES, MAX_FRAME_BYTES, MAX_FRAME_ROWS } from "./limits.ts";
import { SaidTemplates } from "./said-templates.ts";
import type { TemplateTexts } from "./template-texts.ts";

/** A batch as it goes to disk. `parts` in order are the frame. */
export interface EncodedFrame {
  readonly header: FrameHeader;
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly services: readonly string[];
  readonly hosts: readonly string[];
  readonly timesMs: Float64Array;
  /** `RECORD_FORMAT` of each row. */
  readonly formats: Uint8Array;
  readonly raw: Uint8Array;
  /** What header and columns stand in. */
  readonly memory: ArrayBuffer;
}

/** Where a frame will stand. */
export interface FramePlace {
  readonly sequence: number;
  readonly salt: number;
  readonly number: number;
  /** Where in the segment it begins. */
  readonly offset: number;
  readonly receivedAtMs: number;
  /** Checksum of the batch's bytes. */
  readonly rawCrc: number;
}

interface CatalogState {
  readonly services: FrameNumbers;
  readonly hosts: FrameNumbers;
  readonly templates: FrameNumbers;
  readonly said: SaidTemplates;
  /** Template → segment that has its text already. */
  readonly textIn: Map<number, number>;
}

/** Turns batches into frames. Remembers per catalog which template texts the present segment has. */
export class FrameEncoder {
  readonly #states = new WeakMap<RecordCatalog, CatalogState>();
  readonly #texts: TemplateTexts;
  readonly #memory = new FrameMemory();

  constructor(texts: TemplateTexts) {
    this.#texts = texts;
  }

  /** Throws when the batch does not agree with itself: that is a bug of whoever made it, and nothing of it is stored. */
  encode(batch: RecordBatch, place: FramePlace): EncodedFrame {
    const { rows } = batch;
    if (rows > MAX_FRAME_ROWS) throw new Error(`a batch has at most ${MAX_FRAME_ROWS} rows, this one ${rows}`);
    const hasContexts = hasAny(batch.contextLengths, rows);
    const columnsBytes = columnsBytesOf(rows, hasContexts);
    // The dictionary, bounded by the names that fit into a column, takes the other half at most.
    if (batch.bytes.length + columnsBytes > MAX_FRAME_BYTES / 2)
      throw new Error("a batch is larger than a frame may be");
    const headBytes = HEADER_BYTES + columnsBytes;
    const memory = this.#memory.take(headBytes);
    const columns = columnsOver(memory, HEADER_BYTES, { rows, hasContexts });
    const range = copyRows(batch, columns, place.receivedAtMs);
    const names = this.#names(batch, columns, place.sequence);
    const dictionary = padded(writeDictionary(names), { at: place.offset, others: headBytes + batch.bytes.length });
    const head = Buffer.from(memory, 0, headBytes);
    const { offset: _offset, ...said } = place;
    const header: FrameHeader = {
      ...said,
      rows,
      hasContexts,
      columnsBytes,
      dictionaryBytes: dictionary.length,
      rawBytes: batch.bytes.length,
      headCrc: crc32(dictionary, crc32(head.subarray(HEADER_BYTES))),
      ...range,
    };
    writeHeader(head, header);
    const { bytes: raw } = batch;
    const { services, hosts } = names;
    return {
      header,
      parts: [head, dictionary, raw],
      bytes: frameBytesOf(header),
      services,
      hosts,
      timesMs: columns.timesMs,
      formats: columns.formats,
      raw,
      memory,
    };
  }

  /** The frame is written or refused: nobody looks at its columns any more. */
  release({ memory }: EncodedFrame): void {
    this.#memory.give(memory);
  }

  #names(batch: RecordBatch, columns: FrameColumns, sequence: number) {
    const { catalog, services, hosts } = batch;
    const state = this.#stateOf(catalog);
    state.services.fill(services, columns.services);
    state.hosts.fill(hosts, columns.hosts);
    state.templates.fill(state.said.numbersOf(batch, columns), columns.templates);
    const { miner } = catalog;
    const texts: (readonly [number, string])[] = [];
    for (const [number, used] of state.templates.used.entries()) {
      const template = state.said.templateOf(used);
      if (state.textIn.get(template) === sequence) continue;
      state.textIn.set(template, sequence);
      texts.push([number, miner.textOf(template)]);
      const row = columns.templates.indexOf(number);
      const service = services[row] ?? -1;
      this.#texts.note(service < 0 ? "" : catalog.services.nameOf(service), catalog, template);
    }
    return {
      services: state.services.used.map((name) => catalog.services.nameOf(name)),
      hosts: state.hosts.used.map((name) => catalog.hosts.nameOf(name)),
      templates: state.templates.used.map((used) => state.said.nameOf(used, miner)),
      texts,
    };
  }

  #stateOf(catalog: RecordCatalog): CatalogState {
    let state = this.#states.get(catalog);
    if (state === undefined) {
      const [services, hosts, templates] = [new FrameNumbers(), new FrameNumbers(), new FrameNumbers()];
      state = { services, hosts, templates, said: new SaidTemplates(), textIn: new Map() };
      this.#states.set(catalog, state);
    }
    return state;
  }
}

function hasAny(lengths: Int32Array, rows: number): boolean {
  for (let row = 0; row < rows; row++) if ((lengths[row] ?? 0) > 0) return true;
  return false;
}

/** With spaces behind it, which mean nothing in JSON, so that a large frame ends where a block of the disk does. */
function padded(dictionary: Buffer, { at, others }: { readonly at: number; readonly others: number }): Buffer {
  const bytes = others + dictionary.length;
  const beyond = (at + bytes) % DIRECT_BYTES;
  if (bytes < DIRECT_FROM_BYTES || beyond === 0) return dictionary;
  return Buffer.concat([dictionary, Buffer.alloc(DIRECT_BYTES - beyond, " ")]);
}

/** Copies what needs no dictionary. Gives the range of the times; a time that is no number becomes when it was received. */
function copyRows(batch: RecordBatch, columns: FrameColumns, receivedAtMs: number): { minMs: number; maxMs: number } {
  const { rows } = batch;
  columns.timesMs.set(batch.timesMs.subarray(0, rows));
  columns.offsets.set(batch.offsets.subarray(0, rows));
  columns.lengths.set(batch.lengths.subarray(0, rows));
  columns.traces.set(batch.traces.subarray(0, rows));
  columns.severities.set(batch.severities.subarray(0, rows));
  columns.kinds.set(batch.kinds.subarray(0, rows));
  columns.formats.set(batch.formats.subarray(0, rows));
  if (columns.contextOffsets.length > 0) {
    columns.contextOffsets.set(batch.contextOffsets.subarray(0, rows));
    columns.contextLengths.set(batch.contextLengths.subarray(0, rows));
    checkBounds(columns.contextOffsets, columns.contextLengths, batch.bytes.length);
  }
  checkBounds(columns.offsets, columns.lengths, batch.bytes.length);
  return rangeOf(columns.timesMs, receivedAtMs);
}

function checkBounds(offsets: Int32Array, lengths: Int32Array, size: number): void {
  let isInside = true;
  for (let row = 0; row < offsets.length; row++) {
    const offset = offsets[row] ?? -1;
    const length = lengths[row] ?? -1;
    isInside &&= offset >= 0 && length >= 0 && offset + length <= size;
  }
  if (!isInside) throw new Error("a row of the batch points outside of its bytes");
}

function rangeOf(timesMs: Float64Array, receivedAtMs: number): { minMs: number; maxMs: number } {
  let minMs = Number.POSITIVE_INFINITY;
  let maxMs = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < timesMs.length; row++) {
    let at = timesMs[row] ?? receivedAtMs;
    if (!Number.isFinite(at)) {
      at = receivedAtMs;
      timesMs[row] = at;
    }
    if (at < minMs) minMs = at;
    if (at > maxMs) maxMs = at;
  }
  return { minMs, maxMs };
}
