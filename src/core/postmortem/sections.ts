import { joinSafe, type Safe, sliceSafe } from "../safe.ts";

/** A heading of the first or second level with what stands below it; the lines before the first heading have none. */
export interface Section {
  /** The same heading has the same key in every version; a second one of the same name has another. */
  readonly key: string;
  readonly heading: Safe | null;
  readonly body: readonly Safe[];
  /** The empty lines at the end. */
  readonly tail: readonly Safe[];
}

const HEADING = /^#{1,2}[ \t]+\S/u;
const FENCE = /^ {0,3}(?:```|~~~)/u;
/** The title names the incident, whose name may change; it is the same section all the same. */
const TITLE = /^#[ \t]/u;

/** The lines of a text; `joinLines` gives the text back byte for byte. */
export function linesOf(text: Safe): readonly Safe[] {
  const ends = [...text.matchAll(/\n/gu)].map(({ index }) => index);
  return [...ends, text.length].map((end, index) => sliceSafe(text, (ends[index - 1] ?? -1) + 1, end));
}

/** The text that has these lines. */
export function joinLines(lines: readonly Safe[]): Safe {
  return joinSafe(lines, "\n");
}

/** A Markdown text by its headings; the lines of all sections together are the lines of the text. */
export function sectionsOf(text: Safe): readonly Section[] {
  const groups: { heading: Safe | null; lines: Safe[] }[] = [{ heading: null, lines: [] }];
  const lines = linesOf(text);
  // A fence that nobody closed must not swallow the rest of the document.
  let fences = lines.filter((line) => FENCE.test(line)).length;
  let isCode = false;
  for (const line of lines) {
    if (FENCE.test(line)) {
      isCode = !isCode && fences > 1;
      fences -= 1;
    }
    if (!isCode && HEADING.test(line)) groups.push({ heading: line, lines: [] });
    else groups.at(-1)?.lines.push(line);
  }
  const seen = new Map<string, number>();
  return groups
    .filter((group) => group.heading !== null || group.lines.length > 0)
    .map(({ heading, lines: below }) => {
      const name = nameOf(heading);
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return { key: `${name}\u0000${count}`, heading, ...splitTail(below) };
    });
}

/** The lines of a section, its heading first. */
export function linesOfSection({ heading, body, tail }: Section): readonly Safe[] {
  return [...(heading === null ? [] : [heading]), ...body, ...tail];
}

/** True for a line without anything to see. */
export function isBlank(line: string): boolean {
  return line.trim() === "";
}

function nameOf(heading: Safe | null): string {
  if (heading === null) return "";
  return TITLE.test(heading) ? "#" : heading.trim();
}

function splitTail(lines: readonly Safe[]): Pick<Section, "body" | "tail"> {
  const last = lines.findLastIndex((line) => !isBlank(line));
  return { body: lines.slice(0, last + 1), tail: lines.slice(last + 1) };
}
