/** A property of a value that may be anything; undefined when there is none or reading it throws. */
export function peek(value: unknown, key: PropertyKey): unknown {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

/** What a method of a value that may be anything returns; undefined when there is no such method. Throws what it throws. */
export function callOn(value: unknown, name: PropertyKey, parameters: readonly unknown[]): unknown {
  const method = peek(value, name);
  return typeof method === "function" ? Reflect.apply(method, value, parameters) : undefined;
}

/** The text under a key; null when it is none or empty. */
export function peekText(value: unknown, key: PropertyKey): string | null {
  const found = peek(value, key);
  return typeof found === "string" && found !== "" ? found : null;
}
