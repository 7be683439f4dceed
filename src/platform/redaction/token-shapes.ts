import { charactersOf, holdsAny, mayHold, type SeenText, seeAfter } from "./characters.ts";
import { CHAT_AND_MONEY_SHAPES } from "./shapes-chat-and-money.ts";
import { CLOUD_SHAPES } from "./shapes-cloud.ts";
import { CODE_SHAPES } from "./shapes-code.ts";
import type { TokenShape } from "./token-shape.ts";

const TOKEN_SHAPES: readonly TokenShape[] = [...CLOUD_SHAPES, ...CODE_SHAPES, ...CHAT_AND_MONEY_SHAPES];
/** Every shape has at least so many Base64 digits in a row or one of these signs; most lines have neither. */
const SHORTEST_RUN = 16;
const SIGNS = charactersOf("$~");

/** Pairs of neighbouring characters that a text holds, as bits; of a line a twentieth of them is set. */
const PAIR_BITS = 4096;
const pairs = new Int32Array(PAIR_BITS / 32);
const pairAt = (before: number, code: number): number => ((before << 6) ^ code) & (PAIR_BITS - 1);

/** The pairs of each shape's keyword. Looking for a hundred keywords in a line costs more than everything else. */
const PAIRS_OF_SHAPES = TOKEN_SHAPES.map(({ keyword }) =>
  Int32Array.from({ length: keyword.length - 1 }, (_, at) =>
    pairAt(keyword.charCodeAt(at), keyword.charCodeAt(at + 1)),
  ),
);

/** Replaces tokens of well-known makers and private keys by a marker that names the kind. */
export function redactTokenShapes(seen: SeenText): SeenText {
  if (seen.holds.longestRun < SHORTEST_RUN && !holdsAny(seen.holds, SIGNS)) return seen;
  let now = seen;
  markPairs(now.text);
  for (let index = 0; index < TOKEN_SHAPES.length; index++) {
    const shape = TOKEN_SHAPES[index];
    if (shape === undefined || !mayHold(now.holds, shape.needs) || !holdsPairs(index)) continue;
    if (!now.text.includes(shape.keyword)) continue;
    const next = seeAfter(now, now.text.replace(shape.pattern, shape.marker));
    if (next !== now) markPairs(next.text);
    now = next;
  }
  return seeAfter(now, redactPrivateKeys(now.text));
}

function markPairs(text: string): void {
  pairs.fill(0);
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const pair = pairAt(before, code);
    pairs[pair >> 5] = (pairs[pair >> 5] ?? 0) | (1 << (pair & 31));
    before = code;
  }
}

function holdsPairs(shape: number): boolean {
  const wanted = PAIRS_OF_SHAPES[shape];
  if (wanted === undefined) return true;
  for (let at = 0; at < wanted.length; at++) {
    const pair = wanted[at] ?? 0;
    if (((pairs[pair >> 5] ?? 0) & (1 << (pair & 31))) === 0) return false;
  }
  return true;
}

const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/u;
const PEM_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/u;
const MAX_KEYS = 20;
const MAX_KEY_LINES = 400;
const KEY_LINE = /^[ \t]{0,40}[A-Za-z0-9+/=]{0,80}\r?$/u;
const KEY = "[redacted-private-key]";

/** A key without its end is cut off there: everything after the beginning belongs to it. */
function redactPrivateKeys(text: string): string {
  let rest = text;
  let done = "";
  for (let count = 0; rest.includes("PRIVATE KEY"); count++) {
    const key = nextKey(rest);
    if (key === null) break;
    done += `${key.before}${KEY}`;
    // So many keys in one text are no log line; what is left of it is not looked at.
    if (key.after === null || count >= MAX_KEYS) return done;
    rest = key.after;
  }
  return done + rest;
}

function nextKey(text: string): { readonly before: string; readonly after: string | null } | null {
  const begin = PEM_BEGIN.exec(text);
  const from = begin === null ? 0 : begin.index;
  const end = PEM_END.exec(text.slice(from));
  const after = end === null ? null : text.slice(from + end.index + end[0].length);
  if (begin !== null) return { before: text.slice(0, begin.index), after };
  return end === null ? null : { before: withoutKeyLines(text.slice(0, end.index)), after };
}

/** The key whose end stands here may have begun in another record. */
function withoutKeyLines(text: string): string {
  const lines = text.split("\n");
  for (let gone = 0; gone < MAX_KEY_LINES && KEY_LINE.test(lines.at(-1) ?? "-"); gone++) lines.pop();
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
