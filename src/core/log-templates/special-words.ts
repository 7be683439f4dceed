/**
 * Words that their neighbours make something of (a unit, a month), by hash; filled by who knows the words. Typed arrays,
 * so that another implementation can take them over as they are.
 */

/** By the lowest bits of a hash of letters: 0 where no special word has them. */
export const MAYBE_SPECIAL: Uint8Array = new Uint8Array(8192);
export const LONGEST_SPECIAL_WORD = 9;
/** A power of two, several times the number of words. */
export const SPECIAL_SLOTS = 1024;
/** Per slot both hashes of a word and its bits, 0 in a free one; a word stands at the lowest bits of its first hash or in the next free slot. */
export const SPECIAL_BITS: Int32Array = new Int32Array(SPECIAL_SLOTS * 4);

/** The bits of the special word with these hashes; 0 when it is none. */
export function specialBits(hashA: number, hashB: number): number {
  for (let at = slotOf(hashA); ; at = nextSlot(at)) {
    const bits = SPECIAL_BITS[at + 2] ?? 0;
    if (bits === 0 || (SPECIAL_BITS[at] === hashA && SPECIAL_BITS[at + 1] === hashB)) return bits;
  }
}

/** Adds a special word; the first bits given for a word stay. Throws when the table is half full: there are more words than it was made for. */
export function addSpecial(hashA: number, hashB: number, bits: number): void {
  if (specialBits(hashA, hashB) !== 0) return;
  if (words * 2 >= SPECIAL_SLOTS) throw new RangeError(`more than ${words} special words: raise SPECIAL_SLOTS`);
  words += 1;
  let at = slotOf(hashA);
  while (SPECIAL_BITS[at + 2] !== 0) at = nextSlot(at);
  SPECIAL_BITS.set([hashA, hashB, bits], at);
  MAYBE_SPECIAL[hashA & (MAYBE_SPECIAL.length - 1)] = 1;
}

let words = 0;

const slotOf = (hash: number) => (hash & (SPECIAL_SLOTS - 1)) << 2;
const nextSlot = (at: number) => (at + 4) & (SPECIAL_SLOTS * 4 - 1);
