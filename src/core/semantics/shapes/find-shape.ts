import type { Safe } from "../../safe.ts";
import type { FailureCategory } from "../meaning.ts";
import { CONTEXT_LENGTH, CONTEXTS } from "./contexts.ts";
import { SHAPE_FAMILIES } from "./registry.ts";
import type { ContextName, Counts, ShapeExtra, ShapeFamily } from "./shape.ts";

/** One well-known error, ready to be looked for. */
export interface Shape extends Omit<ShapeExtra, "counts"> {
  readonly sign: string;
  readonly family: string;
  readonly found: ShapeFamily["found"];
  readonly category: FailureCategory;
  readonly because: Safe;
  readonly counts: Counts;
  readonly example: string;
}

interface Sought {
  readonly shape: Shape;
  /** The sign as it is compared: phrases in lower case. */
  readonly sign: string;
  /** Where the word by which the sign is looked up stands in it. */
  readonly at: number;
}

/** Every shape of every family, in the order of the registry. */
export const SHAPES: readonly Shape[] = SHAPE_FAMILIES.flatMap(({ name, found, counts, example, rows }) =>
  rows.flatMap(([category, signs, because, extra]) =>
    signs.split(found === "phrase" ? "|" : " ").map((sign) => ({
      counts,
      ...extra,
      sign,
      family: name,
      found,
      category,
      because,
      example: example.replace("{}", () => sign),
    })),
  ),
);

/** Shapes by the word that is looked up, lower case. */
const BY_WORD: ReadonlyMap<string, readonly Sought[]> = indexed(SHAPES);

/** A sign is looked up by its longest word: of "connection reset by peer" the rare word decides, not the common one. */
function indexed(shapes: readonly Shape[]): ReadonlyMap<string, readonly Sought[]> {
  const byWord = new Map<string, Sought[]>();
  for (const shape of shapes) {
    const words = [...shape.sign.toLowerCase().matchAll(/[a-z0-9_]+/gu)];
    const [longest] = words.toSorted((one, other) => other[0].length - one[0].length);
    if (longest === undefined) continue;
    const sought = { shape, sign: shape.sign, at: longest.index };
    byWord.set(longest[0], [...(byWord.get(longest[0]) ?? []), sought]);
  }
  return byWord;
}

/** One bit for each hash of a word that is sought: most words of a text need no look-up at all. */
const MAY_BE_SOUGHT = bitsOf([...BY_WORD.keys()]);
const HASH_BITS = 0x3fff;

function bitsOf(words: readonly string[]): Uint8Array {
  const bits = new Uint8Array(0x4000);
  for (const word of words) {
    let hash = 0;
    for (let index = 0; index < word.length; index++) hash = (Math.imul(hash, 31) + word.charCodeAt(index)) | 0;
    bits[(hash ^ (hash >>> 14)) & 0x3fff] = 1;
  }
  return bits;
}

/** For each ASCII character its lower-case code where it belongs to a word, else 0. */
const WORD_CODES = Uint8Array.from({ length: 128 }, (_, code) =>
  /\w/u.test(String.fromCharCode(code)) ? String.fromCharCode(code).toLowerCase().charCodeAt(0) : 0,
);

const NOTHING: readonly Shape[] = [];

/**
 * The shapes whose signs stand in a text, the most exact first. One pass over the characters and one look-up for each
 * word that may be sought, however many shapes there are.
 */
export function shapesIn(text: string): readonly Shape[] {
  let found: Shape[] | null = null;
  let start = -1;
  let hash = 0;
  for (let at = 0; at <= text.length; at++) {
    const unit = at < text.length ? text.charCodeAt(at) : 0;
    const code = unit < 128 ? (WORD_CODES[unit] ?? 0) : 0;
    if (code !== 0) {
      if (start === -1) {
        start = at;
        hash = 0;
      }
      hash = (Math.imul(hash, 31) + code) | 0;
    } else if (start !== -1) {
      if (MAY_BE_SOUGHT[(hash ^ (hash >>> 14)) & HASH_BITS] === 1) found = collect(text, { start, end: at }, found);
      start = -1;
    }
  }
  return found === null ? NOTHING : found.toSorted(byExactness);
}

interface Word {
  readonly start: number;
  readonly end: number;
}

function collect(text: string, word: Word, found: Shape[] | null): Shape[] | null {
  let all = found;
  for (const sought of BY_WORD.get(text.slice(word.start, word.end).toLowerCase()) ?? []) {
    const from = word.start - sought.at;
    if (from < 0 || !stands(text, from, sought) || all?.includes(sought.shape)) continue;
    all = all ?? [];
    all.push(sought.shape);
  }
  return all;
}

function stands(text: string, from: number, { sign, shape: { found } }: Sought): boolean {
  const end = from + sign.length;
  const isThere = found === "phrase" ? text.slice(from, end).toLowerCase() === sign : text.startsWith(sign, from);
  if (!isThere || isJoined(text, from) || isJoined(text, end)) return false;
  return found === "word" || found === "phrase" || isInContext(text, { start: from, end }, found);
}

/** True when the characters on both sides of a place belong to one word. */
function isJoined(text: string, at: number): boolean {
  return isWordAt(text, at - 1) && isWordAt(text, at);
}

function isWordAt(text: string, at: number): boolean {
  const unit = at >= 0 && at < text.length ? text.charCodeAt(at) : 0;
  return unit < 128 ? WORD_CODES[unit] !== 0 : false;
}

function isInContext(text: string, { start, end }: Word, name: ContextName): boolean {
  const before = text.slice(Math.max(0, start - CONTEXT_LENGTH), start);
  const after = text.slice(end, end + CONTEXT_LENGTH);
  return CONTEXTS[name].some((context) => context.before.test(before) && (context.after?.test(after) ?? true));
}

function byExactness(one: Shape, other: Shape): number {
  // Of two signs of one kind the longer one says more.
  return EXACTNESS.indexOf(one.category) - EXACTNESS.indexOf(other.category) || other.sign.length - one.sign.length;
}

/** Most exact first: of two shapes in one text, the one whose category says more about the cause speaks. */
const EXACTNESS: readonly FailureCategory[] = [
  "connection-pool",
  "deadlock",
  "read-only",
  "disk",
  "memory",
  "certificate",
  "name-resolution",
  "connection-refused",
  "rate-limit",
  "quota",
  "authentication",
  "authorization",
  "configuration",
  "dependency-unreachable",
  "timeout",
  "data",
  "cpu-throttling",
  "probe",
  "image-or-startup",
  "validation",
  "upstream-error",
  "code-error",
  "unknown",
];
