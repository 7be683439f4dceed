const MOST_NAMES = 300;

/**
 * Names for statements that come again and again, so that the server parses and plans each once per connection. Texts
 * beyond the first 300 get none (lists of many lengths make a text each): what a connection keeps has an end.
 */
export function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    // The driver takes an empty name as none.
    if (names.size >= MOST_NAMES) return "";
    const name = `traceops_${names.size}`;
    names.set(sql, name);
    return name;
  };
}
