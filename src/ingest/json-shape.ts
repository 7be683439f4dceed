const MAX_DEPTH = 64;
/** Fields and items of one body: far more than a full request of records has. */
const MAX_PARTS = 400_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Why this JSON must not be parsed: parsing builds an object for each bracket, however small the body. Null when it may
 * be. Says nothing about whether it is JSON at all.
 */
export function problemOfShape(bytes: Uint8Array): string | null {
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at] ?? 0) {
      case QUOTE:
        at = endOfString(bytes, at + 1);
        break;
      case 0x7b:
      case 0x5b:
        if (++depth > MAX_DEPTH) return `the JSON is nested deeper than ${MAX_DEPTH} levels`;
        parts++;
        break;
      case 0x7d:
      case 0x5d:
        depth--;
        break;
      case 0x2c:
        parts++;
        break;
      default:
    }
    if (parts > MAX_PARTS) return `the JSON has more than ${MAX_PARTS} fields and items`;
  }
  return null;
}

/** The closing quote of the string that begins here, or the end of the bytes. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return bytes.length;
}

export type ParsedJson =
  | { readonly status: "ok"; readonly value: unknown }
  | { readonly status: "invalid"; readonly because: string };

/** JSON from bytes of a bounded shape. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  const because = problemOfShape(bytes);
  if (because !== null) return { status: "invalid", because };
  try {
    return {
      status: "ok",
      value: JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")),
    };
  } catch {
    return { status: "invalid", because: "the body is no JSON" };
  }
}
