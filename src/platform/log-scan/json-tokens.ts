/** Flags of a string: what makes its bytes differ from its text. */
export const PLAIN = 0;
export const ESCAPED = 1;
export const BEYOND_ASCII = 2;

/** Kinds of a scalar. */
export const SCALAR = { text: 1, integer: 2, number: 3, boolean: 4, list: 5, null: 6 } as const;

export const BYTE = {
  tab: 0x09,
  newline: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  open: 0x7b,
  close: 0x7d,
} as const;

/** What JSON.parse refuses. */
export const INVALID = -2;
/** What only the slow way can read. */
export const ODD = -1;

const ORDINARY = 0;
const END = 1;
const ESCAPE = 2;
const HIGH = 4;
const STRING_CLASSES = stringClasses();
const SHORT_ESCAPES = bytesOf('"\\/bfnrt');
const HEX = bytesOf("0123456789abcdefABCDEF");
const MAX_NESTING = 128;

/**
 * Reads the tokens of JSON in bytes, as strictly as JSON.parse. The bytes must hold a newline behind the last place read:
 * inside a string it is an error, so no loop runs past it. Places are offsets; else `INVALID` or `ODD`.
 */
export class JsonTokens {
  bytes: Uint8Array = new Uint8Array(0);
  /** Flags of the string, or the kind of the scalar, read last. */
  flags = PLAIN;
  kind: number = SCALAR.null;
  /** Scalars seen by `skip`. */
  leaves = 0;
  view: DataView = new DataView(new ArrayBuffer(0));
  #wordEnd = 0;
  readonly #nesting = new Uint8Array(MAX_NESTING);

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#wordEnd = bytes.byteLength - 3;
  }

  /** The closing quote of the string whose first byte is at `from`. */
  string(from: number): number {
    const { bytes } = this;
    const view = this.view;
    const wordEnd = this.#wordEnd;
    let at = from;
    let flags = PLAIN;
    for (;;) {
      // Four bytes at a time: the top bit of a byte is set when it is a quote, a backslash, a control or beyond ASCII.
      // A borrow may set it falsely, but only above a byte that is one.
      while (at < wordEnd) {
        const word = view.getInt32(at, true);
        const odd =
          (word | (word - 0x20202020) | ((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101)) &
          0x80808080;
        if (odd !== 0) {
          at += (31 - Math.clz32(odd & -odd)) >> 3;
          break;
        }
        at += 4;
      }
      const kind = STRING_CLASSES[bytes[at] ?? 0] ?? 0;
      if (kind === END) break;
      if (kind === ESCAPE) {
        flags |= ESCAPED;
        at = this.#escape(at + 1);
        if (at < 0) return at;
      } else if (kind === HIGH) {
        flags |= BEYOND_ASCII;
        at = this.#high(at + 1);
      } else if (kind === ORDINARY) at++;
      else return INVALID;
    }
    this.flags = flags;
    return at;
  }

  /** Behind the number, literal or string at `from`; its kind (and flags) are left in `kind` and `flags`. */
  scalar(from: number): number {
    const byte = this.bytes[from] ?? 0;
    if (byte === BYTE.quote) {
      this.kind = SCALAR.text;
      const end = this.string(from + 1);
      return end < 0 ? end : end + 1;
    }
    if (byte <= BYTE.nine) return this.#number(from);
    return this.#literal(from, byte);
  }

  /** Behind the object or list at `from`, all of it checked. */
  skip(from: number): number {
    const { bytes } = this;
    const nesting = this.#nesting;
    let depth = 0;
    nesting[0] = bytes[from] ?? 0;
    let at = this.blanks(from + 1);
    if (bytes[at] === closerOf(nesting[0])) return at + 1;
    for (;;) {
      if (nesting[depth] === BYTE.open) at = this.#key(at);
      if (at < 0) return at;
      const byte = bytes[at] ?? 0;
      if (byte === BYTE.open || byte === BYTE.openList) {
        const inner = this.blanks(at + 1);
        if (bytes[inner] !== closerOf(byte)) {
          if (++depth === MAX_NESTING) return ODD;
          nesting[depth] = byte;
          at = inner;
          continue;
        }
        at = inner + 1;
      } else {
        at = this.scalar(at);
        this.leaves++;
        if (at < 0) return at;
      }
      while (bytes[(at = this.blanks(at))] === closerOf(nesting[depth] ?? 0)) {
        at++;
        if (--depth < 0) return at;
      }
      if (bytes[at] !== BYTE.comma) return INVALID;
      at = this.blanks(at + 1);
    }
  }

  /** The next byte that is no blank; a newline ends a line and is none. */
  blanks(from: number): number {
    const { bytes } = this;
    let at = from;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (byte !== BYTE.space && byte !== BYTE.tab && byte !== BYTE.carriageReturn) return at;
      at++;
    }
  }

  /** The value behind the key at `from`. */
  #key(from: number): number {
    if (this.bytes[from] !== BYTE.quote) return INVALID;
    const end = this.string(from + 1);
    if (end < 0) return end;
    const colon = this.blanks(end + 1);
    return this.bytes[colon] === BYTE.colon ? this.blanks(colon + 1) : INVALID;
  }

  #escape(at: number): number {
    const byte = this.bytes[at] ?? 0;
    if (SHORT_ESCAPES[byte] === 1) return at + 1;
    if (byte !== 0x75) return INVALID;
    for (let digit = 1; digit <= 4; digit++) if (HEX[this.bytes[at + digit] ?? 0] !== 1) return INVALID;
    return at + 5;
  }

  /** Behind a run of bytes beyond ASCII, which would stop the look at four bytes again and again. */
  #high(from: number): number {
    const { bytes } = this;
    let at = from;
    while ((bytes[at] ?? 0) >= 0x80) at++;
    return at;
  }

  #number(from: number): number {
    const { bytes } = this;
    const negative = bytes[from] === BYTE.minus;
    let at = negative ? from + 1 : from;
    const first = at;
    at = this.#digits(at);
    if (at === first || (bytes[first] === BYTE.zero && at > first + 1)) return INVALID;
    // "-0" and what does not fit into a double exactly are written otherwise than they are spelled.
    this.kind = at - first <= 15 && !(negative && bytes[first] === BYTE.zero) ? SCALAR.integer : SCALAR.number;
    const next = bytes[at] ?? 0;
    return next === BYTE.dot || (next | 0x20) === 0x65 ? this.#fraction(at) : at;
  }

  #fraction(from: number): number {
    const { bytes } = this;
    this.kind = SCALAR.number;
    let at = from;
    if (bytes[at] === BYTE.dot) {
      at = this.#digits(from + 1);
      if (at === from + 1) return INVALID;
    }
    if (((bytes[at] ?? 0) | 0x20) !== 0x65) return at;
    const sign = bytes[at + 1] ?? 0;
    const first = sign === BYTE.minus || sign === 0x2b ? at + 2 : at + 1;
    at = this.#digits(first);
    return at === first ? INVALID : at;
  }

  #digits(from: number): number {
    const { bytes } = this;
    let at = from;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (byte < BYTE.zero || byte > BYTE.nine) return at;
      at++;
    }
  }

  #literal(from: number, first: number): number {
    if (first === 0x74) return this.#spells(from, TRUE, SCALAR.boolean);
    if (first === 0x66) return this.#spells(from, FALSE, SCALAR.boolean);
    return first === 0x6e ? this.#spells(from, NULL, SCALAR.null) : INVALID;
  }

  #spells(from: number, word: Uint8Array, kind: number): number {
    for (let at = 0; at < word.length; at++) if (this.bytes[from + at] !== word[at]) return INVALID;
    this.kind = kind;
    return from + word.length;
  }
}

const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");
const NULL = new TextEncoder().encode("null");

function closerOf(opener: number): number {
  return opener === BYTE.open ? BYTE.close : BYTE.closeList;
}

function stringClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  classes.fill(8, 0, 0x20);
  classes.fill(HIGH, 0x80);
  classes[BYTE.quote] = END;
  classes[BYTE.backslash] = ESCAPE;
  return classes;
}

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
