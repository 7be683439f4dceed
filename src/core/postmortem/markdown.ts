import type { EpochMs, EventId } from "../ids.ts";
import { oneLineSafe } from "../presentation/unseen.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe, sliceSafe } from "../safe.ts";
import { isoTime } from "../time.ts";

const MAX_CITATIONS = 6;
const MAX_TEXT = 400;

/** Everything that could begin markup, a link, a mention or HTML; bare addresses become links in many places. */
const SPECIAL = /[\\`*_{}[\]<>#|~!&@$^]|:(?=\/\/)|(?<=www)\./giu;
/** An address in which nothing is markup, so that it can stand as it is. */
const ADDRESS = /^https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?(?:[/?#][\w./%+,;:=?#-]{0,1500})?$/iu;
const MARKUP_AT_START = /^(?:[-+=:]|\d{1,9}[.)])/u;
const ENTITIES: Readonly<Record<string, Safe>> = {
  "&": safe`&amp;`,
  "@": safe`&#64;`,
  "<": safe`&lt;`,
  ">": safe`&gt;`,
};

/** Foreign words as one line of Markdown that shows them as they are: no markup, link, mention or HTML survives. */
export function plain(text: Safe): Safe {
  // Line breaks would begin a new block, unseen characters would hide or reorder text.
  const line = oneLineSafe(cutSafe(text, MAX_TEXT));
  const escaped = replaceSafe(line, SPECIAL, (found) => ENTITIES[found] ?? safe`\\${found}`);
  const start = MARKUP_AT_START.exec(escaped)?.[0];
  if (start === undefined) return escaped;
  const mark = start.length - 1;
  return safe`${sliceSafe(escaped, 0, mark)}\\${sliceSafe(escaped, mark)}`;
}

/** An address that a source or a person gave as one: readers may press it. Whatever is more than an address is words. */
export function address(text: Safe): Safe {
  return ADDRESS.test(text) ? text : plain(text);
}

/** "2026-11-21 01:45:00 UTC". */
export function when(at: EpochMs): Safe {
  const iso = isoTime(at);
  return safe`${sliceSafe(iso, 0, 10)} ${sliceSafe(iso, 11, 19)} UTC`;
}

/** " [e1abc] [e2def]": the records behind a sentence, at most six; a fixed remark when there is none. */
export function cite(ids: readonly EventId[]): Safe {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return safe` (Unknown: no record is cited for this)`;
  const shown = unique.slice(0, MAX_CITATIONS).map((id) => safe`[${ownWords(id)}]`);
  return safe` ${joinSafe(shown, " ")}`;
}

/** A Markdown section: heading and lines, or nothing when there are no lines. */
export function section(heading: Safe, lines: readonly Safe[]): readonly Safe[] {
  return lines.length === 0 ? [] : [safe`## ${heading}`, joinSafe(lines, "\n")];
}

/** Replaces each match in safe text by safe text. The pattern must be global. */
function replaceSafe(text: Safe, pattern: RegExp, by: (found: Safe) => Safe): Safe {
  const parts: Safe[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(sliceSafe(text, end, match.index));
    parts.push(by(sliceSafe(text, match.index, match.index + match[0].length)));
    end = match.index + match[0].length;
  }
  return joinSafe([...parts, sliceSafe(text, end)], "");
}
