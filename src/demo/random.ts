import { stableHash } from "../core/ids.ts";

/** Chance with a seed: the same seed gives the same story on every machine. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  pick<Item>(items: readonly Item[]): Item;
  chance(probability: number): boolean;
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  /** An independent stream under a name, so that a new block does not disturb the others. */
  fork(name: string): Random;
}

/** Starts a stream of chance from a seed and a name. */
export function createRandom(seed: number, name = "root"): Random {
  let state = Number.parseInt(stableHash(`${seed}/${name}`).slice(0, 10), 36) % 0xffffffff;
  // Mulberry32: 32 bits of state are plenty for a demo and need no library.
  const next = (): number => {
    state = (state + 0x6d2b79f5) % 0x100000000;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    pick: (items) => pickFrom(items, next()),
    chance: (probability) => next() < probability,
    hex: (length) => hexDigits(next, length),
    fork: (child) => createRandom(seed, `${name}/${child}`),
  };
}

/** Four digits a step: ids are most of what a scenario needs chance for. */
function hexDigits(next: () => number, length: number): string {
  let digits = "";
  while (digits.length < length)
    digits += Math.floor(next() * 0x10000 + 0x10000)
      .toString(16)
      .slice(1);
  return digits.slice(0, length);
}

function pickFrom<Item>(items: readonly Item[], share: number): Item {
  const item = items[Math.floor(share * items.length)];
  if (item === undefined) throw new TypeError("nothing to pick from");
  return item;
}
