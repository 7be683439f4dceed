import { RECORD_FORMAT, RECORD_KIND } from "../../../core/columns/record-batch.ts";
import { CLASS_OF_BYTE } from "../../../core/log-templates/byte-classes.ts";
import type { RememberedTables } from "../../../core/log-templates/byte-miner.ts";
import { ROLE_OF_BYTE } from "../../../core/log-templates/byte-roles.ts";
import {
  MAYBE_SPECIAL as MAYBE_SPECIAL_WORDS,
  SPECIAL_BITS as SPECIAL_WORDS,
} from "../../../core/log-templates/special-words.ts";
import type { BatchBuilder } from "../batch-builder.ts";
import {
  CLASSES,
  COUNTED,
  DAYS_TO_MONTH,
  DAYS_TO_YEAR,
  FINALS,
  FIRST_WORDS,
  FIRST_WORDS_SIZE,
  HASH_A,
  HASH_B,
  HOSTS,
  INPUT,
  INPUT_BYTES,
  LENGTHS,
  MAX_ROWS,
  MAX_TEMPLATES,
  MAYBE_SPECIAL,
  NAMES,
  NAMES_BYTES,
  OFFSETS,
  PATTERN_SETS,
  PATTERN_STRIDE,
  PATTERN_WAYS,
  PATTERNS,
  PENDING,
  ROLES,
  SERVICES,
  SEVERITIES,
  SHAPES,
  SIGNATURE_SLOTS,
  SIGNATURES,
  SIGNED,
  SPECIAL_BITS,
  TEMPLATES,
  TIMES,
  TOKEN_FROM,
  TOKEN_TO,
  TRACES,
  TRAIT_SLOTS,
  TRAITS,
  ZONELESS,
} from "./layout.ts";

const DAY_MS = 86_400_000;
const MIN_MS = Date.UTC(2000, 0, 1);
/** Fewer rows are copied one by one: a bulk copy of each column costs more. */
const FEW_ROWS = 12;

/** The memory of the module by its parts. */
export class ModuleMemory {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array;
  readonly input: Uint8Array;
  readonly #finals: Int32Array;
  readonly #pending: Int32Array;
  readonly #counted: Int32Array;
  readonly #offsets: Int32Array;
  readonly #lengths: Int32Array;
  readonly #times: Float64Array;
  readonly #services: Int32Array;
  readonly #hosts: Int32Array;
  readonly #templates: Int32Array;
  readonly #traces: Uint32Array;
  readonly #severities: Uint8Array;
  readonly #zoneless: Uint8Array;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.bytes = new Uint8Array(buffer);
    this.input = new Uint8Array(buffer, INPUT, INPUT_BYTES);
    this.#finals = new Int32Array(buffer, FINALS, MAX_TEMPLATES);
    this.#pending = new Int32Array(buffer, PENDING, MAX_TEMPLATES);
    this.#counted = new Int32Array(buffer, COUNTED, MAX_ROWS);
    this.#offsets = new Int32Array(buffer, OFFSETS, MAX_ROWS);
    this.#lengths = new Int32Array(buffer, LENGTHS, MAX_ROWS);
    this.#times = new Float64Array(buffer, TIMES, MAX_ROWS);
    this.#services = new Int32Array(buffer, SERVICES, MAX_ROWS);
    this.#hosts = new Int32Array(buffer, HOSTS, MAX_ROWS);
    this.#templates = new Int32Array(buffer, TEMPLATES, MAX_ROWS);
    this.#traces = new Uint32Array(buffer, TRACES, MAX_ROWS);
    this.#severities = new Uint8Array(buffer, SEVERITIES, MAX_ROWS);
    this.#zoneless = new Uint8Array(buffer, ZONELESS, MAX_ROWS);
    this.bytes.set(CLASS_OF_BYTE, CLASSES);
    this.bytes.set(ROLE_OF_BYTE, ROLES);
    this.bytes.set(MAYBE_SPECIAL_WORDS, MAYBE_SPECIAL);
    new Int32Array(buffer, SPECIAL_BITS, SPECIAL_WORDS.length).set(SPECIAL_WORDS);
    const years = Array.from({ length: 101 }, (_, year) => (Date.UTC(2000 + year, 0, 1) - MIN_MS) / DAY_MS);
    new Int32Array(buffer, DAYS_TO_YEAR, years.length).set(years);
    const months = Array.from({ length: 12 }, (_, month) => (Date.UTC(2001, month, 1) - Date.UTC(2001, 0, 1)) / DAY_MS);
    new Int32Array(buffer, DAYS_TO_MONTH + 4, months.length).set(months);
  }

  /** For what a miner remembers that looks at so many tokens, fewer than `TOKEN_ROOM`. */
  remembered(maxTokens: number): RememberedTables {
    const { buffer } = this;
    return {
      signatures: new Int32Array(buffer, SIGNATURES, SIGNATURE_SLOTS * 4),
      patterns: new Int32Array(buffer, PATTERNS, PATTERN_WAYS * PATTERN_SETS * PATTERN_STRIDE),
      firstWords: new Int32Array(buffer, FIRST_WORDS, FIRST_WORDS_SIZE),
      traits: new Int32Array(buffer, TRAITS, TRAIT_SLOTS * 4),
      signed: new Int32Array(buffer, SIGNED, 3),
      tokens: {
        hashA: new Int32Array(buffer, HASH_A, maxTokens + 1),
        hashB: new Int32Array(buffer, HASH_B, maxTokens + 1),
        from: new Int32Array(buffer, TOKEN_FROM, maxTokens + 1),
        to: new Int32Array(buffer, TOKEN_TO, maxTokens + 1),
        shape: new Uint8Array(buffer, SHAPES, maxTokens + 1),
      },
    };
  }

  /** Forgets the names of a table: 0 services, 1 hosts. */
  forgetNames(table: number): void {
    this.bytes.fill(0, NAMES + table * NAMES_BYTES, NAMES + (table + 1) * NAMES_BYTES);
  }

  /** Forgets which templates were joined, for some more were. */
  forgetFinals(templates: number): void {
    this.#finals.fill(0, 0, Math.min(templates, MAX_TEMPLATES));
  }

  /** Gives the counts of templates that were met, and forgets them. */
  drainCounts(size: number, take: (template: number, messages: number) => void): void {
    for (let index = 0; index < size; index++) {
      const template = this.#counted[index] ?? 0;
      take(template, this.#pending[template] ?? 0);
      this.#pending[template] = 0;
    }
  }

  /** The templates of the rows, until the module runs again. */
  templates(rows: number): Int32Array {
    return this.#templates.subarray(0, rows);
  }

  /** Adds the rows to the batch. */
  appendRows(rows: number, batch: BatchBuilder): void {
    const first = batch.rows;
    for (let row = 0; row < rows; row++) batch.next();
    batch.formats.fill(RECORD_FORMAT.json, first, first + rows);
    batch.kinds.fill(RECORD_KIND.log, first, first + rows);
    if (rows < FEW_ROWS) this.#copyRows(rows, first, batch);
    else this.#copyColumns(rows, first, batch);
  }

  #copyColumns(rows: number, first: number, batch: BatchBuilder): void {
    batch.offsets.set(this.#offsets.subarray(0, rows), first);
    batch.lengths.set(this.#lengths.subarray(0, rows), first);
    batch.timesMs.set(this.#times.subarray(0, rows), first);
    batch.services.set(this.#services.subarray(0, rows), first);
    batch.hosts.set(this.#hosts.subarray(0, rows), first);
    batch.templates.set(this.#templates.subarray(0, rows), first);
    batch.traces.set(this.#traces.subarray(0, rows), first);
    batch.severities.set(this.#severities.subarray(0, rows), first);
    batch.zoneless.set(this.#zoneless.subarray(0, rows), first);
  }

  #copyRows(rows: number, first: number, batch: BatchBuilder): void {
    for (let row = 0; row < rows; row++) {
      const into = first + row;
      batch.offsets[into] = this.#offsets[row] ?? 0;
      batch.lengths[into] = this.#lengths[row] ?? 0;
      batch.timesMs[into] = this.#times[row] ?? 0;
      batch.services[into] = this.#services[row] ?? 0;
      batch.hosts[into] = this.#hosts[row] ?? 0;
      batch.templates[into] = this.#templates[row] ?? 0;
      batch.traces[into] = this.#traces[row] ?? 0;
      batch.severities[into] = this.#severities[row] ?? 0;
      batch.zoneless[into] = this.#zoneless[row] ?? 0;
    }
  }
}
