/** What a header may be called, and what may stand in it (RFC 9110, 5.1 and 5.5). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/u;
const VALUE = /^[\t\x20-\x7e]+$/u;

/** "name=value,name=value" with percent-encoded values, as W3C Baggage writes it. A pair that is none is left out and said. */
export function readPairs(
  setting: string,
  given: string | undefined,
): { readonly pairs: Readonly<Record<string, string>>; readonly problems: readonly string[] } {
  const parts = (given ?? "").split(",").filter((part) => part.trim() !== "");
  const pairs = parts.map(readPair);
  const usable = pairs.filter((pair) => pair !== null);
  const problem = `${setting}: ${pairs.length - usable.length} of ${pairs.length} entries are not name=value and are left out`;
  return { pairs: Object.fromEntries(usable), problems: usable.length === pairs.length ? [] : [problem] };
}

function readPair(part: string): readonly [string, string] | null {
  const at = part.indexOf("=");
  const name = part.slice(0, Math.max(0, at)).trim().toLowerCase();
  const value = decoded(part.slice(at + 1).trim());
  return NAME.test(name) && value !== null && VALUE.test(value) ? [name, value] : null;
}

function decoded(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
