/** A map from four whole numbers of 32 bits to one that is not negative. Grows; whoever fills it bounds it. */
export interface IntTable {
  /** The value under the key, or -1. */
  get(k0: number, k1: number, k2: number, k3: number): number;
  /** Adds a key that is not there yet. */
  add(key: readonly [number, number, number, number], value: number): void;
}

export function createIntTable(): IntTable {
  let slots = 256;
  let table = new Int32Array(slots * 5);
  let used = 0;

  function grow(): void {
    const wider = new Int32Array(slots * 10);
    for (let at = 0; at < table.length; at += 5) {
      const value = table[at + 4] ?? 0;
      if (value === 0) continue;
      place(wider, [table[at] ?? 0, table[at + 1] ?? 0, table[at + 2] ?? 0, table[at + 3] ?? 0], value - 1);
    }
    table = wider;
    slots *= 2;
  }

  return {
    // oxlint-disable-next-line max-params -- looked up for every message that misses the cache: an array per key costs more than the rest
    get(k0, k1, k2, k3) {
      const mask = slots - 1;
      let slot = home(k0, k1, k2 ^ k3) & mask;
      for (;;) {
        const at = slot * 5;
        const value = table[at + 4] ?? 0;
        if (value === 0) return -1;
        if (table[at] === k0 && table[at + 1] === k1 && table[at + 2] === k2 && table[at + 3] === k3) return value - 1;
        slot = (slot + 1) & mask;
      }
    },
    add(key, value) {
      if ((used + 1) * 2 > slots) grow();
      place(table, key, value);
      used += 1;
    },
  };
}

function place(into: Int32Array, key: readonly [number, number, number, number], value: number): void {
  const mask = into.length / 5 - 1;
  let slot = home(key[0], key[1], key[2] ^ key[3]) & mask;
  while (into[slot * 5 + 4] !== 0) slot = (slot + 1) & mask;
  into.set(key, slot * 5);
  into[slot * 5 + 4] = value + 1;
}

function home(k0: number, k1: number, rest: number): number {
  const mixed = Math.imul(k0 ^ Math.imul(rest, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(k1, 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}
