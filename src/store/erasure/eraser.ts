import { z } from "zod";

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
const Objects = z.record(z.string(), z.unknown());

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
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return replace(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(Objects.parse(value)).map(([name, each]) => [key(name), walk(each)]));
  };
  return {
    text: (text) => changed(text, replace(text)),
    json(text) {
      const parsed = parseJson(text);
      if (!parsed.isJson) return changed(text, replace(text));
      const after = JSON.stringify(walk(parsed.value));
      // Unchanged JSON stays byte for byte what it was.
      return changed(JSON.stringify(parsed.value), after);
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

function parseJson(text: string): { readonly isJson: true; readonly value: unknown } | { readonly isJson: false } {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false };
  }
}
