import type { NameTable } from "../../../core/columns/name-table.ts";
import type { RecordCatalog } from "../../../core/columns/record-batch.ts";
import type { RememberedWay } from "../../../core/log-templates/byte-miner.ts";
import { severityOf } from "../../records/severities.ts";
import { BYTE } from "../json-tokens.ts";
import { severityNumber } from "../line-fields.ts";
import { createNdjsonScanner, type NdjsonScanner, type ScanTally, type ScanTarget } from "../scan-ndjson.ts";
import { INPUT, INPUT_BYTES, TOKEN_ROOM, UNKNOWN_SHAPE } from "./layout.ts";
import { ModuleMemory } from "./memory.ts";
import { ShapeTable } from "./shape-table.ts";
import { isTrap, type ScanExports, type ScanImports } from "./start-module.ts";

/** After so many lines it is decided whether the module is of use; when it is not, the next bytes are read without it. */
const TRIAL_LINES = 1024;
/** Share of lines given back from which on reading them twice costs more than the others save. */
const MAX_DECLINED = 0.6;
const REST_BYTES = 4 * 1024 * 1024;
/** Lines of unknown shape that are learned from in one trial: learning costs more than reading. */
const MAX_LESSONS = 512;

const NO_TALLY: ScanTally = { lines: 0, rows: 0, others: 0, refused: 0, tooLong: 0, timeless: 0, slow: 0 };

export interface ModuleOptions {
  readonly start: (imports: ScanImports) => ScanExports;
  /** Bytes that are read in JavaScript after most lines before them were given back: tests want none. */
  readonly restBytes?: number;
}

/**
 * Reads the usual lines in WebAssembly, and gives every line in which anything is unknown or odd to the scanner in
 * JavaScript, in order. The module looks messages up in the table of signatures of one miner; what it does not find there,
 * the miner itself places.
 */
export class ModuleScanner implements NdjsonScanner {
  readonly #plain: NdjsonScanner = createNdjsonScanner();
  readonly #exports: ScanExports;
  readonly #memory: ModuleMemory;
  readonly #shapes: ShapeTable;
  /** Of the miner of all catalogs it will see; null when they may have any. */
  readonly #way: RememberedWay | null;
  readonly #restBytes: number;
  #joins = 0;
  #services: NameTable | null = null;
  #hosts: NameTable | null = null;
  #target: ScanTarget | null = null;
  #tally = { ...NO_TALLY };
  /** Offset of the input's start, and of the first line that is in no row yet. */
  #base = 0;
  #done = 0;
  #declined = 0;
  #read = 0;
  #lessons = 0;
  #rest = 0;
  #broken: unknown = null;

  /** Throws where the module cannot start. */
  constructor({ start, restBytes = REST_BYTES }: ModuleOptions, way: RememberedWay | null) {
    this.#restBytes = restBytes;
    this.#exports = start({
      nameAt: (table, from, to) => this.#nameAt(table, from, to),
      mine: (group, from, to) => this.#noticing(this.#catalog.miner.add(group, this.#memory.bytes, from, to)),
      place: (group) => this.#noticing(way?.place(group, this.#memory.bytes) ?? 0),
      finalOf: (template) => way?.finalOf(template) ?? template,
      groupOfNobody: () => this.#catalog.services.indexOf(""),
      decline: (from, to, reason) => this.#decline(from, to, reason),
    });
    this.#memory = new ModuleMemory(this.#exports.memory.buffer);
    this.#shapes = new ShapeTable(this.#exports.memory.buffer);
    this.#way = way !== null && this.#share(way) ? way : null;
    if (this.#way !== null) this.#exports.setMiner(this.#way.limits.maxTokens, this.#way.limits.maxMessageBytes);
  }

  /** Whether it is in the middle of a body: a caller asked about a record has come back with another one. */
  get isBusy(): boolean {
    return this.#target !== null;
  }

  /** What made the module fail; null while it works. From then on everything is read in JavaScript. */
  get failure(): unknown {
    return this.#broken;
  }

  scan(target: ScanTarget, from: number, to: number): ScanTally {
    const before = target.batch.rows;
    this.#tally = { ...NO_TALLY };
    this.#open(target);
    try {
      this.#scanLines(target.batch.bytes, from, to);
    } finally {
      this.#target = null;
      this.#drop();
    }
    return { ...this.#tally, rows: target.batch.rows - before };
  }

  get #catalog(): RecordCatalog {
    if (this.#target === null) throw new Error("a line was read while nothing was scanned");
    return this.#target.batch.catalog;
  }

  #share(way: RememberedWay): boolean {
    const { maxTokens } = way.limits;
    return maxTokens < TOKEN_ROOM && way.moveTo(this.#memory.remembered(maxTokens));
  }

  #open(target: ScanTarget): void {
    const { services, hosts } = target.batch.catalog;
    if (services !== this.#services) this.#memory.forgetNames(0);
    if (hosts !== this.#hosts) this.#memory.forgetNames(1);
    this.#services = services;
    this.#hosts = hosts;
    this.#target = target;
    this.#exports.setTarget(target.service, target.host, target.receivedAtMs, target.other === undefined ? 0 : 1);
    this.#noticeJoins();
  }

  #scanLines(bytes: Uint8Array, from: number, to: number): void {
    const isCut = to > from && bytes[to - 1] !== BYTE.newline;
    const whole = isCut ? Math.max(from, bytes.lastIndexOf(BYTE.newline, to - 1) + 1) : to;
    let at = from;
    while (at < whole) {
      const end = this.#chunkEnd(bytes, at, whole);
      if (this.#rest > 0 || this.#broken !== null || end - at > INPUT_BYTES) this.#scanPlainly(at, end);
      else this.#scanChunk(bytes, at, end);
      this.#rest = Math.max(0, this.#rest - (end - at));
      at = end;
    }
    if (whole < to) this.#scanPlainly(Math.max(from, whole), to);
  }

  /** Behind the last newline that fits into the input; behind the first one when none does. */
  #chunkEnd(bytes: Uint8Array, at: number, whole: number): number {
    if (whole - at <= INPUT_BYTES) return whole;
    const end = bytes.lastIndexOf(BYTE.newline, at + INPUT_BYTES - 1) + 1;
    return end > at ? end : bytes.indexOf(BYTE.newline, at) + 1;
  }

  #scanChunk(bytes: Uint8Array, from: number, to: number): void {
    this.#memory.input.set(bytes.subarray(from, to));
    this.#base = from - INPUT;
    this.#done = from;
    const end = to - this.#base;
    try {
      for (let at = INPUT; at < end; ) {
        at = this.#exports.scan(at, end, this.#base);
        this.#flush(at + this.#base);
      }
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.#broken = error;
      this.#drop();
      this.#scanPlainly(this.#done, to);
    }
    if (this.#read >= TRIAL_LINES) this.#decide();
  }

  /** Whether most lines were read in vain. */
  #decide(): void {
    if (this.#declined > this.#read * MAX_DECLINED) this.#rest = this.#restBytes;
    this.#read = 0;
    this.#declined = 0;
    this.#lessons = 0;
  }

  #scanPlainly(from: number, to: number): void {
    if (this.#target === null) return;
    const found = this.#plain.scan(this.#target, from, to);
    const tally = this.#tally;
    this.#tally = {
      lines: tally.lines + found.lines,
      rows: 0,
      others: tally.others + found.others,
      refused: tally.refused + found.refused,
      tooLong: tally.tooLong + found.tooLong,
      timeless: tally.timeless + found.timeless,
      slow: tally.slow + found.slow,
    };
    this.#noticeJoins();
  }

  /** Takes the rows so far into the batch; everything before `done` has become of what it will. */
  #flush(done: number): void {
    const module = this.#exports;
    const rows = module.rowsReady();
    const timeless = module.timelessLines();
    const counted = module.templatesCounted();
    const way = this.#way;
    if (rows > 0 && this.#target !== null) this.#memory.appendRows(rows, this.#target.batch);
    if (way !== null) this.#memory.drainCounts(counted, (template, count) => way.countMany(template, count));
    module.taken();
    this.#done = done;
    this.#read += rows + timeless;
    this.#tally.lines += rows + timeless;
    this.#tally.timeless += timeless;
  }

  /** Forgets what an error left behind. */
  #drop(): void {
    this.#memory.drainCounts(this.#exports.templatesCounted(), () => {});
    this.#exports.taken();
  }

  #noticeJoins(): void {
    if (this.#way === null || this.#way.joins === this.#joins) return;
    this.#joins = this.#way.joins;
    this.#memory.forgetFinals(this.#catalog.miner.size);
  }

  #nameAt(table: number, from: number, to: number): number {
    const { bytes } = this.#memory;
    if (table === 0) return this.#catalog.services.indexOfBytes(bytes, from, to);
    if (table === 1) return this.#catalog.hosts.indexOfBytes(bytes, from, to);
    return severityNumber(severityOf(decoder.decode(bytes.subarray(from, to))) ?? "unspecified");
  }

  #noticing(template: number): number {
    this.#noticeJoins();
    return template;
  }

  #decline(from: number, newline: number, reason: number): void {
    const start = from + this.#base;
    const end = newline + 1 + this.#base;
    this.#flush(start);
    this.#scanPlainly(start, end);
    this.#done = end;
    this.#read++;
    this.#declined++;
    if (reason !== UNKNOWN_SHAPE || this.#lessons >= MAX_LESSONS) return;
    this.#lessons++;
    this.#shapes.learn(from);
  }
}

const decoder = new TextDecoder();
