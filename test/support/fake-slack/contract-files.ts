export { contractFile } from "../../../dev/slack/oracle/contract-files.ts";

/** Keys of `sent` that the vendor's sample does not have, as paths. A value may be of any size, a key may not be invented. */
export function inventedKeys(sent: unknown, sample: unknown, path = ""): readonly string[] {
  if (Array.isArray(sent)) return sent.flatMap((item) => inArray(item, sample, path));
  if (typeof sent !== "object" || sent === null) return [];
  if (typeof sample !== "object" || sample === null) return [];
  // The sample leaves open what stands in an object that it shows empty.
  if (Object.keys(sample).length === 0) return [];
  const known = new Map(Object.entries(sample));
  return Object.entries(sent).flatMap(([key, value]) =>
    known.has(key) ? inventedKeys(value, known.get(key), `${path}/${key}`) : [`${path}/${key}`],
  );
}

/** The sample lists one item per variant: an item must fit one of them. */
function inArray(item: unknown, sample: unknown, path: string): readonly string[] {
  const variants: readonly unknown[] = Array.isArray(sample) ? sample : [];
  const results = variants.map((variant) => inventedKeys(item, variant, `${path}/*`));
  return results.toSorted((a, b) => a.length - b.length)[0] ?? [];
}
