/** A small generator of pseudo-random numbers: the same seed gives the same corpus everywhere. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  letters(least: number, most: number): string;
  digits(count: number): string;
  hex(count: number): string;
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  const many = (count: number, alphabet: string) => {
    let text = "";
    for (let index = 0; index < count; index++) text += alphabet.charAt(below(alphabet.length));
    return text;
  };
  return {
    below,
    pick: (from) => from[below(from.length)] ?? from[0],
    letters: (least, most) => many(least + below(most - least + 1), "abcdefghijklmnopqrstuvwxyz"),
    digits: (count) => many(count, "0123456789"),
    hex: (count) => many(count, "0123456789abcdef"),
  };
}
