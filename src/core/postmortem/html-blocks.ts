import { escapeHtml, inlineHtml } from "./html-inline.ts";

const HEADING = /^(?<marks>#{1,6})[ \t]+(?<words>\S.*)$/u;
const ITEM = /^(?<indent>[ \t]*)(?<mark>[-*+]|\d{1,9}[.)])[ \t]+(?:\[(?<box>[ xX])\][ \t]+)?(?<words>.*)$/u;
const FENCE = /^ {0,3}(?:```|~~~)/u;
const RULE = /^\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$/u;
const DIVIDER = /^ {0,3}(?:-{3,}|\*{3,}|_{3,})[ \t]*$/u;
/** "[e1abc] …": the record that citations link to. */
const RECORD = /^\[(?<id>e[0-9a-z]{6,20})\] /u;

interface Block {
  readonly markup: string;
  /** The first line after it. */
  readonly next: number;
}

/**
 * Markdown as HTML: headings, lists, checklists, tables, quotes, code and paragraphs. Everything else is text. Headings go
 * down by `below` levels, to stand under a page's own.
 */
export function blocksHtml(markdown: string, below = 0): string {
  const lines = markdown.split("\n");
  const parts: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const heading = HEADING.exec(lines[at] ?? "")?.groups;
    const { markup, next } =
      heading === undefined ? blockAt(lines, at) : { markup: headingHtml(heading, below), next: at + 1 };
    if (markup !== "") parts.push(markup);
    at = next;
  }
  return parts.join("\n");
}

function blockAt(lines: readonly string[], at: number): Block {
  const line = lines[at] ?? "";
  if (line.trim() === "") return { markup: "", next: at + 1 };
  if (FENCE.test(line)) return code(lines, at);
  if (line.startsWith("|") && RULE.test(lines[at + 1] ?? "")) return table(lines, at);
  if (DIVIDER.test(line)) return { markup: "<hr>", next: at + 1 };
  if (ITEM.test(line)) return list(lines, at);
  return line.startsWith(">") ? quote(lines, at) : paragraph(lines, at);
}

function headingHtml({ marks = "#", words = "" }: Readonly<Record<string, string | undefined>>, below: number): string {
  const level = Math.min(6, marks.length + below);
  return `<h${level}>${inlineHtml(words.trim())}</h${level}>`;
}

function code(lines: readonly string[], at: number): Block {
  const closing = lines.findIndex((line, index) => index > at && FENCE.test(line));
  const end = closing < 0 ? lines.length : closing;
  const text = lines
    .slice(at + 1, end)
    .map(escapeHtml)
    .join("\n");
  return { markup: `<pre><code>${text}</code></pre>`, next: end + 1 };
}

function table(lines: readonly string[], at: number): Block {
  const end = endOf(lines, at, (line) => line.startsWith("|"));
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  const head = `<thead>${row(lines[at] ?? "", "th")}</thead>`;
  return { markup: `<div class="wide"><table>${head}<tbody>${body.join("\n")}</tbody></table></div>`, next: end };
}

function row(line: string, element: "th" | "td"): string {
  const attribute = element === "th" ? ' scope="col"' : "";
  const cells = cellsOf(line).map((cell) => `<${element}${attribute}>${inlineHtml(cell)}</${element}>`);
  return `<tr>${cells.join("")}</tr>`;
}

/** The cells of a row; an escaped bar is part of its cell. */
function cellsOf(line: string): readonly string[] {
  const inner = line
    .trim()
    .replace(/^\|/u, "")
    .replace(/(?<!\\)\|$/u, "");
  return inner.split(/(?<!\\)\|/u).map((cell) => cell.trim());
}

interface Item {
  readonly depth: number;
  readonly isOrdered: boolean;
  readonly markup: string;
}

const MAX_LEVELS = 4;

/** Items with those below them: two spaces more begin a level. */
function list(lines: readonly string[], at: number): Block {
  const end = endOf(lines, at, (line) => ITEM.test(line));
  const items = lines.slice(at, end).map(itemOf);
  return { markup: nested(items, 0), next: end };
}

function itemOf(line: string): Item {
  const { indent = "", mark = "-", box, words = "" } = ITEM.exec(line)?.groups ?? {};
  const depth = Math.min(MAX_LEVELS, Math.floor(indent.replaceAll("\t", "    ").length / 2));
  const record = RECORD.exec(words)?.groups?.["id"];
  const anchor = record === undefined ? "" : `<span id="${record}"></span>`;
  return { depth, isOrdered: /\d/u.test(mark), markup: `${anchor}${checkbox(box)}${inlineHtml(words)}` };
}

function checkbox(box: string | undefined): string {
  if (box === undefined) return "";
  return box === " "
    ? '<span class="box" role="img" aria-label="To do:">☐</span> '
    : '<span class="box" role="img" aria-label="Done:">☑</span> ';
}

function nested(items: readonly Item[], depth: number): string {
  const element = items[0]?.isOrdered === true ? "ol" : "ul";
  const parts: string[] = [];
  for (let at = 0; at < items.length; ) {
    const below = items.findIndex((item, index) => index > at && item.depth <= depth);
    const next = below < 0 ? items.length : below;
    const children = items.slice(at + 1, next);
    const inner = children.length === 0 || depth >= MAX_LEVELS ? "" : `\n${nested(children, depth + 1)}\n`;
    parts.push(`<li>${items[at]?.markup ?? ""}${inner}</li>`);
    at = next;
  }
  return `<${element}>\n${parts.join("\n")}\n</${element}>`;
}

function quote(lines: readonly string[], at: number): Block {
  const end = endOf(lines, at, (line) => line.startsWith(">"));
  const words = lines.slice(at, end).map((line) => inlineHtml(line.replace(/^>[ \t]?/u, "")));
  return { markup: `<blockquote><p>${words.join("<br>\n")}</p></blockquote>`, next: end };
}

function paragraph(lines: readonly string[], at: number): Block {
  const end = endOf(
    lines,
    at,
    (line) => line.trim() !== "" && !HEADING.test(line) && !FENCE.test(line) && !ITEM.test(line),
  );
  const words = lines.slice(at, end).map((line) => inlineHtml(line.trim()));
  return { markup: `<p>${words.join("<br>\n")}</p>`, next: end };
}

/** The first line after `at` that does not belong to the block. */
function endOf(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  let end = at + 1;
  while (end < lines.length && belongs(lines[end] ?? "")) end += 1;
  return end;
}
