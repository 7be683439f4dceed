import { unseenEscaped } from "../core/presentation/unseen.ts";

/** A file name or sentence without control characters: a terminal obeys them. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}

/** The colours that our own drawings use; they move nothing and write nowhere. */
// oxlint-disable-next-line no-control-regex -- an escape sequence begins with a control character
const COLORS = /(\u001B\[(?:1|2|22|31|32|33|39)m)/u;

/**
 * What a command printed, as a terminal may have it: besides line ends, tabs and our colours everything unseen stands as
 * "\u009b". A JSON document stays the same document. The last door: commands make their words printable themselves.
 */
export function harmless(text: string): string {
  return text
    .split(COLORS)
    .map((part) => (COLORS.test(part) ? part : unseenEscaped(part)))
    .join("");
}
