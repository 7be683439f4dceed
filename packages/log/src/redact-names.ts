const SECRET_WORD =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|api[_\- .]?key|(?:access|account|private|signing|encryption|auth|master|shared|session|license)[_\- .]?key|authorization|cookie|jsessionid|phpsessid|connect\.sid|(?<![a-z])(?:jwt|cvv|cvc|ssn|otp|_auth)(?![a-z])|(?<![a-z])pin(?:[_-]?code)?(?![a-z])/giu;
/** "token_secret" and "password1" hold secrets; "token_type", "secretName" and "tokenCount" do not. */
const TAIL =
  /^(?:e?s|\d{1,4}|[_\-.]?(?:value|val|hash|digest|b64|base64|text|plain|old|new|current|previous|prod|production|dev|test|staging|confirm|confirmation|again|key|string|data|header|primary|secondary|id|ref)[_\d]{0,4})?$/iu;
const WHOLE_NAME = /^(?:auth|pass|bearer|x[_-]?auth|sid|dsn)$/iu;
const MAY_NAME =
  /pass|pwd|secret|token|credential|key|authorization|cookie|sess|connect\.sid|jwt|cvv|cvc|ssn|otp|pin|auth|bearer|sid|dsn/iu;
/** "token_id" names a secret's row, not the secret; the words before these hold one even so. */
const HARMLESS_TAIL = /^[_\-.]?(?:id|ref)[_\d]{0,4}$/iu;

/** True when a value under this name must not be written, whatever it looks like. */
export function isSecretName(name: string): boolean {
  if (!MAY_NAME.test(name)) return false;
  if (WHOLE_NAME.test(name) || endsInSecret(name)) return true;
  const parted = name.replace(CAMEL, "$1_$2");
  return parted !== name && endsInSecret(parted);
}

/** Where a word begins in userPin and cardCvv. */
const CAMEL = /([a-z\d])([A-Z])/gu;

function endsInSecret(name: string): boolean {
  for (const match of name.matchAll(SECRET_WORD)) {
    if (isSecretTail(name.slice(match.index + match[0].length))) return true;
  }
  return false;
}

const NAME_AFTER = /[\w-]{0,64}/uy;
const SEPARATOR = /\\{0,4}["'`]?\]?[ \t]{0,4}(?:=>|:=|={1,3}|:)[ \t]{0,4}(\\{0,4}["'`])?/uy;
const FLAG_SEPARATOR = /[ \t]{1,3}(["'])?/uy;
/** Goes on over , ; & and closing brackets unless they clearly end the value. */
const BARE_VALUE = /(?:[^\s"'<>&,;)}\]|\\]|[,;&)}\]|\\](?!\s|$|["')}\]]|[\w.-]{1,40}["']?[=:]))+/uy;
/** Some schemes have parameters in quotes. */
const BARE_HEADER = /(?:digest|mac|aws4-hmac-sha256|oauth|hawk|signature)[ \t][^\r\n]{0,8000}|[^\r\n"'\\]{1,8000}/iuy;
const NO_SECRET =
  /^(?:null|nil|none|undefined|true|false|empty|missing|absent|expired|invalid|required|wrong|denied|failed|unset|not|must|\*+|x{3,}|<[^>]*>|%[sdv]|\$\{?\w+\}?|\{\}|\[\]|email_[0-9a-f]{8}|\[redact[\s\S]*)$/iu;
const MAX_QUOTED = 8000;
const MAX_NAMES = 200;

/** The text without the values after names of secrets: key=value, "key": "value", --key value, header lines. */
export function redactNamed(text: string): string {
  if (!MAY_NAME.test(text)) return text;
  let result = "";
  let done = 0;
  let count = 0;
  for (const match of text.matchAll(SECRET_WORD)) {
    if (match.index < done) continue;
    if (++count > MAX_NAMES) return `${result}${text.slice(done, match.index)}[cut]`;
    const value = valueAfter(text, match);
    if (value === null) continue;
    result += `${text.slice(done, value.start)}[redacted-secret]`;
    done = value.end;
  }
  return done === 0 ? text : result + text.slice(done);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function valueAfter(text: string, match: RegExpExecArray): Span | null {
  const afterWord = match.index + match[0].length;
  const tail = at(NAME_AFTER, text, afterWord)?.[0] ?? "";
  if (!isSecretTail(tail)) return null;
  const nameEnd = afterWord + tail.length;
  const opening = openingAfter(text, nameEnd, match.index);
  if (opening === null) return null;
  const start = nameEnd + opening[0].length;
  const isHeader = /authorization|cookie/iu.test(match[0]);
  const end = endOfValue(text, start, { quote: opening[1], isHeader });
  return holdsSecret(text.slice(start, end), tail) ? { start, end } : null;
}

function openingAfter(text: string, nameEnd: number, wordStart: number): RegExpExecArray | null {
  const separator = at(SEPARATOR, text, nameEnd);
  return separator === null && isFlag(text, wordStart) ? at(FLAG_SEPARATOR, text, nameEnd) : separator;
}

function holdsSecret(value: string, tail: string): boolean {
  return value !== "" && !NO_SECRET.test(value) && !isCount(tail, value);
}

function isSecretTail(tail: string): boolean {
  return TAIL.test(tail) && !HARMLESS_TAIL.test(tail);
}

/** "tokens: 512" counts what a language model read. */
function isCount(tail: string, value: string): boolean {
  return /^s$/iu.test(tail) && /^\d{1,9}$/u.test(value);
}

function isFlag(text: string, wordStart: number): boolean {
  return /(?:^|\s)--?[\w-]{0,60}$/u.test(text.slice(Math.max(0, wordStart - 64), wordStart));
}

/** A quoted value ends at its quote; the value of a header (it holds spaces and semicolons) with its line. */
function endOfValue(
  text: string,
  start: number,
  { quote, isHeader }: { quote: string | undefined; isHeader: boolean },
) {
  if (quote !== undefined) {
    const last = Math.min(text.length, start + MAX_QUOTED);
    for (let end = text.indexOf(quote, start); end !== -1 && end < last; end = text.indexOf(quote, end + 1)) {
      if (quote.length > 1 || text[end - 1] !== "\\") return end;
    }
    return last;
  }
  return start + (at(isHeader ? BARE_HEADER : BARE_VALUE, text, start)?.[0].length ?? 0);
}

function at(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}
