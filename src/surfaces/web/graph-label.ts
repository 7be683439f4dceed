import type { Marks } from "./graph-scene.ts";

/** Letters of East Asia and pictures take two columns of a monospaced line. */
const DOUBLE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{1F300}-\u{1FAFF}]/u;
/** Of the page's monospaced letters at 12 px, with some air for wider fonts. */
const LETTER_PX = 7.5;

/** A name in so many pixels, cut in the middle: beginnings and endings tell services apart. */
export function fitted(name: string, widthPx: number, letterPx = LETTER_PX): string {
  const room = Math.max(3, Math.floor(widthPx / letterPx));
  const letters = Array.from(name);
  if (columnsOf(letters) <= room) return name;
  const head = taken(letters, Math.ceil((room - 1) / 2));
  const tail = taken(letters.toReversed(), Math.floor((room - 1) / 2)).toReversed();
  return `${head.join("")}…${tail.join("")}`;
}

function taken(letters: readonly string[], columns: number): readonly string[] {
  let left = columns;
  const end = letters.findIndex((letter) => {
    left -= columnsOf([letter]);
    return left < 0;
  });
  return end === -1 ? letters : letters.slice(0, end);
}

function columnsOf(letters: readonly string[]): number {
  return letters.reduce((sum, letter) => sum + (DOUBLE.test(letter) ? 2 : 1), 0);
}

/** Lines like "alerted" and "suspect 1 · errors", short enough for the narrowest box; none for a node that does not stand out. */
export function markLines({ isAlerted, suspect, hasErrors }: Marks, extra = ""): readonly string[] {
  const others = [
    ...(suspect === null ? [] : [`suspect ${suspect}`]),
    ...(hasErrors ? ["errors"] : []),
    ...(extra === "" ? [] : [extra]),
  ];
  return [...(isAlerted ? ["alerted"] : []), ...(others.length === 0 ? [] : [others.join(" · ")])];
}
