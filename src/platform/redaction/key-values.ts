import { charactersOf, holdsAny, type SeenText, seeAfter } from "./characters.ts";
import { nestedAt, opensNested } from "./nested-values.ts";
import { matchAt, quotedValue, type Span } from "./quoted-value.ts";
import { MAY_NAME_SECRET, SECRET_WORD, TAIL } from "./secret-names.ts";

/** One of these stands between every name and its value: a separator, a quote, or the two hyphens of a flag. */
const BEFORE_VALUE = charactersOf("=:>\"'-");
const NAME_AFTER = /[\w-]{0,64}(?:\.[\w-]{1,64}){0,3}/uy;
const SEPARATOR = /(\\{0,16}["'`])?\]?[ \t]{0,4}(?:=>|:=|={1,3}|:|>)[ \t]{0,4}(?:\\{1,4}n)?(\\{0,16}["'`])?/uy;
/** Of a flag and of its value as two words, or as two entries of a list. */
const FLAG_SEPARATOR = /(?:[ \t]{1,3}|\\{0,16}["'],\s{0,40})(\\{0,16}["'])?/uy;
/** `{"name": "DB_PASSWORD", "value": "..."}`: the quoted name stands in a field, and its value in the next one. */
const VALUE_FIELD = /\\{0,16}["'],\s{0,40}\\{0,16}["']value\\{0,16}["']\s{0,4}:\s{0,4}(\\{0,16}["'])?/iuy;
const SPACE_AND_QUOTE = /[ \t]{1,3}(\\{0,16}["'])/uy;
/** Goes on over , ; & and closing brackets unless they clearly end the value. */
const BARE_VALUE = /(?:[^\s"'<>&,;)}\]|\\]|[,;&)}\]|\\](?!\s|$|["')}\]]|[\w.-]{1,40}["']?[=:]))+/uy;
const LISTED = /\[[^\]\n]{0,4000}\]?|\{[^}\s"'][^}\n]{0,4000}\}?/uy;
const NOT_A_SECRET =
  /^(?:null|nil|none|undefined|true|false|empty|missing|absent|expired|invalid|required|wrong|denied|failed|unset|\*+|x{3,}|<[^>]*>|%[sdv]|\$\{?\w+\}?|\{\}|(?:email|ip)_[0-9a-f]{8}|\[redact[\s\S]*|\[truncated[\s\S]*)$/iu;
/** A block of YAML under its name. */
const BLOCK = /[|>][+-]?\d?[ \t]{0,4}\n(?:[ \t]{1,40}[^\n]{0,4000}(?:\n|$)){1,200}/uy;
const MAX_NAME_BEFORE = 64;

/** Replaces the value after every name that says it is a secret: key=value, "key": "value", --key value, <key>value. */
export function redactKeyValues(seen: SeenText): SeenText {
  const { text, holds } = seen;
  if (!holdsAny(holds, BEFORE_VALUE) || !MAY_NAME_SECRET.test(text)) return seen;
  const spans: Span[] = [];
  let last = 0;
  let nestedUntil = 0;
  for (const match of text.matchAll(SECRET_WORD)) {
    if (match.index < last) continue;
    const found = secretAfter(text, match);
    if (found === null) continue;
    // The fields of an object are known after one look, and the words that stay in it are still looked at.
    const nested =
      "opensAt" in found && found.opensAt >= nestedUntil ? nestedAt(text, found.opensAt, found.name) : null;
    if (nested !== null) {
      spans.push(...nested.hidden);
      nestedUntil = nested.end;
    } else if ("end" in found) {
      spans.push(found);
      last = found.end;
    }
  }
  return seeAfter(seen, replaceSpans(text, spans, "[redacted-secret]"));
}

interface SecretName {
  readonly name: string;
  readonly end: number;
  readonly isPassword: boolean;
  readonly isFlag: boolean;
}

/** An object or list under a secret name. */
interface NestedSecret {
  readonly name: string;
  readonly opensAt: number;
}

function secretAfter(text: string, match: RegExpExecArray): Span | NestedSecret | null {
  const name = nameAt(text, match);
  const opening = name === null ? null : openingAfter(text, name);
  if (name === null || opening === null) return null;
  if (opening.quote === null && opensNested(text, opening.at)) return { name: name.name, opensAt: opening.at };
  const span = opening.quote === null ? bareValue(text, opening.at) : quotedValue(text, opening.at, opening.quote);
  return span && isSecretValue(text, span, name) ? span : null;
}

function nameAt(text: string, match: RegExpExecArray): SecretName | null {
  const [word] = match;
  const afterWord = match.index + word.length;
  const tail = matchAt(NAME_AFTER, text, afterWord)?.[0] ?? "";
  if (!TAIL.test(tail)) return null;
  return {
    name: word + tail,
    end: afterWord + tail.length,
    isPassword: /^(?:pass|pwd)/iu.test(word),
    isFlag: isFlagAt(text, match.index),
  };
}

interface Opening {
  readonly at: number;
  readonly quote: string | null;
}

/** Where the value begins, and the quote (with its backslashes) that it is in. */
function openingAfter(text: string, { end, isPassword, isFlag }: SecretName): Opening | null {
  const separated = matchAt(SEPARATOR, text, end);
  if (separated) return { at: end + separated[0].length, quote: separated[2] ?? null };
  const spaced =
    (isFlag ? matchAt(FLAG_SEPARATOR, text, end) : null) ??
    (isPassword ? matchAt(SPACE_AND_QUOTE, text, end) : null) ??
    matchAt(VALUE_FIELD, text, end);
  return spaced ? { at: end + spaced[0].length, quote: spaced[1] ?? null } : null;
}

function bareValue(text: string, at: number): Span | null {
  const block = matchAt(BLOCK, text, at)?.[0];
  if (block !== undefined) return { start: at, end: at + block.trimEnd().length };
  const value = matchAt(LISTED, text, at) ?? matchAt(BARE_VALUE, text, at);
  return value ? { start: at, end: at + value[0].length } : null;
}

const MIN_TOKEN_LENGTH = 6;

function isSecretValue(text: string, span: Span, { isPassword, name }: SecretName): boolean {
  const value = text.slice(span.start, span.end);
  if (value === "" || NOT_A_SECRET.test(value)) return false;
  // The working directory of a process is named like a password.
  if (/^pwd$/iu.test(name)) return !/^[\\/~]/u.test(value);
  if (isPassword || /^(?:cvv|cvc|ssn)/iu.test(name)) return true;
  return value.length >= MIN_TOKEN_LENGTH && !/^\d{1,9}(?:\.\d+)?$/u.test(value);
}

function isFlagAt(text: string, wordAt: number): boolean {
  let start = wordAt;
  while (start > 0 && wordAt - start < MAX_NAME_BEFORE && /[\w-]/u.test(text[start - 1] ?? "")) start--;
  return text.startsWith("--", start);
}

/** Those inside of nested values are found in another order than they stand, and some of them twice. */
function replaceSpans(text: string, spans: readonly Span[], marker: string): string {
  if (spans.length === 0) return text;
  let result = "";
  let at = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    result += start < at ? "" : text.slice(at, start) + marker;
    at = end;
  }
  return result + text.slice(at);
}
