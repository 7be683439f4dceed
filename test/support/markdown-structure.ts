/** What a reader of CommonMark (with GitHub's tables and bare links) makes of a document, as far as foreign text may not. */
export interface MarkdownStructure {
  readonly headings: readonly string[];
  /** Header rows of tables with the number of cells of every row. */
  readonly tables: readonly string[];
  readonly fences: readonly string[];
  readonly rules: readonly string[];
  /** Links, pictures, HTML, definitions, mentions: one line for each. */
  readonly foreign: readonly string[];
}

const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/u;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/u;
const FENCE = /^ {0,3}(?:`{3,}|~{3,})/u;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/u;
/** An escaped sign says only itself. */
const ESCAPED = /\\[!-/:-@[-`{-~]/gu;
const INLINE: readonly (readonly [string, RegExp])[] = [
  ["a link or picture", /!?\[[^\]]*\](?:\(|\[|:)/u],
  ["HTML or an autolink", /<[a-z/!?]/iu],
  ["a bare address", /(?:https?|ftp):\/\/|\bwww\.[a-z0-9]/iu],
  ["a mention", /(?:^|\W)@[a-z]/iu],
  ["formatted words", /\*\S|(?<!\w)_\S|~~|`|\$\S/u],
];

/** Line by line, as our drafts are written: one block on each line. */
export function structureOf(document: string): MarkdownStructure {
  // A carriage return alone ends a line, too.
  const lines = document.split(/\r\n?|\n/u);
  return {
    headings: lines
      .filter((line, at) => HEADING.test(line) || (UNDERLINE.test(line) && (lines[at - 1] ?? "").trim() !== ""))
      .map((line) => (line.startsWith("# ") ? "# title" : line)),
    tables: lines.filter((line) => line.startsWith("|")).map((line) => `${cells(line)} cells`),
    fences: lines.filter((line) => FENCE.test(line)),
    rules: lines.filter((line) => RULE.test(line)),
    foreign: lines.flatMap((line) => {
      const bare = line.replaceAll(ESCAPED, "");
      return INLINE.filter(([, shape]) => shape.test(bare)).map(([what]) => `${what}: ${line.slice(0, 160)}`);
    }),
  };
}

function cells(line: string): number {
  return line.replaceAll(ESCAPED, "").split("|").length - 2;
}
