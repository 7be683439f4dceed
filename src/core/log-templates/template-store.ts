import type { Clusters } from "./clusters.ts";
import { finish, SEED_A, SEED_B } from "./scan-line.ts";
import { createShapedLine, type ShapedLine } from "./shape-line.ts";

/** Templates by number, with the tokens that opened them. A template may later turn out to be another one. */
export interface TemplateStore {
  readonly size: number;
  /** Opens a template of a cluster; -1 when the memory for it is used up. */
  open(at: { group: number; cluster: number }, line: ShapedLine, words: readonly string[]): number;
  /** Opens the template for messages of a group that found no room. */
  openRest(group: number): number;
  /** The template this one was joined with, or itself. */
  finalOf(template: number): number;
  /** Counts one message of the template; gives what it is part of by now. */
  countOne(template: number): number;
  /** Counts many messages at once. */
  countMany(template: number, messages: number): void;
  /** How many templates were joined with an older one so far: while it stays, so does each `finalOf`. */
  readonly joins: number;
  countOf(template: number): number;
  groupOf(template: number): number;
  keyOf(template: number): string;
  textOf(template: number): string;
  /** The living template of the cluster with these tokens in the columns that still tell templates apart; -1 when there is none. */
  find(cluster: number, line: ShapedLine): number;
  /** The same, but -1 as well when the cluster has not seen all of the tokens yet. */
  findKnown(cluster: number, line: ShapedLine): number;
  /** Joins the templates of a cluster that are no longer told apart; gives how many went. */
  rejoin(cluster: number): number;
  /** Gives the living templates of one cluster to another; `rejoin` that one afterwards. */
  move(from: number, to: number): void;
  /** How many living templates the cluster has. */
  livingOf(cluster: number): number;
}

const VARIABLE_TEXT = "<*>";
const REST_TEXT = "(other messages)";
/** Characters of all templates together. */
const MAX_TEXT = 8_000_000;
/** Numbers kept for the columns of all templates together: 16 MB. */
const MAX_CELLS = 4_000_000;
const CELLS = 3;

interface Entry {
  readonly group: number;
  cluster: number;
  readonly base: number;
  readonly key: string;
  readonly words: readonly string[];
  /** Hash of the tokens that tell it apart from the others of its cluster. */
  apartA: number;
  apartB: number;
}

export function createTemplateStore(clusters: Clusters, maxTokens: number): TemplateStore {
  return new BoundedStore(clusters, maxTokens);
}

class BoundedStore implements TemplateStore {
  readonly #clusters: Clusters;
  /** The tokens a template was opened with, as a message. */
  readonly #opening: ShapedLine;
  readonly #entries: Entry[] = [];
  readonly #living: number[][] = [];
  #parent = new Int32Array(256);
  #counts = new Float64Array(256);
  #cells = new Int32Array(1 << 12);
  #usedCells = 0;
  #usedText = 0;
  #joins = 0;

  constructor(clusters: Clusters, maxTokens: number) {
    this.#clusters = clusters;
    this.#opening = createShapedLine(maxTokens + 1);
  }

  #adopt(entry: Entry): number {
    const id = this.#entries.push(entry) - 1;
    if (id >= this.#parent.length) {
      const wider = new Int32Array(this.#parent.length * 2);
      wider.set(this.#parent);
      this.#parent = wider;
      const more = new Float64Array(wider.length);
      more.set(this.#counts);
      this.#counts = more;
    }
    this.#parent[id] = id;
    return id;
  }

  finalOf(template: number): number {
    this.#entryOf(template);
    let at = template;
    for (let up = this.#parent[at] ?? at; up !== at; up = this.#parent[at] ?? at) at = up;
    this.#parent[template] = at;
    return at;
  }

  #openingOf({ base, words }: Entry): ShapedLine {
    this.#opening.columns = words.length;
    for (let column = 0; column < words.length; column++) {
      const at = base + column * CELLS;
      this.#opening.hashA[column] = this.#cells[at] ?? 0;
      this.#opening.hashB[column] = this.#cells[at + 1] ?? 0;
      this.#opening.likeness[column] = this.#cells[at + 2] ?? 0;
    }
    return this.#opening;
  }

  #reserve(columns: number, text: number): boolean {
    const needed = this.#usedCells + columns * CELLS;
    if (needed > MAX_CELLS || this.#usedText + text > MAX_TEXT) return false;
    if (needed > this.#cells.length) {
      const wider = new Int32Array(Math.max(needed, this.#cells.length * 2));
      wider.set(this.#cells);
      this.#cells = wider;
    }
    return true;
  }

  #isShown(entry: Entry, column: number): boolean {
    if (this.#clusters.isVariable(entry.cluster, column)) return false;
    const likeness = this.#cells[entry.base + column * CELLS + 2] ?? 0;
    return likeness === 0 || this.#clusters.variableLikeness(entry.cluster, column) !== likeness;
  }

  #entryOf(template: number): Entry {
    const entry = this.#entries[template];
    if (entry === undefined)
      throw new RangeError(`there is no template ${template}; there are ${this.#entries.length}`);
    return entry;
  }

  /** The this.#living template of the cluster with the tokens that `this.#clusters.apart` holds. */
  #lookUp(cluster: number): number {
    const siblings = this.#living[cluster];
    if (siblings === undefined) return -1;
    for (let index = 0; index < siblings.length; index++) {
      const id = siblings[index] ?? -1;
      const entry = this.#entries[id];
      if (entry !== undefined && entry.apartA === this.#clusters.apart.a && entry.apartB === this.#clusters.apart.b)
        return id;
    }
    return -1;
  }

  get size(): number {
    return this.#entries.length;
  }

  open({ group, cluster }: { group: number; cluster: number }, line: ShapedLine, words: readonly string[]): number {
    const text = words.reduce((sum, word) => sum + word.length, 0);
    if (!this.#reserve(line.columns, text)) return -1;
    const base = this.#usedCells;
    this.#usedCells += line.columns * CELLS;
    this.#usedText += text;
    for (let column = 0; column < line.columns; column++) {
      const at = base + column * CELLS;
      this.#cells[at] = line.hashA[column] ?? 0;
      this.#cells[at + 1] = line.hashB[column] ?? 0;
      this.#cells[at + 2] = line.likeness[column] ?? 0;
    }
    this.#clusters.tellApart(cluster, line);
    const key = openingKey(line);
    const id = this.#adopt({
      group,
      cluster,
      base,
      key,
      words,
      apartA: this.#clusters.apart.a,
      apartB: this.#clusters.apart.b,
    });
    const siblings = this.#living[cluster];
    if (siblings === undefined) this.#living[cluster] = [id];
    else siblings.push(id);
    return id;
  }

  openRest(group: number): number {
    return this.#adopt({ group, cluster: -1, base: 0, key: "rest", words: [REST_TEXT], apartA: 0, apartB: 0 });
  }

  countOne(template: number): number {
    let at = template;
    for (let up = this.#parent[at] ?? at; up !== at; up = this.#parent[at] ?? at) at = up;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    return at;
  }

  countMany(template: number, messages: number): void {
    const final = this.finalOf(template);
    this.#counts[final] = (this.#counts[final] ?? 0) + messages;
  }

  get joins(): number {
    return this.#joins;
  }

  countOf(template: number): number {
    return this.#counts[this.finalOf(template)] ?? 0;
  }

  groupOf(template: number): number {
    return this.#entryOf(template).group;
  }

  keyOf(template: number): string {
    return this.#entryOf(this.finalOf(template)).key;
  }

  textOf(template: number): string {
    const entry = this.#entryOf(this.finalOf(template));
    if (entry.cluster === -1) return REST_TEXT;
    return entry.words.map((word, column) => (this.#isShown(entry, column) ? word : VARIABLE_TEXT)).join(" ");
  }

  find(cluster: number, line: ShapedLine): number {
    this.#clusters.tellApart(cluster, line);
    return this.#lookUp(cluster);
  }

  findKnown(cluster: number, line: ShapedLine): number {
    return this.#clusters.tellApart(cluster, line) ? this.#lookUp(cluster) : -1;
  }

  rejoin(cluster: number): number {
    const siblings = this.#living[cluster] ?? [];
    const kept: number[] = [];
    for (const id of siblings) {
      const entry = this.#entryOf(id);
      this.#clusters.tellApart(cluster, this.#openingOf(entry));
      entry.apartA = this.#clusters.apart.a;
      entry.apartB = this.#clusters.apart.b;
      const older = kept.find(
        (each) =>
          this.#entries[each]?.apartA === this.#clusters.apart.a &&
          this.#entries[each]?.apartB === this.#clusters.apart.b,
      );
      if (older === undefined) kept.push(id);
      else {
        this.#parent[id] = older;
        this.#joins += 1;
        this.#counts[older] = (this.#counts[older] ?? 0) + (this.#counts[id] ?? 0);
        this.#counts[id] = 0;
      }
    }
    this.#living[cluster] = kept;
    return siblings.length - kept.length;
  }

  move(from: number, to: number): void {
    const moved = this.#living[from] ?? [];
    for (const id of moved) this.#entryOf(id).cluster = to;
    this.#living[to] = [...(this.#living[to] ?? []), ...moved].toSorted((one, other) => one - other);
    this.#living[from] = [];
  }

  livingOf(cluster: number): number {
    return this.#living[cluster]?.length ?? 0;
  }
}

/** 64 bits of the columns that opened a template, as 16 hexadecimal digits; neither the group nor the process enters it. */
function openingKey(line: ShapedLine): string {
  let a = SEED_B;
  let b = SEED_A;
  for (let column = 0; column < line.columns; column++) {
    a = finish(Math.imul(a ^ (line.hashA[column] ?? 0), 0x01000193) + column);
    b = finish(Math.imul(b ^ (line.hashB[column] ?? 0), 0x5bd1e995) + column);
  }
  return hex(a) + hex(b);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
