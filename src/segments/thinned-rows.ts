/** So many low bits of a hash tell the rows of a group apart, the others the groups. */
const ROW_BITS = 12;

interface Row {
  readonly hash: number;
  readonly place: number;
}

/**
 * Keeps at most `limit` rows, evenly chosen: those with the smallest hashes of their groups. Groups (the spans of a trace,
 * the metric points of ten seconds) stay whole; only one that alone is too large is kept in part. The choice does not
 * depend on the order of the rows.
 */
export class ThinnedRows {
  readonly #limit: number;
  /** The one behind the limit is kept too: it tells which group does not fit in whole. */
  #rows: Row[] = [];
  #largest = Number.POSITIVE_INFINITY;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many rows there were. */
  get rows(): number {
    return this.#count;
  }

  get places(): readonly number[] {
    this.#compact();
    const beyond = this.#rows[this.#limit];
    const kept = this.#rows.slice(0, this.#limit);
    const whole = beyond === undefined ? kept : kept.filter(({ hash }) => groupOf(hash) !== groupOf(beyond.hash));
    return (whole.length === 0 ? kept : whole).map(({ place }) => place);
  }

  add(group: number, place: number): void {
    this.#count += 1;
    const hash = groupOf(mix(group)) * 2 ** ROW_BITS + (mix(place) >>> (32 - ROW_BITS));
    if (hash > this.#largest) return;
    this.#rows.push({ hash, place });
    if (this.#rows.length > 2 * this.#limit + 1) this.#compact();
  }

  #compact(): void {
    if (this.#rows.length <= this.#limit) return;
    this.#rows = this.#rows
      .toSorted((left, right) => left.hash - right.hash || left.place - right.place)
      .slice(0, this.#limit + 1);
    if (this.#rows.length > this.#limit) this.#largest = this.#rows.at(-1)?.hash ?? this.#largest;
  }
}

const groupOf = (hash: number) => hash >>> ROW_BITS;

/** Spreads a whole number below 2^53 over 32 bits. */
function mix(value: number): number {
  let hash = Math.imul((value % 2 ** 32) ^ Math.imul(Math.floor(value / 2 ** 32), 0x85ebca6b), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
