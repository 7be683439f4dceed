import { FIELD_COUNT } from "./field-names.ts";
import { BYTE, INVALID, JsonTokens, ODD, PLAIN, SCALAR } from "./json-tokens.ts";
import { createKeyTrie, DEAD, KEY_END, KEY_STOP, NODE_SHIFT, ROOT } from "./key-trie.ts";
import { type FoundStep, LineShapes, ROOT_STEP, STEP_END } from "./line-shapes.ts";

const trie = createKeyTrie();
const NO_RANK = 255;
/** Bounds of `records/flat-fields.ts`; a line past them goes the slow way, which knows what is left out. */
const MAX_FIELDS = 96;
const MAX_DEPTH = 4;
const MAX_KEY = 200;
/** A line of a new shape costs its walk and the vain attempt to follow a known one; after many of them nobody tries. */
const MISS = 8;
const MAX_MISSES = 512;
const MAX_REST = 4096;

/**
 * Finds the needed fields of one JSON object in bytes, checks all of its structure and makes no string. What it finds is
 * what `readLogObject` would pick; where that is not certain (a name that comes twice, an escape in a key, …) it declines.
 */
export class JsonLine {
  readonly tokens = new JsonTokens();
  /** Per field: kind of the scalar (0: none), its flags, and its bytes without quotes. */
  readonly kinds = new Uint8Array(FIELD_COUNT);
  readonly flags = new Uint8Array(FIELD_COUNT);
  readonly from = new Int32Array(FIELD_COUNT);
  readonly to = new Int32Array(FIELD_COUNT);
  /** Whether the object itself has a key "kind". */
  hasKind = false;
  readonly #ranks = new Uint8Array(FIELD_COUNT);
  /** Per node: the number of the line that last had a key there. */
  readonly #seen = new Int32Array(trie.fields.length);
  #line = 0;
  readonly #shapes = new LineShapes();
  #misses = 0;
  #rest = 0;
  readonly #prefixes = new Int32Array(MAX_DEPTH + 1);
  readonly #segments = new Int32Array(MAX_DEPTH + 1);

  /** Makes room for lines of these bytes; the last one must end in a newline. */
  open(bytes: Uint8Array): void {
    this.tokens.open(bytes);
    this.#shapes.open(this.tokens.view);
  }

  /** Behind the object that opens at `from`; `INVALID` when it is none, `ODD` when only the slow way can read it. */
  scan(from: number): number {
    this.#reset();
    if (this.#misses < MAX_MISSES) {
      const end = this.#follow(from);
      if (end >= 0) {
        if (this.#misses > 0) this.#misses--;
        return end;
      }
      this.#misses += MISS;
      this.#reset();
    } else if (++this.#rest === MAX_REST) {
      this.#misses = 0;
      this.#rest = 0;
    }
    return this.#walk(from);
  }

  /** Reads a line of a shape that was walked before; `ODD` when it has another one, or anything in it is wrong. */
  #follow(from: number): number {
    const { tokens } = this;
    const { bytes } = tokens;
    const shapes = this.#shapes;
    let step = ROOT_STEP;
    let at = from;
    for (;;) {
      step = shapes.after(step, at);
      if (step === 0) return ODD;
      at += shapes.lengths[step] ?? 0;
      if (shapes.kinds[step] === 1) this.hasKind = true;
      const code = shapes.codes[step] ?? 0;
      if (code === STEP_END) return tokens.leaves > MAX_FIELDS ? ODD : at;
      if (bytes[at] === BYTE.quote) {
        const end = tokens.string(at + 1);
        if (end < 0) return ODD;
        tokens.leaves++;
        if (code !== 0) this.#note(code, SCALAR.text, at + 1, end);
        at = end + 1;
      } else if ((at = this.#other(at, code)) < 0) return ODD;
    }
  }

  /** Reads a line key by key, and remembers its shape. */
  // oxlint-disable-next-line complexity -- one automaton: its state is in the local variables
  #walk(from: number): number {
    const { tokens } = this;
    const { bytes } = tokens;
    const { classes, next, fields } = trie;
    let prefix = ROOT;
    let depth = 0;
    let step = this.#misses < MAX_MISSES ? ROOT_STEP : -1;
    let stepFrom = from;
    let isKind = false;
    let at = tokens.blanks(from + 1);
    if (bytes[at] === BYTE.close) return at + 1;
    for (;;) {
      if (bytes[at] !== BYTE.quote) return INVALID;
      const keyFrom = ++at;
      let node = prefix;
      let column = 0;
      while ((column = classes[bytes[at++] ?? 0] ?? 0) < KEY_STOP) node = next[node + column] ?? DEAD;
      if (column !== KEY_END || at - keyFrom > MAX_KEY) return ODD;
      const keyTo = at - 1;
      if (bytes[at] !== BYTE.colon) at = tokens.blanks(at);
      if (bytes[at++] !== BYTE.colon) return INVALID;
      at = tokens.blanks(at);
      if (node !== DEAD && this.#isTwice(node)) return ODD;
      isKind ||= node === trie.kindNode && depth === 0 && this.#isKind(keyFrom, keyTo);
      if (bytes[at] === BYTE.open && node !== DEAD && this.#isFlattened(depth, keyFrom, keyTo)) {
        at = tokens.blanks(at + 1);
        if (bytes[at] === BYTE.close) at++;
        else {
          this.#prefixes[depth++] = prefix;
          prefix = node;
          continue;
        }
      } else {
        const code = fields[node >> NODE_SHIFT] ?? 0;
        if (step >= 0) step = this.#learn(step, { from: stepFrom, to: at, code, live: node !== DEAD, isKind });
        this.hasKind ||= isKind;
        isKind = false;
        at = this.#value(at, code);
        if (at < 0) return at;
        stepFrom = at;
      }
      for (;;) {
        at = tokens.blanks(at);
        const mark = bytes[at++];
        if (mark === BYTE.comma) break;
        if (mark !== BYTE.close) return INVALID;
        if (depth === 0) {
          this.hasKind ||= isKind;
          if (step >= 0) this.#learn(step, { from: stepFrom, to: at, code: STEP_END, live: false, isKind });
          return tokens.leaves > MAX_FIELDS ? ODD : at;
        }
        prefix = this.#prefixes[--depth] ?? DEAD;
      }
      at = tokens.blanks(at);
    }
  }

  /** The known or new step; -1 when the rest of the line cannot be learned. */
  #learn(step: number, found: FoundStep): number {
    const shapes = this.#shapes;
    const known = shapes.after(step, found.from);
    if (known !== 0 && shapes.lengths[known] === found.to - found.from) return known;
    return shapes.learn(step, this.tokens.bytes, found) || -1;
  }

  #value(at: number, code: number): number {
    const { tokens } = this;
    if (tokens.bytes[at] !== BYTE.quote) return this.#other(at, code);
    const end = tokens.string(at + 1);
    if (end < 0) return end;
    tokens.leaves++;
    if (code !== 0) this.#note(code, SCALAR.text, at + 1, end);
    return end + 1;
  }

  #reset(): void {
    if (this.#line === 0x7fffffff) {
      this.#seen.fill(0);
      this.#line = 0;
    }
    this.#line++;
    for (let field = 0; field < FIELD_COUNT; field++) {
      this.#ranks[field] = NO_RANK;
      this.kinds[field] = 0;
    }
    this.hasKind = false;
    this.tokens.leaves = 0;
  }

  /** Behind a number, a literal, a list, or an object in which no name can matter. */
  #other(from: number, code: number): number {
    const { tokens } = this;
    const byte = tokens.bytes[from];
    if (byte === BYTE.open) return tokens.skip(from);
    let end: number;
    if (byte === BYTE.openList) {
      const { leaves } = tokens;
      end = tokens.skip(from);
      tokens.leaves = leaves + 1;
      tokens.kind = SCALAR.list;
    } else {
      end = tokens.scalar(from);
      tokens.leaves++;
    }
    if (end >= 0 && tokens.kind !== SCALAR.null && code !== 0) {
      tokens.flags = PLAIN;
      this.#note(code, tokens.kind, from, end);
    }
    return end;
  }

  // oxlint-disable-next-line max-params -- called for each needed field: an object would be garbage per field
  #note(code: number, kind: number, from: number, to: number): void {
    if (from === to) return;
    const field = (code - 1) >> 4;
    const rank = (code - 1) & 15;
    if (rank >= (this.#ranks[field] ?? 0)) return;
    this.#ranks[field] = rank;
    this.kinds[field] = kind;
    this.flags[field] = this.tokens.flags;
    this.from[field] = from;
    this.to[field] = to;
  }

  /** Whether the fields of an object under this key are looked at: names have at most four parts, and dots count too. */
  #isFlattened(depth: number, keyFrom: number, keyTo: number): boolean {
    let segments = depth === 0 ? 1 : (this.#segments[depth - 1] ?? 0) + 1;
    for (let at = keyFrom; at < keyTo; at++) if (this.tokens.bytes[at] === BYTE.dot) segments++;
    if (segments > MAX_DEPTH) return false;
    this.#segments[depth] = segments;
    return true;
  }

  /** Whether a key of this line ended at the node before: a doubled key, or two spellings of one name. */
  #isTwice(node: number): boolean {
    const number = node >> NODE_SHIFT;
    if (this.#seen[number] === this.#line) return true;
    this.#seen[number] = this.#line;
    return false;
  }

  #isKind(from: number, to: number): boolean {
    const { bytes } = this.tokens;
    return (
      to - from === 4 &&
      bytes[from] === 0x6b &&
      bytes[from + 1] === 0x69 &&
      bytes[from + 2] === 0x6e &&
      bytes[from + 3] === 0x64
    );
  }
}
