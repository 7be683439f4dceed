/** What a sender's bytes hold, made harmless, or why they cannot be used. */
export type BoundedJson =
  | { readonly status: "parsed"; readonly value: unknown }
  | { readonly status: "refused"; readonly reason: "not-json" | "too-deep" | "too-many-keys" };

const MAX_DEPTH = 64;
const MAX_KEYS = 10_000;

/**
 * Reads JSON from foreign bytes: at most 64 levels and 10,000 keys and items, invalid characters replaced,
 * numbers that do not fit dropped to null, no own `__proto__`. Never throws.
 */
export function parseBoundedJson(raw: Uint8Array): BoundedJson {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(raw));
  } catch {
    return { status: "refused", reason: "not-json" };
  }
  const budget = { keys: MAX_KEYS };
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
