import { charactersOf, holdsAny, type SeenText, seeAfter } from "./characters.ts";

/** Words that make a name secret. What follows them in the name is checked by `TAIL`. */
const SECRET_WORD =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|api[_\- ]?key|(?:access|account|private|signing|encryption|auth|master|shared|client|app|service|license)[_-]?key|jsessionid|phpsessid|connect\.sid|(?<![a-z])(?:jwt|cvv|cvc|ssn|_auth)/giu;
/** "token_secret" and "password1" hold secrets; "token_type", "secretName" and "token-service" do not. */
const TAIL =
  /^(?:e?s|\d{1,4}|[_-]?(?:value|val|hash|b64|base64|text|plain|old|new|current|previous|prod|production|dev|test|staging|confirm|confirmation|again|key|string|data|header|primary|secondary)[_\d]{0,4})?$/iu;
/** The same, cheap: most lines hold none of these. */
const MAY_NAME_SECRET = /pass|pwd|secret|token|credential|key|sessid|connect\.sid|jwt|cvv|cvc|ssn|_auth/iu;
/** One of these stands between every name and its value: a separator, a quote, or the two hyphens of a flag. */
const BEFORE_VALUE = charactersOf("=:>\"'-");
const NAME_AFTER = /[\w-]{0,64}/uy;
const SEPARATOR = /(\\{0,16}["'`])?\]?[ \t]{0,4}(?:=>|:=|={1,3}|:|>)[ \t]{0,4}(?:\\{1,4}n)?(\\{0,16}["'`])?/uy;
const FLAG_SEPARATOR = /[ \t]{1,3}(\\{0,16}["'])?/uy;
const SPACE_AND_QUOTE = /[ \t]{1,3}(\\{0,16}["'])/uy;
/** Goes on over , ; & and closing brackets unless they clearly end the value. */
const BARE_VALUE = /(?:[^\s"'<>&,;)}\]|\\]|[,;&)}\]|\\](?!\s|$|["')}\]]|[\w.-]{1,40}["']?[=:]))+/uy;
const LISTED = /\[[^\]\n]{0,4000}\]?|\{[^}\s"'][^}\n]{0,4000}\}?/uy;
const NOT_A_SECRET =
  /^(?:null|nil|none|undefined|true|false|empty|missing|absent|expired|invalid|required|wrong|denied|failed|unset|\*+|x{3,}|<[^>]*>|%[sdv]|\$\{?\w+\}?|\{\}|(?:email|ip)_[0-9a-f]{8}|\[redact[\s\S]*|\[truncated[\s\S]*)$/iu;
/** A block of YAML under its name. */
const BLOCK = /[|>][+-]?\d?[ \t]{0,4}\n(?:[ \t]{1,40}[^\n]{0,4000}(?:\n|$)){1,200}/uy;
const MAX_NAME_BEFORE = 64;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Replaces the value after every name that says it is a secret: key=value, "key": "value", --key value, <key>value. */
export function redactKeyValues(seen: SeenText): SeenText {
  const { text, holds } = seen;
  if (!holdsAny(holds, BEFORE_VALUE) || !MAY_NAME_SECRET.test(text)) return seen;
  const spans: Span[] = [];
  let last = 0;
  for (const match of text.matchAll(SECRET_WORD)) {
    if (match.index < last) continue;
    const span = secretAfter(text, match);
    if (!span) continue;
    spans.push(span);
    last = span.end;
  }
  return seeAfter(seen, replaceSpans(text, spans, "[redacted-secret]"));
}

/** True when a value under this name must not be shown, whatever it looks like. */
export function isSecretName(name: string): boolean {
  if (!MAY_NAME_SECRET.test(name)) return false;
  for (const match of name.matchAll(SECRET_WORD)) {
    if (TAIL.test(name.slice(match.index + match[0].length))) return true;
  }
  return false;
}

function secretAfter(text: string, match: RegExpExecArray): Span | null {
  const afterWord = match.index + match[0].length;
  const tail = matchAt(NAME_AFTER, text, afterWord)?.[0] ?? "";
  if (!TAIL.test(tail)) return null;
  const nameEnd = afterWord + tail.length;
  const isPassword = /^(?:pass|pwd)/iu.test(match[0]);
  const opening = openingAfter(text, nameEnd, { isPassword, isFlag: isFlag(text, match.index) });
  if (!opening) return null;
  const span = opening.quote ? quotedValue(text, opening.at, opening.quote) : bareValue(text, opening.at);
  return span && isSecretValue(text, span, { isPassword, name: match[0] + tail }) ? span : null;
}

interface Opening {
  readonly at: number;
  readonly quote: string | null;
}

/** Where the value begins, and the quote (with its backslashes) that it is in. */
function openingAfter(text: string, nameEnd: number, how: { isPassword: boolean; isFlag: boolean }): Opening | null {
  const separated = matchAt(SEPARATOR, text, nameEnd);
  if (separated) return { at: nameEnd + separated[0].length, quote: separated[2] ?? null };
  const spaced =
    (how.isFlag ? matchAt(FLAG_SEPARATOR, text, nameEnd) : null) ??
    (how.isPassword ? matchAt(SPACE_AND_QUOTE, text, nameEnd) : null);
  return spaced ? { at: nameEnd + spaced[0].length, quote: spaced[1] ?? null } : null;
}

function quotedValue(text: string, at: number, quote: string): Span {
  const lineEnd = endOfLine(text, at);
  for (let end = text.indexOf(quote, at); end !== -1 && end <= lineEnd; end = text.indexOf(quote, end + 1)) {
    if (!isEscaped(text, at, end)) return { start: at, end };
  }
  return { start: at, end: lineEnd };
}

/** Inside a plain quoted value a backslash hides the quote; an even number of them does not. */
function isEscaped(text: string, from: number, quoteAt: number): boolean {
  let backslashes = 0;
  while (quoteAt - 1 - backslashes >= from && text[quoteAt - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function bareValue(text: string, at: number): Span | null {
  const block = matchAt(BLOCK, text, at)?.[0];
  if (block !== undefined) return { start: at, end: at + block.trimEnd().length };
  const value = matchAt(LISTED, text, at) ?? matchAt(BARE_VALUE, text, at);
  return value ? { start: at, end: at + value[0].length } : null;
}

const MIN_TOKEN_LENGTH = 6;

function isSecretValue(text: string, span: Span, how: { isPassword: boolean; name: string }): boolean {
  const value = text.slice(span.start, span.end);
  if (value === "" || NOT_A_SECRET.test(value)) return false;
  // The working directory of a process is named like a password.
  if (/^pwd$/iu.test(how.name)) return !/^[\\/~]/u.test(value);
  if (how.isPassword || /^(?:cvv|cvc|ssn)/iu.test(how.name)) return true;
  return value.length >= MIN_TOKEN_LENGTH && !/^\d{1,9}(?:\.\d+)?$/u.test(value);
}

function isFlag(text: string, wordAt: number): boolean {
  let start = wordAt;
  while (start > 0 && wordAt - start < MAX_NAME_BEFORE && /[\w-]/u.test(text[start - 1] ?? "")) start--;
  return text.startsWith("--", start);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function replaceSpans(text: string, spans: readonly Span[], marker: string): string {
  if (spans.length === 0) return text;
  let result = "";
  let at = 0;
  for (const { start, end } of spans) {
    result += text.slice(at, start) + marker;
    at = end;
  }
  return result + text.slice(at);
}
