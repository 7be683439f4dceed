/** A stretch of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value up to its closing quote (with the backslashes that it is in), or to the end of its line. */
export function quotedValue(text: string, at: number, quote: string): Span {
  let end = text.indexOf(quote, at);
  while (end !== -1 && isEscaped(text, at, end)) end = text.indexOf(quote, end + 1);
  // The line is looked for in the value only: its end may be far away, and values are many.
  const newline = text.slice(at, end === -1 ? text.length : end).indexOf("\n");
  if (newline !== -1) return { start: at, end: at + newline };
  return { start: at, end: end === -1 ? text.length : end };
}

/** What a sticky pattern matches here. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Inside a plain quoted value a backslash hides the quote; an even number of them does not. */
function isEscaped(text: string, from: number, quoteAt: number): boolean {
  let backslashes = 0;
  while (quoteAt - 1 - backslashes >= from && text[quoteAt - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}
