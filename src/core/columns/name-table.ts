/** Numbers names (services, hosts) in the order they are first seen. Bounded: what comes after the limit shares one number. */
export interface NameTable {
  /** The number of a name given as UTF-8 bytes; the bytes are copied only when the name is new. */
  indexOfBytes(bytes: Uint8Array, from: number, to: number): number;
  indexOf(name: string): number;
  nameOf(index: number): string;
  readonly size: number;
}

const OTHER = "(other)";
const MAX_NAME_BYTES = 200;
const FNV_BASIS = 0x811c9dc5;

/**
 * An empty table for at most `maxNames` names; longer names are cut to 200 bytes. A `seed` that senders cannot guess keeps
 * them from choosing names that all stand in one place; numbers do not depend on it.
 */
export function createNameTable(maxNames: number, seed = 0): NameTable {
  return new HashedNames(maxNames, seed);
}

class HashedNames implements NameTable {
  readonly #maxNames: number;
  readonly #names: string[] = [];
  readonly #spelled: Uint8Array[] = [];
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #basis: number;
  /** Records of one sender come together, so the name is nearly always the last one. */
  #last = -1;

  constructor(maxNames: number, seed: number) {
    this.#maxNames = maxNames;
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, maxNames * 2)));
    this.#slots = new Int32Array(size).fill(-1);
    this.#mask = size - 1;
    this.#basis = FNV_BASIS ^ seed;
  }

  get size(): number {
    return this.#names.length;
  }

  nameOf(index: number): string {
    return this.#names[index] ?? OTHER;
  }

  indexOf(name: string): number {
    const bytes = new TextEncoder().encode(name);
    return this.indexOfBytes(bytes, 0, bytes.length);
  }

  indexOfBytes(bytes: Uint8Array, from: number, to: number): number {
    const end = Math.min(to, from + MAX_NAME_BYTES);
    if (this.#last !== -1 && this.#isSpelled(this.#last, bytes, { from, end })) return this.#last;
    let slot = this.#hashOf(bytes, from, end) & this.#mask;
    for (;;) {
      const known = this.#slots[slot] ?? -1;
      if (known === -1) break;
      if (this.#isSpelled(known, bytes, { from, end })) return (this.#last = known);
      slot = (slot + 1) & this.#mask;
    }
    return this.#add(bytes.slice(from, end), slot);
  }

  #add(spelled: Uint8Array, slot: number): number {
    // The last number is kept for all names that come too late; the table of slots never fills up.
    if (this.#names.length >= this.#maxNames) return this.#maxNames;
    this.#slots[slot] = this.#names.length;
    this.#spelled.push(spelled);
    return (this.#last = this.#names.push(new TextDecoder().decode(spelled)) - 1);
  }

  /** FNV-1a with a basis of its own. Names that agree for one basis agree in their last letters only by chance for another. */
  #hashOf(bytes: Uint8Array, from: number, end: number): number {
    let hash = this.#basis;
    for (let at = from; at < end; at++) {
      hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
      hash ^= hash >>> 15;
    }
    return hash >>> 0;
  }

  #isSpelled(
    index: number,
    bytes: Uint8Array,
    { from, end }: { readonly from: number; readonly end: number },
  ): boolean {
    const spelled = this.#spelled[index];
    if (spelled?.length !== end - from) return false;
    for (let at = 0; at < spelled.length; at++) if (spelled[at] !== bytes[from + at]) return false;
    return true;
  }
}
