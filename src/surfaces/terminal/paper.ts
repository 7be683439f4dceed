import { printable, wrap } from "./printable.ts";

export interface TerminalOptions {
  readonly color: boolean;
  /** Columns; less than 40 is drawn as 40. */
  readonly width: number;
}

type Ink = "bold" | "dim" | "red" | "yellow" | "green";

const CODES: Readonly<Record<Ink, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
};

const MIN_WIDTH = 40;

/** Lays words out on a terminal of one width. Everything handed in is made printable first. */
export interface Paper {
  readonly width: number;
  ink(ink: Ink, text: string): string;
  /** `label` once, then the text beside it, wrapped and indented below itself. Both columns are made printable. */
  beside(label: string, text: string, layout: { readonly indent: number; readonly column: number }): readonly string[];
  heading(text: string): readonly string[];
}

/** A paper for these options. Without colour it holds no escape sequence at all. */
export function paperFor(options: TerminalOptions): Paper {
  const width = Math.max(MIN_WIDTH, Math.trunc(options.width));
  const ink = (name: Ink, text: string) => {
    const [on, off] = CODES[name];
    return options.color ? `\u001B[${on}m${text}\u001B[${off}m` : text;
  };
  return {
    width,
    ink,
    heading: (text) => ["", ink("bold", printable(text))],
    beside: (label, text, { indent, column }) => {
      const [first = "", ...rest] = wrap(printable(text), width - indent - column);
      const margin = " ".repeat(indent);
      const start = `${margin}${printable(label).padEnd(column)}${first}`;
      return [start.trimEnd(), ...rest.map((line) => `${margin}${" ".repeat(column)}${line}`)];
    },
  };
}
