interface Signed {
  readonly signatureA: number;
  readonly signatureB: number;
}

/** Remembers which template a signature led to, in fixed memory. */
export interface SignatureCache {
  /** The template of the signature in its group; -1 when it is not known (any more). */
  find(group: number, signatureA: number, signatureB: number): number;
  /** Remembers it; when the slots it may use are taken, the first of them is given to it. */
  keep(group: number, line: Signed, template: number): void;
  /** From now on it remembers in this table, of as many slots, which holds what it knew; false when the size is another. */
  moveTo(table: Int32Array): boolean;
}

const PROBES = 4;

/** `slots` is a power of two; each takes 16 bytes. Forgetting costs a search, never a wrong template. */
export function createSignatureCache(slots: number): SignatureCache {
  let table: Int32Array = new Int32Array(slots * 4);
  const mask = slots - 1;
  return {
    find(group, signatureA, signatureB) {
      const home = signatureA ^ Math.imul(group, 0x2c1b3c6d);
      for (let probe = 0; probe < PROBES; probe++) {
        const slot = ((home + probe) & mask) << 2;
        const kept = table[slot + 3] ?? 0;
        if (kept === 0) return -1;
        if (table[slot] === signatureA && table[slot + 1] === signatureB && table[slot + 2] === group) return kept - 1;
      }
      return -1;
    },
    keep(group, { signatureA, signatureB }, template) {
      const home = signatureA ^ Math.imul(group, 0x2c1b3c6d);
      let slot = (home & mask) << 2;
      for (let probe = 0; probe < PROBES; probe++) {
        const candidate = ((home + probe) & mask) << 2;
        if (table[candidate + 3] !== 0) continue;
        slot = candidate;
        break;
      }
      table[slot] = signatureA;
      table[slot + 1] = signatureB;
      table[slot + 2] = group;
      table[slot + 3] = template + 1;
    },
    moveTo(shared) {
      if (shared.length !== table.length) return false;
      shared.set(table);
      table = shared;
      return true;
    },
  };
}
