import { BYTE, JsonTokens } from "../json-tokens.ts";
import { createKeyTrie, DEAD, KEY_END, KEY_STOP, NODE_SHIFT, ROOT } from "../key-trie.ts";
import { MAX_STEP_TEXT, MAX_STEPS, STEP_END, STEP_SIZE, STEP_TEXT, STEPS } from "./layout.ts";

const trie = createKeyTrie();
/** Bounds of `json-line.ts`, which a line past them would fail as well. */
const MAX_DEPTH = 4;
const MAX_KEY = 200;
const MAX_STEP_BYTES = 512;
/** Steps that may follow one: each that does not fit costs a comparison. */
const MAX_WIDTH = 24;
/** Values of one line. */
const MAX_VALUES = 400;

/** A step: what stands before a value, and what it means. */
interface Step {
  readonly from: number;
  readonly to: number;
  readonly code: number;
  readonly live: boolean;
  readonly isKind: boolean;
}

/**
 * Writes the shapes of lines into the memory of the module, as `line-shapes.ts` keeps them for JavaScript: a step that
 * was checked once is afterwards only compared. Bounded; a full table is forgotten and learned anew.
 */
export class ShapeTable {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #tokens = new JsonTokens();
  readonly #widths = new Uint8Array(MAX_STEPS);
  #steps = 1;
  #used = 0;

  constructor(memory: ArrayBuffer) {
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#tokens.open(this.#bytes);
  }

  /** Learns the shape of the line at this address. Nothing, when it has something that only the slow way reads. */
  learn(from: number): void {
    const found = new Walk(this.#tokens).steps(from);
    if (found === null || !this.#hasRoom(found)) return;
    let step = STEPS;
    for (const each of found) {
      step = this.#known(step, each) || this.#add(step, each);
      if (step === 0) return;
    }
  }

  #hasRoom(found: readonly Step[]): boolean {
    let text = 0;
    for (const { from, to } of found) {
      if (to - from > MAX_STEP_BYTES) return false;
      text += to - from;
    }
    if (this.#steps + found.length > MAX_STEPS || this.#used + text > MAX_STEP_TEXT) {
      this.#steps = 1;
      this.#used = 0;
      this.#widths[0] = 0;
      this.#view.setInt32(STEPS, 0, true);
    }
    return true;
  }

  #known(step: number, { from, to, live }: Step): number {
    const view = this.#view;
    for (let next = view.getInt32(step, true); next !== 0; next = view.getInt32(next + 4, true)) {
      const length = view.getInt32(next + 8, true);
      const start = view.getInt32(next + 12, true);
      if (length !== to - from || (view.getUint8(next + 17) === 1) !== live) continue;
      let same = 0;
      while (same < length && this.#bytes[start + same] === this.#bytes[from + same]) same++;
      if (same === length) return next;
    }
    return 0;
  }

  #add(step: number, { from, to, code, live, isKind }: Step): number {
    const before = (step - STEPS) / STEP_SIZE;
    const width = this.#widths[before] ?? 0;
    if (width === MAX_WIDTH) return 0;
    this.#widths[before] = width + 1;
    this.#widths[this.#steps] = 0;
    const added = STEPS + this.#steps * STEP_SIZE;
    const start = STEP_TEXT + this.#used;
    const view = this.#view;
    this.#bytes.copyWithin(start, from, to);
    view.setInt32(added, 0, true);
    view.setInt32(added + 4, view.getInt32(step, true), true);
    view.setInt32(added + 8, to - from, true);
    view.setInt32(added + 12, start, true);
    view.setUint8(added + 16, code);
    view.setUint8(added + 17, live ? 1 : 0);
    view.setUint8(added + 18, isKind ? 1 : 0);
    const head = Math.min(8, to - from);
    view.setUint8(added + 19, 64 - 8 * head);
    this.#bytes.fill(0, added + 24, added + 32).copyWithin(added + 24, from, from + head);
    view.setInt32(step, added, true);
    this.#steps++;
    this.#used += to - from;
    return added;
  }
}

/** The walk of `json-line.ts` through one line, for its steps. */
class Walk {
  readonly #tokens: JsonTokens;
  readonly #steps: Step[] = [];
  readonly #seen = new Set<number>();
  readonly #prefixes: number[] = [];
  readonly #segments: number[] = [];
  #stepFrom = 0;
  #isKind = false;

  constructor(tokens: JsonTokens) {
    this.#tokens = tokens;
  }

  steps(from: number): readonly Step[] | null {
    const { bytes } = this.#tokens;
    this.#stepFrom = from;
    let at = this.#tokens.blanks(from + 1);
    if (bytes[from] !== BYTE.open || bytes[at] === BYTE.close) return null;
    let prefix: number = ROOT;
    while (this.#steps.length < MAX_VALUES) {
      const key = this.#key(at, prefix);
      if (key === null) return null;
      if (key.opens) {
        this.#prefixes.push(prefix);
        prefix = key.node;
        at = key.at;
        continue;
      }
      at = key.isEmpty ? key.at : this.#value(key.at, key.node);
      if (at < 0) return null;
      for (at = this.#tokens.blanks(at); bytes[at] === BYTE.close; at = this.#tokens.blanks(at + 1)) {
        const outer = this.#prefixes.pop();
        if (outer === undefined) return this.#ended(at + 1);
        prefix = outer;
      }
      if (bytes[at] !== BYTE.comma) return null;
      at = this.#tokens.blanks(at + 1);
    }
    return null;
  }

  /** The value behind the key at `from`; null where only the slow way can tell. */
  #key(
    from: number,
    prefix: number,
  ): { readonly at: number; readonly node: number; readonly opens: boolean; readonly isEmpty: boolean } | null {
    const { bytes } = this.#tokens;
    if (bytes[from] !== BYTE.quote) return null;
    let at = from + 1;
    let node = prefix;
    let column = 0;
    while ((column = trie.classes[bytes[at++] ?? 0] ?? 0) < KEY_STOP) node = trie.next[node + column] ?? DEAD;
    if (column !== KEY_END || at - from - 1 > MAX_KEY) return null;
    const keyTo = at - 1;
    at = this.#tokens.blanks(at);
    if (bytes[at] !== BYTE.colon) return null;
    at = this.#tokens.blanks(at + 1);
    if (node !== DEAD && this.#seen.has(node)) return null;
    this.#seen.add(node);
    const depth = this.#prefixes.length;
    this.#isKind ||= depth === 0 && node === trie.kindNode && this.#spellsKind(from + 1, keyTo);
    if (bytes[at] !== BYTE.open || node === DEAD || !this.#isFlattened(depth, from + 1, keyTo))
      return { at, node, opens: false, isEmpty: false };
    at = this.#tokens.blanks(at + 1);
    const isEmpty = bytes[at] === BYTE.close;
    return { at: isEmpty ? at + 1 : at, node, opens: !isEmpty, isEmpty };
  }

  /** Behind the value; remembers the step before it. */
  #value(from: number, node: number): number {
    const tokens = this.#tokens;
    const code = trie.fields[node >> NODE_SHIFT] ?? 0;
    this.#note(from, code, node !== DEAD);
    const byte = tokens.bytes[from];
    const at = byte === BYTE.open || byte === BYTE.openList ? tokens.skip(from) : tokens.scalar(from);
    this.#stepFrom = at;
    return at;
  }

  #ended(at: number): readonly Step[] {
    this.#note(at, STEP_END, false);
    return this.#steps;
  }

  #note(to: number, code: number, live: boolean): void {
    this.#steps.push({ from: this.#stepFrom, to, code, live, isKind: this.#isKind });
    this.#isKind = false;
  }

  #isFlattened(depth: number, keyFrom: number, keyTo: number): boolean {
    let segments = depth === 0 ? 1 : (this.#segments[depth - 1] ?? 0) + 1;
    for (let at = keyFrom; at < keyTo; at++) if (this.#tokens.bytes[at] === BYTE.dot) segments++;
    this.#segments[depth] = segments;
    return segments <= MAX_DEPTH;
  }

  #spellsKind(from: number, to: number): boolean {
    return to - from === 4 && Buffer.from(this.#tokens.bytes.subarray(from, to)).toString("latin1") === "kind";
  }
}
