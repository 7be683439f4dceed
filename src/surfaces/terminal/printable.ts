import { oneLine } from "../../core/presentation/unseen.ts";

// Escape sequences move cursors, rename windows and write to clipboards; bidirectional and zero-width characters hide text.
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001B\u009C]{0,2000}(?:\u0007|\u001B\\|\u009C)|[ -/]*[0-~])?/gu;

/** One line that a terminal only prints: no escape sequence, control, bidirectional or zero-width character is left. */
export function printable(text: string): string {
  return oneLine(text.replaceAll(SEQUENCES, "")).trim();
}

/** Breaks text into lines of at most `width` characters, between words where it can. Never returns an empty list. */
export function wrap(text: string, width: number): readonly string[] {
  const room = Math.max(1, width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((part) => chunks(part, room))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (lengthOf(longer) > room) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** Characters as people count them, so that a flag or an accent does not break a column. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function chunks(word: string, room: number): readonly string[] {
  const letters = Array.from(word);
  const count = Math.max(1, Math.ceil(letters.length / room));
  return Array.from({ length: count }, (_, index) => letters.slice(index * room, (index + 1) * room).join(""));
}
