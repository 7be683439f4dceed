import type { Json } from "../../event.ts";
import { compare } from "../../graph/build.ts";
import { own, ownWords, type Safe } from "../../safe.ts";

/** A manifest's object: fields by name. */
export type Fields = { readonly [key: string]: Json };

/** The value at a path of field names; null when any step is missing. Never throws, whatever the shape. */
export function at(json: Json | undefined, ...path: readonly string[]): Json {
  let here: Json = json ?? null;
  for (const step of path) here = isFields(here) ? (here[step] ?? null) : null;
  return here;
}

/** The text at a path; numbers and booleans are printed, for quantities and ports come as either. */
export function textAt(json: Json | undefined, ...path: readonly string[]): Safe | null {
  const found = at(json, ...path);
  if (typeof found === "string") return found === "" ? null : found;
  return typeof found === "number" || typeof found === "boolean" ? ownWords(own(String(found))) : null;
}

/** The number at a path, also where it is written as text. */
export function numberAt(json: Json | undefined, ...path: readonly string[]): number | null {
  const found = at(json, ...path);
  if (typeof found === "number") return found;
  return typeof found === "string" && /^-?\d+(?:\.\d+)?$/u.test(found) ? Number(found) : null;
}

/** True only for a true boolean or the word. */
export function flagAt(json: Json | undefined, ...path: readonly string[]): boolean {
  const found = at(json, ...path);
  return found === true || (typeof found === "string" && found.toLowerCase() === "true");
}

/** The list at a path; empty when there is none. */
export function listAt(json: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = at(json, ...path);
  return isList(found) ? found : [];
}

/** The texts of a list of texts. */
export function textsAt(json: Json | undefined, ...path: readonly string[]): readonly Safe[] {
  return listAt(json, ...path).flatMap((each) => textAt(each) ?? []);
}

/** The entries of a map of texts (labels, selectors, requests), in the order of their names. */
export function textsByName(json: Json | undefined, ...path: readonly string[]): ReadonlyMap<string, Safe> {
  const found = at(json, ...path);
  if (!isFields(found)) return new Map();
  const entries = Object.entries(found).flatMap(([key, value]): readonly (readonly [string, Safe])[] => {
    // An empty label value is a value.
    const text = value === "" ? value : textAt(value);
    return text === null ? [] : [[key, text]];
  });
  return new Map(entries.toSorted(([a], [b]) => compareNames(a, b)));
}

/** A field's name as text to show: redaction has passed over the names of a manifest as over its values. */
export function nameText(key: string): Safe {
  return ownWords(own(key));
}

/** True when every wanted pair is among the labels. An empty wish selects nothing here: it is no selector. */
export function selects(wanted: ReadonlyMap<string, Safe>, labels: ReadonlyMap<string, Safe>): boolean {
  return wanted.size > 0 && [...wanted].every(([key, value]) => labels.get(key) === value);
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["n", 1e-9],
  ["u", 1e-6],
  ["m", 1e-3],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["P", 1e15],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
]);

/** A Kubernetes quantity in its base unit (cores, bytes, pieces): "250m" is 0.25, "2Gi" is 2,147,483,648. */
export function quantity(text: Safe | null): number | null {
  const match = /^([+-]?\d+(?:\.\d+)?)([A-Za-z]{0,2})$/u.exec(text ?? "");
  const unit = UNITS.get(match?.[2] ?? "");
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** Byte order of names, the same on every machine. */
export const compareNames = compare;

function isFields(json: Json): json is Fields {
  return json !== null && typeof json === "object" && !Array.isArray(json);
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
