/** The font comes with the package: the same letters on every machine. Made for people who see badly, so 0 and O differ. */
export const FONT = "Atkinson Hyperlegible";

export interface Lettering {
  readonly size: number;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
  readonly fill?: string;
}

export const INK = { paper: "#14181f", edge: "#5b6575", grid: "#323a47", text: "#eef2f7", quiet: "#b9c3d0" } as const;

/** One line of text in the drawing. Everything that is not a letter the font has is gone after this. */
export function textAt(at: readonly [x: number, y: number], words: string, style: Lettering): string {
  const { size, bold = false, anchor = "start", fill = INK.text } = style;
  const weight = bold ? ' font-weight="700"' : "";
  return `<text x="${at[0]}" y="${at[1]}" font-size="${size}" text-anchor="${anchor}" fill="${fill}"${weight}>${escaped(drawable(words))}</text>`;
}

/** Letters the font has; others become "?", and what has no picture (control, direction, zero width) goes. */
export function drawable(words: string): string {
  return words
    .normalize("NFC")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/[\p{C}\p{M}]/gu, "")
    .replaceAll(/[^ -~¡-ćĊ-œ…·–—]/gu, "?");
}

/** A name as the drawing can show it. In a script the font lacks it would be a row of question marks: then a number. */
export function nameOf(name: string, index: number): string {
  const shown = drawable(name).trim();
  const unknown = Array.from(shown).filter((letter) => letter === "?").length;
  return shown.length === 0 || unknown * 2 > shown.length ? `service ${index + 1} (named in the text)` : shown;
}

/** At most so wide; longer text loses its middle, because "payments-api" and "payments-db" differ at the end. */
export function fitted(words: string, width: number, size: number): string {
  const letters = Array.from(drawable(words));
  if (widthOf(words, size) <= width) return letters.join("");
  for (let kept = Math.min(letters.length - 1, MOST_LETTERS); kept > 1; kept -= 1) {
    const head = Math.ceil(kept * 0.6);
    const cut = `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (kept - head)).join("")}`;
    if (widthOf(cut, size) <= width) return cut;
  }
  return "…";
}

const MOST_LETTERS = 80;
/** Widths in the bold cut, rounded up, by letter; what is in none of the groups is as wide as the widest letter. */
const WIDTHS: readonly (readonly [letters: RegExp, em: number])[] = [
  [/[ ,.:;'|jl!`i[\]]/u, 0.34],
  [/[()frt{}"*_1/\\I-]/u, 0.47],
  [/[a-eg-hkn-qsuvxyzF-FJLE<>~72^3?5·–]/u, 0.62],
  [/[$+=STZ4689PB0RKUVCHADYNX&]/u, 0.71],
  [/[Gw@O#QMWm]/u, 0.9],
];

/** How wide a line is at most. Tested against the font itself. */
export function widthOf(words: string, size: number): number {
  const ems = Array.from(drawable(words)).map(
    (letter) => WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? 1.07,
  );
  return ems.reduce((sum, em) => sum + em, 0) * size;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
