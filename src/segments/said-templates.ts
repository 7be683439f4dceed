import { FAILING_STATUS_BIT, RECORD_KIND, type RecordBatch } from "../core/columns/record-batch.ts";
import type { TemplateMiner } from "../core/log-templates/template-miner.ts";
import { isFailingSense, LineSenses, SOME_FAILURE } from "../platform/log-scan/line-senses.ts";
import type { FrameColumns } from "./frame-columns.ts";
import { saidKind } from "./kind-names.ts";

/** Numbers from here on stand for a template and what its lines say besides. No miner has so many templates. */
const FIRST = 2 ** 16;
const MAX_PAIRS = 2 ** 16;

/**
 * Divides the templates of a catalog by what their lines say besides: another exception, peer, HTTP status. A window is
 * chosen without reading lines, so what tells failures apart must stand in the frame's columns.
 */
export class SaidTemplates {
  readonly #senses = new LineSenses();
  /** template × 2^32 + sense → number. */
  readonly #known = new Map<number, number>();
  readonly #pairs: { readonly template: number; readonly sense: number; key: string; name: string }[] = [];
  /** By template: the sense that was asked for last, and its number. Lines that say the same come together. */
  readonly #lastSense = new Uint32Array(FIRST);
  readonly #lastNumber = new Int32Array(FIRST);
  #numbers = new Int32Array(1024);

  /** The number of each row, which may stand for its template alone; marks rows with a failing status. Used up by the next call. */
  numbersOf(batch: RecordBatch, { severities, kinds }: FrameColumns): Int32Array {
    if (this.#numbers.length < batch.rows) this.#numbers = new Int32Array(2 * batch.rows);
    const numbers = this.#numbers;
    this.#senses.startBatch();
    for (let row = 0; row < batch.rows; row++) {
      const template = batch.templates[row] ?? -1;
      numbers[row] = template;
      if (template < 0 || template >= FIRST || kinds[row] !== RECORD_KIND.log) continue;
      const sense = this.#senses.of(batch, row);
      if (sense !== 0) numbers[row] = this.#usualNumberOf(template, sense);
      if (this.#senses.status !== 0) severities[row] = (severities[row] ?? 0) | FAILING_STATUS_BIT;
    }
    return numbers;
  }

  templateOf(number: number): number {
    return this.#pairs[number - FIRST]?.template ?? number;
  }

  /** What the frame's dictionary calls it. */
  nameOf(number: number, miner: TemplateMiner): string {
    const pair = this.#pairs[number - FIRST];
    if (pair === undefined) return miner.keyOf(number);
    const key = miner.keyOf(pair.template);
    if (key !== pair.key) {
      pair.key = key;
      pair.name = saidKind(key, pair.sense);
    }
    return pair.name;
  }

  #usualNumberOf(template: number, sense: number): number {
    if (this.#lastSense[template] === sense) return this.#lastNumber[template] ?? -1;
    const number = this.#numberOf(template, sense);
    this.#lastSense[template] = sense;
    this.#lastNumber[template] = number;
    return number;
  }

  #numberOf(template: number, sense: number): number {
    const name = template * 2 ** 32 + sense;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // Beyond the limit failing lines of a template are one kind: there is room for one of each.
    if (this.#pairs.length >= MAX_PAIRS && sense !== SOME_FAILURE)
      return isFailingSense(sense) ? this.#numberOf(template, SOME_FAILURE) : template;
    const number = FIRST + this.#pairs.push({ template, sense, key: "", name: "" }) - 1;
    this.#known.set(name, number);
    return number;
  }
}
