import { type SeenText, seeAfter } from "./characters.ts";
import { sanitize } from "./sanitize.ts";

const RUN = /[^\s"<>]+/gu;
const PERCENT_BYTE = /%[0-9A-Fa-f]{2}/u;
const BASE64_RUN = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/gu;
const JSON_ESCAPE = /\\{1,8}u([0-9A-Fa-f]{4})/gu;
/** Hex that begins like a text: two characters of one byte, or the first two bytes of a longer one (UTF-8). Most hashes do not. */
const HEX_RUN =
  /(?<![0-9A-Za-z])(?:[2-7][0-9A-Fa-f]|0[9AaDd]|[C-Fc-f][0-9A-Fa-f][89ABab][0-9A-Fa-f]){2}[0-9A-Fa-f]{16,}(?![0-9A-Za-z])/gu;
const MIN_HEX = 24;
const MIN_BASE64 = 16;
const MAX_RUNS = 2000;

/** Decodes percent, Base64, hex, HTML and \u encodings once and hides what holds a secret when read plainly. */
export function redactEncoded(seen: SeenText, redactPlain: (plain: string) => string): SeenText {
  let result = seen.text;
  if (result.includes("\\u")) result = redactWhole(result, withoutJsonEscapes(result), redactPlain);
  if (result.includes("&")) result = redactWhole(result, withoutEntities(result), redactPlain);
  if (result.includes("%")) result = result.replace(RUN, (run) => redactPercent(run, redactPlain));
  const now = seeAfter(seen, result);
  if (now.holds.longestRun < MIN_BASE64) return now;
  const unhexed = now.holds.longestRun < MIN_HEX ? now.text : redactHex(now.text, redactPlain);
  return seeAfter(now, redactBase64(unhexed, redactPlain));
}

function redactHex(text: string, redactPlain: (plain: string) => string): string {
  return text.replace(HEX_RUN, (run) => {
    const plain = printable(Buffer.from(run, "hex"));
    return plain !== null && hiddenWithin(plain, redactPlain) !== null ? "[redacted-hex]" : run;
  });
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

function redactBase64(text: string, redactPlain: (plain: string) => string): string {
  let runs = 0;
  const hidesSecret = (part: string): boolean => {
    const plain = decodeBase64(part);
    return plain !== null && hiddenWithin(plain, redactPlain) !== null;
  };
  return text.replace(BASE64_RUN, (run) => {
    runs++;
    if (runs > MAX_RUNS) return "[redacted-base64]";
    return hidesSecret(run) || pieces(run).some(hidesSecret) ? "[redacted-base64]" : run;
  });
}

/** A piece that is long enough to be looked at by itself. */
const PIECE = /[A-Za-z0-9+]{16}/u;

/** A blob in a path or a name begins after a separator that Base64 also knows as a digit. */
function pieces(run: string): readonly string[] {
  return PIECE.test(run) && /[/_-]/u.test(run) ? run.split(/[/_-]/u).filter((part) => part.length >= MIN_BASE64) : [];
}

/** Null for what is not printable text: trace ids, hashes and paths decode to noise. */
function decodeBase64(run: string): string | null {
  if (!beginsPrintable(run) || HEX_OR_WORD.test(run)) return null;
  return printable(Buffer.from(run, "base64"));
}

/** Looks at what the first four digits stand for: nearly all ids, hashes and paths end here. */
function beginsPrintable(run: string): boolean {
  let bits = 0;
  for (let index = 0; index < 4; index++) bits = (bits << 6) | (VALUE_OF_DIGIT[run.charCodeAt(index)] ?? 0);
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

const HEX_OR_WORD = /^(?:[0-9a-f-]+|[0-9A-F-]+|[a-z_/-]+|\d+)$/u;
const PRINTABLE = /^[\t\n\r -~\u00A0-\uFFFC\u{10000}-\u{10FFFF}]+$/u;
