/** The JSON that a text holds; null when it holds none. */
export function jsonIn(text: unknown): unknown {
  if (typeof text !== "string") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
