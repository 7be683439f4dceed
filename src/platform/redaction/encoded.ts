import { LONG_RUN, type SeenText, seeAfter } from "./characters.ts";
import { sanitize } from "./sanitize.ts";

const RUN = /[^\s"<>]+/gu;
const PERCENT_BYTE = /%[0-9A-Fa-f]{2}/u;
const JSON_ESCAPE = /\\{1,8}u([0-9A-Fa-f]{4})/gu;
/** Hex that begins like a text: two characters of one byte, or the first two bytes of a longer one (UTF-8). Most hashes do not. */
const HEX_TEXT = /^(?:[2-7][0-9A-Fa-f]|0[9AaDd]|[C-Fc-f][0-9A-Fa-f][89ABab][0-9A-Fa-f]){2}[0-9A-Fa-f]{16,}$/u;
/** The shortest hex that is looked at. */
const MIN_HEX_PART = 20;
const MIN_HEX = 24;
const MAX_RUNS = 2000;

/** Decodes percent, Base64, hex, HTML and \u encodings once and hides what holds a secret when read plainly. */
export function redactEncoded(seen: SeenText, redactPlain: (plain: string) => string): SeenText {
  let result = seen.text;
  if (result.includes("\\u")) result = redactWhole(result, withoutJsonEscapes(result), redactPlain);
  if (result.includes("&")) result = redactWhole(result, withoutEntities(result), redactPlain);
  if (result.includes("%")) result = result.replace(RUN, (run) => redactPercent(run, redactPlain));
  const now = seeAfter(seen, result);
  if (now.holds.runs.length === 0) return now;
  const unhexed = now.holds.longestRun < MIN_HEX ? now : seeAfter(now, redactHex(now, redactPlain));
  return seeAfter(unhexed, redactBase64(unhexed, redactPlain));
}

function redactHex({ text, holds }: SeenText, redactPlain: (plain: string) => string): string {
  let result = "";
  let at = 0;
  for (const [from, to] of hexTexts(text, holds.runs)) {
    const plain = printable(Buffer.from(text.slice(from, to), "hex"));
    if (plain === null || hiddenWithin(plain, redactPlain) === null) continue;
    result += `${text.slice(at, from)}[redacted-hex]`;
    at = to;
  }
  return at === 0 ? text : result + text.slice(at);
}

/** Where hex begins and ends that may stand for a text. Ids are hex too, so nearly all must end at a cheap look. */
function* hexTexts(text: string, runs: readonly number[]): Generator<readonly [number, number]> {
  for (let index = 0; index < runs.length; index += 2) {
    const to = runs[index + 1] ?? 0;
    for (let from = runs[index] ?? 0; to - from >= MIN_HEX_PART; ) {
      const end = endOfPart(text, from, to);
      const isLong = end - from >= MIN_HEX_PART;
      if (isLong && beginsLikeHexText(text, from) && HEX_TEXT.test(text.slice(from, end))) yield [from, end];
      from = end + 1;
    }
  }
}

/** Where the letters and digits from here end. */
function endOfPart(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && !IS_SEPARATOR[text.charCodeAt(at)]) at++;
  return at;
}

/** The first bytes stand for characters of ASCII, up to one that does not. */
function beginsLikeHexText(text: string, from: number): boolean {
  for (let at = from; at < from + MIN_HEX_PART; at += 2) {
    const lead = HEX_LEAD[text.charCodeAt(at)] ?? 0;
    if (lead !== 1) return lead === 2;
  }
  return true;
}

/** The text that bytes stand for; null for noise. A last character that was cut in the middle does not count. */
function printable(bytes: Buffer): string | null {
  const plain = bytes.toString("utf8").replace(/\uFFFD{1,3}$/u, "");
  return PRINTABLE.test(plain) ? plain : null;
}

/** Only a text that says something else when decoded is looked at again; else every look would use up a level of decoding. */
function redactWhole(text: string, plain: string, redactPlain: (plain: string) => string): string {
  return plain === text ? text : (hiddenWithin(plain, redactPlain) ?? text);
}

function withoutJsonEscapes(text: string): string {
  return text.replace(JSON_ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const ENTITY = /&(lt|gt|amp|quot|apos|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});/gu;
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const MAX_CODE = 0x10ffff;

/** What HTML and Slack write for signs. */
function withoutEntities(text: string): string {
  return text.replace(ENTITY, (whole, name: string) => {
    if (!name.startsWith("#")) return NAMED[name] ?? whole;
    const code = /^#x/iu.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= MAX_CODE ? String.fromCodePoint(code) : whole;
  });
}

function redactPercent(run: string, redactPlain: (plain: string) => string): string {
  if (!PERCENT_BYTE.test(run)) return run;
  const plain = run.replaceAll(/(?:%[0-9A-Fa-f]{2})+/gu, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
  );
  return hiddenWithin(plain, redactPlain) ?? run;
}

/** The decoded text without its secrets; null when it holds none and may stay encoded. */
function hiddenWithin(plain: string, redactPlain: (plain: string) => string): string | null {
  const clean = sanitize(plain);
  const redacted = redactPlain(clean);
  return redacted === clean ? null : redacted;
}

function redactBase64({ text, holds }: SeenText, redactPlain: (plain: string) => string): string {
  const { runs } = holds;
  let result = "";
  let at = 0;
  for (let index = 0; index < runs.length; index += 2) {
    const from = runs[index] ?? 0;
    const to = runs[index + 1] ?? 0;
    const isHidden = index >= 2 * MAX_RUNS || runHidesSecret({ text, from, to }, redactPlain);
    if (!isHidden) continue;
    result += `${text.slice(at, from)}[redacted-base64]`;
    at = afterPadding(text, to);
  }
  return at === 0 ? text : result + text.slice(at);
}

interface Run {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** A blob in a path or a name begins after a separator that Base64 also knows as a digit, so each part is read too. */
function runHidesSecret({ text, from, to }: Run, redactPlain: (plain: string) => string): boolean {
  if (hidesSecret({ text, from, to: afterPadding(text, to) }, redactPlain)) return true;
  for (let start = from; start < to; ) {
    const end = endOfPiece(text, start, to);
    const isPiece = end - start >= LONG_RUN && end - start < to - from;
    if (isPiece && hidesSecret({ text, from: start, to: end }, redactPlain)) return true;
    start = end + 1;
  }
  return false;
}

function hidesSecret(run: Run, redactPlain: (plain: string) => string): boolean {
  if (!beginsPrintable(run)) return false;
  const plain = decodeBase64(run.text.slice(run.from, run.to));
  return plain !== null && hiddenWithin(plain, redactPlain) !== null;
}

function endOfPiece(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && !ENDS_PIECE[text.charCodeAt(at)]) at++;
  return at;
}

/** At most two signs fill the last group of a blob. */
function afterPadding(text: string, to: number): number {
  if (text[to] !== "=") return to;
  return text[to + 1] === "=" ? to + 2 : to + 1;
}

/** Null for what is not printable text: trace ids, hashes and paths decode to noise. */
function decodeBase64(run: string): string | null {
  if (HEX_OR_WORD.test(run)) return null;
  return printable(Buffer.from(run, "base64"));
}

/** Looks at what the first four digits stand for: nearly all ids, hashes and paths end here. */
function beginsPrintable({ text, from }: Run): boolean {
  let bits = 0;
  for (let index = from; index < from + 4; index++) bits = (bits << 6) | (VALUE_OF_DIGIT[text.charCodeAt(index)] ?? 0);
  const [first, second, third] = [bits >> 16, (bits >> 8) & 255, bits & 255];
  return (
    begins(first) &&
    (begins(second) || goesOn(first, second)) &&
    (begins(third) || goesOn(second, third) || goesOn(first, third))
  );
}

/** A printable character of one byte, or the first byte of a longer one (UTF-8). */
function begins(byte: number): boolean {
  return (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13 || (byte >= 0xc2 && byte <= 0xf4);
}

function goesOn(before: number, byte: number): boolean {
  return before >= 0xc2 && byte >= 0x80 && byte < 0xc0;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Both alphabets: the second one writes - and _ for the last two digits. */
const VALUE_OF_DIGIT = new Uint8Array(128).map((_, code) =>
  Math.max(0, DIGITS.indexOf(String.fromCharCode(code).replace("-", "+").replace("_", "/"))),
);

/** One entry for each ASCII character. */
const tableOf = (matches: RegExp) =>
  new Uint8Array(128).map((_, code) => (matches.test(String.fromCharCode(code)) ? 1 : 0));
const IS_SEPARATOR = tableOf(/[^0-9A-Za-z]/u);
const ENDS_PIECE = tableOf(/[/_-]/u);
/** First digits of bytes that are characters: 1 of those with one byte, 2 of those with two. */
const HEX_LEAD = tableOf(/[02-7]/u).map((lead, code) => (/[C-Fc-f]/u.test(String.fromCharCode(code)) ? 2 : lead));

const HEX_OR_WORD = /^(?:[0-9a-f-]+|[0-9A-F-]+|[a-z_/-]+|\d+)$/u;
const PRINTABLE = /^[\t\n\r -~\u00A0-\uFFFC\u{10000}-\u{10FFFF}]+$/u;
