/** What a sender's bytes hold, made harmless, or why they cannot be used. */
export type BoundedJson =
  | { readonly status: "parsed"; readonly value: unknown }
  | { readonly status: "refused"; readonly reason: "not-json" | "too-deep" | "too-many-keys" };

const MAX_DEPTH = 64;
/** However short a body is. */
const KEYS_OF_ANY = 10_000;
/**
 * What a name with its text takes at least: `"":"",`. The source bounds the bytes, so this bounds the memory, and a body of
 * nothing but labels passes whatever its size: the largest groups come in the largest outages.
 */
const BYTES_PER_KEY = 6;

/**
 * Reads JSON from foreign bytes: at most 64 levels, and at most one key or item per six bytes, or 10,000; invalid
 * characters replaced, numbers that do not fit dropped to null, no own `__proto__`. Never throws.
 */
export function parseBoundedJson(raw: Uint8Array): BoundedJson {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(raw));
  } catch {
    return { status: "refused", reason: "not-json" };
  }
  const budget = { keys: Math.max(KEYS_OF_ANY, Math.floor(raw.byteLength / BYTES_PER_KEY)) };
  try {
    return { status: "parsed", value: clean(value, MAX_DEPTH, budget) };
  } catch (cause) {
    if (cause instanceof BoundError) return { status: "refused", reason: cause.reason };
    throw cause;
  }
}

class BoundError extends Error {
  readonly reason: "too-deep" | "too-many-keys";

  constructor(reason: "too-deep" | "too-many-keys") {
    super(reason);
    this.reason = reason;
  }
}

function clean(value: unknown, depthLeft: number, budget: { keys: number }): unknown {
  if (typeof value === "string") return cleanText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;

  if (depthLeft === 0) throw new BoundError("too-deep");
  if (Array.isArray(value)) {
    spend(budget, value.length);
    return value.map((item) => clean(item, depthLeft - 1, budget));
  }
  const entries = Object.entries(value).filter(([key]) => key !== "__proto__");
  spend(budget, entries.length);
  return Object.fromEntries(entries.map(([key, item]) => [cleanText(key), clean(item, depthLeft - 1, budget)]));
}

function spend(budget: { keys: number }, count: number): void {
  budget.keys -= count;
  if (budget.keys < 0) throw new BoundError("too-many-keys");
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
function cleanText(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD").toWellFormed();
}
