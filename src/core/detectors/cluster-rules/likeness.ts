/** Names of this length or less differ by one letter too easily to say that one was meant for the other. */
const SHORT = 4;

/** True when one name reads as a slip or a decorated form of the other: "orders-old", "order" and "ordres" for "orders". */
export function looksLike(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length <= SHORT) return false;
  return long.startsWith(short) || distance(short, long) <= 2;
}

/** Letters to change, add or drop to make one name of the other (Levenshtein). Names of Kubernetes have at most 253 letters. */
function distance(a: string, b: string): number {
  if (b.length - a.length > 2) return b.length;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? b.length;
}
