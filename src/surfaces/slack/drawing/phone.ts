import type { Safe } from "../../../core/safe.ts";
import { CARD } from "./limits.ts";
import type { Mrkdwn } from "./mrkdwn.ts";

/** One paragraph of a card, and how far it may shrink when the card would get too long for a phone. */
export interface Paragraph {
  readonly text: Safe;
  readonly draw: (text: Safe) => Mrkdwn;
  readonly cut: (text: Safe, length: number) => Safe;
  /** Lines it gives up first, and lines it never goes below; at 0 it may be left out. */
  readonly easy: number;
  readonly least: number;
  /** What is less worth shrinks first. */
  readonly worth: number;
}

/** How many lines of a phone this markup takes: links, dates and escapes as people see them, words never broken. */
export function phoneLines(text: Mrkdwn): number {
  return seen(text)
    .split("\n")
    .map(linesOf)
    .reduce((sum, lines) => sum + lines, 0);
}

function linesOf(line: string): number {
  let lines = 1;
  let used = 0;
  for (const { length } of line.split(" ")) {
    if (used > 0 && used + 1 + length > CARD.width) {
      lines += 1;
      used = 0;
    }
    used += used > 0 ? length + 1 : length;
    // A word longer than a line is broken by the phone.
    lines += Math.floor((used - 1) / CARD.width);
    used = used > CARD.width ? used % CARD.width : used;
  }
  return lines;
}

/** Markup as a phone shows it: addresses behind their words, dates in words, an emoji as wide as two letters. */
function seen({ mrkdwn }: Mrkdwn): string {
  return mrkdwn
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/gu, "$1")
    .replaceAll(/<https?:[^|>]*\|([^>]*)>/gu, "$1")
    .replaceAll(/:(?:red_circle|large_green_circle|white_check_mark):/gu, "##")
    .replaceAll(/&(?:lt|gt|amp);/gu, "&")
    .replaceAll("*", "");
}

/** The paragraphs cut so that all of them fit into `room` lines: nothing is cut that fits, and each cut is visible. */
export function fitted(paragraphs: readonly Paragraph[], room: number): readonly Mrkdwn[] {
  const sizes = paragraphs.map(({ text, draw }) => phoneLines(draw(text)));
  for (const floor of ["easy", "least"] as const) shrink(sizes, paragraphs, { floor, room });
  return paragraphs.flatMap((paragraph, index) => {
    const lines = sizes[index] ?? 0;
    return lines === 0 ? [] : [within(paragraph, lines)];
  });
}

function shrink(
  sizes: number[],
  paragraphs: readonly Paragraph[],
  { floor, room }: { readonly floor: "easy" | "least"; readonly room: number },
): void {
  const byWorth = [...paragraphs.entries()].toSorted(([, a], [, b]) => a.worth - b.worth);
  let over = sizes.reduce((sum, size) => sum + size, 0) - room;
  for (const [index, paragraph] of byWorth) {
    const size = sizes[index] ?? 0;
    const given = Math.max(0, Math.min(over, size - paragraph[floor]));
    sizes[index] = size - given;
    over -= given;
  }
}

/** The longest beginning of the text that takes at most this many lines. */
function within({ text, draw, cut }: Paragraph, lines: number): Mrkdwn {
  if (phoneLines(draw(text)) <= lines) return draw(text);
  let [fits, most] = [0, text.length];
  while (fits + 1 < most) {
    const middle = Math.floor((fits + most) / 2);
    if (phoneLines(draw(cut(text, middle))) <= lines) fits = middle;
    else most = middle;
  }
  return draw(cut(text, fits));
}
