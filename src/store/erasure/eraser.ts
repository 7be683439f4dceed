/** Whoever is to be forgotten, and what stands in their place. */
export interface Person {
  /** Ids and e-mail addresses. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** What they wrote, word for word: it may have been quoted elsewhere. */
  readonly writings: readonly string[];
  readonly pseudonym: string;
}

export interface Eraser {
  /** Null when nothing of the person is in it. */
  text(text: string): string | null;
  /** The same in every value of JSON, and ids also where they are keys. Text that is no JSON is treated as text. */
  json(text: string): string | null;
}

/** Shorter names are words of other sentences. */
const MIN_NAME = 3;
const MIN_WRITING = 8;

/** Replaces ids, names and writings as whole words, whatever their case. */
export function createEraser({ ids, names, writings, pseudonym }: Person): Eraser {
  const longEnough = names.filter((name) => name.length >= MIN_NAME);
  const idPattern = patternOf(ids);
  const wordPattern = patternOf([...ids, ...longEnough]);
  const quoted = writings.filter((writing) => writing.length >= MIN_WRITING).toSorted((a, b) => b.length - a.length);
  const replace = (text: string): string => {
    const without = quoted.reduce((now, writing) => now.replaceAll(writing, ERASED), text);
    return wordPattern === null ? without : without.replace(wordPattern, pseudonym);
  };
  const key = (name: string) => (idPattern === null ? name : name.replace(idPattern, pseudonym));
  return {
    text: (text) => changed(text, replace(text)),
    json(text) {
      if (!isJson(text)) return changed(text, replace(text));
      return changed(text, withStrings(text, { key, value: replace }));
    },
  };
}

/** Stands where something that the person wrote was. */
export const ERASED = "[erased on request]";

function changed(before: string, after: string): string | null {
  return before === after ? null : after;
}

function patternOf(words: readonly string[]): RegExp | null {
  const known = [...new Set(words.filter((word) => word !== ""))].toSorted((a, b) => b.length - a.length);
  if (known.length === 0) return null;
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${known.map(escaped).join("|")})(?![\\p{L}\\p{N}])`, "giu");
}

function escaped(word: string): string {
  return word.replaceAll(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Strings {
  readonly key: (text: string) => string;
  readonly value: (text: string) => string;
}

/**
 * JSON with its strings changed and everything else byte for byte as it was. From left to right instead of by its nesting:
 * whoever may send us something decides how deep that is, and a walk down it would end on the stack.
 */
function withStrings(json: string, change: Strings): string {
  const parts: string[] = [];
  let from = 0;
  for (let begin = json.indexOf('"'); begin !== -1; begin = json.indexOf('"', from)) {
    const end = endOfString(json, begin);
    const literal = json.slice(begin, end);
    const text = read(literal);
    const after = isKey(json, end) ? change.key(text) : change.value(text);
    parts.push(json.slice(from, begin), after === text ? literal : JSON.stringify(after));
    from = end;
  }
  return parts.join("") + json.slice(from);
}

/** Behind the quote that ends the string: the first one that no odd number of backslashes stands before. */
function endOfString(json: string, begin: number): number {
  for (let at = json.indexOf('"', begin + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let slashes = 0;
    while (json[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return json.length;
}

function read(literal: string): string {
  return literal.includes("\\") ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function isKey(json: string, end: number): boolean {
  let at = end;
  while (/\s/u.test(json[at] ?? "")) at++;
  return json[at] === ":";
}
