import { type SeenText, seeAfter } from "./characters.ts";
import { sanitize } from "./sanitize.ts";

const RUN = /[^\s"<>]+/gu;
const PERCENT_BYTE = /%[0-9A-Fa-f]{2}/u;
const BASE64_RUN = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/gu;
const JSON_ESCAPE = /\\u([0-9A-Fa-f]{4})/gu;
const MIN_BASE64 = 16;
const MAX_RUNS = 2000;

/** Decodes percent, Base64 and \u encodings once and hides what holds a secret when read plainly. */
export function redactEncoded(seen: SeenText, redactPlain: (plain: string) => string): SeenText {
  let result = seen.text;
  if (result.includes("\\u")) {
    const plain = result.replace(JSON_ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    result = hiddenWithin(plain, redactPlain) ?? result;
  }
  if (result.includes("%")) result = result.replace(RUN, (run) => redactPercent(run, redactPlain));
  const now = seeAfter(seen, result);
  return now.holds.longestRun < MIN_BASE64 ? now : seeAfter(now, redactBase64(now.text, redactPlain));
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
  const plain = Buffer.from(run, "base64").toString("latin1");
  return PRINTABLE.test(plain) ? plain : null;
}

/** Looks at what the first four digits stand for: nearly all ids, hashes and paths end here. */
function beginsPrintable(run: string): boolean {
  let bits = 0;
  for (let index = 0; index < 4; index++) bits = (bits << 6) | (VALUE_OF_DIGIT[run.charCodeAt(index)] ?? 0);
  return isPrintable(bits >> 16) && isPrintable((bits >> 8) & 255) && isPrintable(bits & 255);
}

function isPrintable(byte: number): boolean {
  return (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Both alphabets: the second one writes - and _ for the last two digits. */
const VALUE_OF_DIGIT = new Uint8Array(128).map((_, code) =>
  Math.max(0, DIGITS.indexOf(String.fromCharCode(code).replace("-", "+").replace("_", "/"))),
);

const HEX_OR_WORD = /^(?:[0-9a-f-]+|[0-9A-F-]+|[a-z_/-]+|\d+)$/u;
const PRINTABLE = /^[\t\n\r -~]+$/u;
