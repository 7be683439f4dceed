/** Seeded chance: the same seed makes the same corpus everywhere. */
export interface Chance {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** `length` characters of an alphabet. */
  chars(alphabet: string, length: number): string;
  bytes(length: number): Buffer;
}

export const DIGITS = "0123456789";
export const HEX = "0123456789abcdef";
export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const UPPER_DIGITS = `${UPPER}${DIGITS}`;
export const LOWER_DIGITS = `${LOWER}${DIGITS}`;
export const BASE32 = `${UPPER}234567`;
export const BASE62 = `${UPPER}${LOWER}${DIGITS}`;
export const URL64 = `${BASE62}-_`;
export const BASE64 = `${BASE62}+/`;

/** A generator over one 32-bit state (Mulberry32, T. Ettinger, public domain). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    pick: (from) => from[int(0, from.length - 1)] ?? from[0],
    chars: (alphabet, length) => {
      let made = "";
      for (let index = 0; index < length; index++) made += alphabet[int(0, alphabet.length - 1)];
      return made;
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(0, 255))),
  };
}

/** A version 4 UUID. */
export function uuid(chance: Chance): string {
  const hex = (length: number) => chance.chars(HEX, length);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${chance.pick(["8", "9", "a", "b"])}${hex(3)}-${hex(12)}`;
}
