/** By the lowest bits of a hash of letters: 0 where no word has them that its neighbours make something of (a unit, a month). Filled by who knows the words. */
export const MAYBE_SPECIAL: Uint8Array = new Uint8Array(8192);
export const LONGEST_SPECIAL_WORD = 9;
