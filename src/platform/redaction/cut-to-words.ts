/** So much of a text is read. */
export const MAX_TEXT = 64 * 1024;
/** A word may be cut at the end of what is read; half a secret would pass, so the last word goes too. */
const MAX_LAST_WORD = 2000;
const MARK = "[cut]";

/** A text of at most 64 KiB, without the word that the cut fell into. */
export function cutToWords(raw: string): string {
  if (raw.length <= MAX_TEXT) return raw;
  const latest = MAX_TEXT - MARK.length;
  let end = latest;
  while (end > latest - MAX_LAST_WORD && !/\s/u.test(raw[end - 1] ?? " ")) end--;
  return raw.slice(0, end) + MARK;
}
