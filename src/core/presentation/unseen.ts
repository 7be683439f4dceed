import { joinSafe, type Safe, safe, sliceSafe } from "../safe.ts";

/**
 * Characters that show nothing and do something: control characters, halves of pairs, line and paragraph separators,
 * direction, zero-width, filler and tag characters, variation selectors that carry hidden bytes. Line ends and tabs are
 * among them. Categories and ranges are those of Unicode 17.
 */
const UNSEEN =
  // oxlint-disable-next-line no-misleading-character-class -- single characters are what it lists
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]+/gu;
const UNSEEN_BUT_LINES = new RegExp(String.raw`(?:(?![\n\t])${UNSEEN.source.slice(0, -1)})+`, "gu");

/** Text on one line, with a space where something unseen stood. */
export function oneLine(text: string): string {
  return text.replaceAll(UNSEEN, " ");
}

/** The same for text that redaction has passed. */
export function oneLineSafe(text: Safe): Safe {
  return spacedOut(text, UNSEEN);
}

/** Text with its line ends and tabs, without anything else that is unseen. */
export function seenLines(text: string): string {
  return text.replaceAll(UNSEEN_BUT_LINES, " ");
}

/** The same for text that redaction has passed. */
export function seenLinesSafe(text: Safe): Safe {
  return spacedOut(text, UNSEEN_BUT_LINES);
}

/** Each unseen character as JSON writes it, "\u009b": a document of ours stays the same document, and people see it. */
export function unseenEscaped(text: string): string {
  return text.replaceAll(UNSEEN_BUT_LINES, (found) =>
    Array.from({ length: found.length }, (_, at) => unit(found, at)).join(""),
  );
}

function unit(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
}

function spacedOut(text: Safe, pattern: RegExp): Safe {
  const parts: Safe[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(sliceSafe(text, end, match.index), safe` `);
    end = match.index + match[0].length;
  }
  return end === 0 ? text : joinSafe([...parts, sliceSafe(text, end)], "");
}
