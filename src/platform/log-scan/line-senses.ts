import { soundsFailing } from "../../core/columns/failing-words.ts";
import { RECORD_FORMAT, type RecordBatch, SEVERITIES } from "../../core/columns/record-batch.ts";
import { HashSample } from "./hash-sample.ts";
import { JsonSenses, spread } from "./json-senses.ts";
import type { ByteSpan, OtlpLogFields } from "./otlp-fields.ts";
import { StatusMarks } from "./status-marks.ts";
import { hashOfBytes, hashOfWords } from "./word-hash.ts";

const WARN = SEVERITIES.indexOf("warn");
const MAX_TEMPLATES = 50_000;
/** What the lines of one template may say differently; whoever writes names of people into errors says no more than this. */
const MAX_SENSES = 256;
const MAX_TEXT = 4096;
/** A kind that no line may have: it warns or fails, and nothing else is known of it. */
export const SOME_FAILURE = 1;
/** A quiet line that names a peer or an exception is told apart too, for the graph; most name none. */
const NAMES_MORE = /peer|upstream|server[._]?address|db[._]?host|exception|err(?:or)?[._]?(?:type|name|kind|class)"/iu;

const QUIET = 1;
const LOUD = 2;

/** Whether lines of this sense report a failure. */
export function isFailingSense(sense: number): boolean {
  return (sense & 1) !== 0;
}

/**
 * What log lines say beyond service, severity and template, as a number: 0 for nothing, odd for lines that report a
 * failure. Such lines that the engine would put into different groups (another exception, peer, HTTP status, event, other
 * words where the template has a variable) have different numbers, the same in every process. Others are looked into only
 * where a line of their template names a peer or an exception. Bounded: of one template at most 256 are told apart.
 */
export class LineSenses {
  /** The failing HTTP status of the line that was asked for last; 0 for none. */
  status = 0;
  readonly #statuses = new StatusMarks();
  readonly #json = new JsonSenses();
  readonly #sample = new HashSample(MAX_TEMPLATES);
  #batch: RecordBatch | null = null;
  #row = 0;
  /** By template: whether its words tell of a failure; 0 before they were looked at. */
  readonly #words = new Uint8Array(MAX_TEMPLATES);
  /** By template: 1 when lines name a peer or an exception; how many quiet lines there were. */
  readonly #more = new Uint8Array(MAX_TEMPLATES);
  readonly #lines = new Uint32Array(MAX_TEMPLATES);
  readonly #senses: (Set<number> | undefined)[] = [];

  /**
   * Another batch begins, and its lines need not all be looked into (see `HashSample`). Whoever never calls this has every
   * line looked into.
   */
  startBatch(): void {
    this.#sample.startBatch();
  }

  of(batch: RecordBatch, row: number): number {
    const template = batch.templates[row] ?? -1;
    this.status = this.#statuses.statusOf(batch, row);
    const severity = batch.severities[row] ?? 0;
    const isFailing = this.status !== 0 || severity >= WARN || this.#soundsFailing(batch, template);
    if (!isFailing && !this.#namesMore(batch, row)) return 0;
    this.#row = row;
    this.#batch = batch;
    const sense = (this.#sample.of(template, this.#look) + spread(this.status)) >>> 0;
    const told = isFailing ? (sense | 1) >>> 0 : (sense & ~1) >>> 0;
    return this.#bounded(template, told <= SOME_FAILURE ? told + 2 : told);
  }

  /** Whether any line of the template named more so far. Its first line tells, and later ones more and more rarely. */
  #namesMore({ templates, bytes, offsets, lengths }: RecordBatch, row: number): boolean {
    const template = templates[row] ?? -1;
    if (template < 0 || template >= MAX_TEMPLATES) return false;
    if (this.#more[template] === 1) return true;
    const lines = (this.#lines[template] ?? 0) + 1;
    this.#lines[template] = lines;
    if ((lines & (lines - 1)) !== 0) return false;
    const from = offsets[row] ?? 0;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, lengths[row] ?? 0).toString("latin1");
    if (NAMES_MORE.test(text)) this.#more[template] = 1;
    return this.#more[template] === 1;
  }

  #soundsFailing({ catalog }: RecordBatch, template: number): boolean {
    if (template < 0 || template >= MAX_TEMPLATES) return false;
    if (this.#words[template] === 0)
      this.#words[template] = soundsFailing(catalog.miner.textOf(template)) ? LOUD : QUIET;
    return this.#words[template] === LOUD;
  }

  #bounded(template: number, sense: number): number {
    const coarse = sense & SOME_FAILURE;
    if (template < 0 || template >= MAX_TEMPLATES) return coarse;
    const known = (this.#senses[template] ??= new Set());
    if (known.has(sense)) return sense;
    if (known.size >= MAX_SENSES) return coarse;
    known.add(sense);
    return sense;
  }

  readonly #look = () => (this.#batch === null ? 0 : this.#hash(this.#batch, this.#row));

  #hash({ bytes, offsets, lengths, formats }: RecordBatch, row: number): number {
    const from = offsets[row] ?? 0;
    const to = from + (lengths[row] ?? 0);
    const format = formats[row];
    if (format === RECORD_FORMAT.json) return this.#json.of(bytes, from, to);
    return format === RECORD_FORMAT.otlpLog ? this.#otlp(bytes) : textHash(bytes, { from, to });
  }

  /** The fields of this record were read when its status was asked for. */
  #otlp(bytes: Uint8Array): number {
    const { otlp } = this.#statuses;
    const { bodyFrom: from, bodyTo: to, eventFrom, eventTo } = otlp;
    const isJson = bytes[from] === 0x7b;
    let sum = 0;
    if (to > from)
      sum = spread(isJson ? this.#json.of(bytes, from, to) : hashOfWords(bytes, { from, to, isHeadline: true }));
    if (eventTo > eventFrom) sum += spread(hashOfBytes(bytes, eventFrom, eventTo) ^ EVENT_NAME);
    for (let attribute = 0; attribute < otlp.count; attribute++) {
      const how = ATTRIBUTES.get(hashOfBytes(bytes, otlp.nameFrom(attribute), otlp.nameTo(attribute)));
      if (how !== undefined) sum = (sum + spread(how ^ valueHash(bytes, { otlp, attribute }, how === STACK))) | 0;
    }
    return sum | 0;
  }
}

const EVENT_NAME = 7;
const STACK = 11;
/** A number for each attribute that records are grouped by. */
const ATTRIBUTES = new Map<number, number>(
  ["peer.service", "server.address", "net.peer.name", "peer.hostname", "upstream", "db.host"]
    .concat(["exception.type", "error.type", "event.name", "http.response.status_code", "http.status_code", "status"])
    .map((name, at) => [nameHash(name), 101 + at] as const),
);
ATTRIBUTES.set(nameHash("exception.stacktrace"), STACK);

function nameHash(name: string): number {
  const bytes = new TextEncoder().encode(name);
  return hashOfBytes(bytes, 0, bytes.length);
}

interface Attribute {
  readonly otlp: OtlpLogFields;
  readonly attribute: number;
}

function valueHash(bytes: Uint8Array, { otlp, attribute }: Attribute, isStack: boolean): number {
  const from = otlp.valueFrom(attribute);
  if (otlp.isInteger(attribute)) return from;
  const to = otlp.valueTo(attribute);
  return isStack
    ? hashOfWords(bytes, { from, to: Math.min(to, from + MAX_TEXT), isHeadline: false })
    : hashOfBytes(bytes, from, to);
}

/** A line of text, and of a stack trace behind it the lines that name an exception: they are not indented. */
function textHash(bytes: Uint8Array, { from, to }: ByteSpan): number {
  const end = Math.min(to, from + MAX_TEXT);
  let sum = hashOfWords(bytes, { from, to: end, isHeadline: true });
  for (let line = bytes.indexOf(0x0a, from); line !== -1 && line < end - 1; line = bytes.indexOf(0x0a, line + 1)) {
    if ((bytes[line + 1] ?? 0) <= 0x20) continue;
    sum = (sum + spread(hashOfWords(bytes, { from: line + 1, to: end, isHeadline: true }))) | 0;
  }
  return sum;
}
