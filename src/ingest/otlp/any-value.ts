import { isJsonObject, type JsonObject, type Scalar } from "../../platform/records/flat-fields.ts";

const MAX_DEPTH = 6;
const MAX_ITEMS = 64;

/** OTLP's AnyValue as plain JSON. 64-bit integers arrive as text and stay numbers only while they are exact. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (!isJsonObject(value) || depth > MAX_DEPTH) return null;
  if ("stringValue" in value) return String(value["stringValue"]);
  if ("boolValue" in value) return value["boolValue"] === true;
  if ("intValue" in value) return exactNumber(value["intValue"]);
  if ("doubleValue" in value) return Number(value["doubleValue"]);
  if ("bytesValue" in value) return "[bytes]";
  const list = value["arrayValue"];
  if (isJsonObject(list)) return itemsOf(list["values"]).map((item) => plainValue(item, depth + 1));
  const pairs = value["kvlistValue"];
  return isJsonObject(pairs) ? plainPairs(pairs["values"], depth + 1) : null;
}

/** A KeyValue list as an object. */
export function plainPairs(pairs: unknown, depth = 0): JsonObject {
  const entries = itemsOf(pairs).flatMap((pair): [string, unknown][] =>
    isJsonObject(pair) && typeof pair["key"] === "string" ? [[pair["key"], plainValue(pair["value"], depth)]] : [],
  );
  return Object.fromEntries(entries);
}

/** A list's items that are objects, bounded; an empty list for anything else. */
export function objectsOf(list: unknown, limit = Number.POSITIVE_INFINITY): readonly JsonObject[] {
  return Array.isArray(list) ? list.slice(0, limit).filter(isJsonObject) : [];
}

/** Scalars stay, everything else becomes JSON text. */
export function scalarsOf(pairs: JsonObject): Record<string, Scalar> {
  const entries = Object.entries(pairs).flatMap(([name, value]): [string, Scalar][] => {
    if (value === null || value === undefined) return [];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return [[name, value]];
    return [[name, JSON.stringify(value)]];
  });
  return Object.fromEntries(entries);
}

function itemsOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list.slice(0, MAX_ITEMS) : [];
}

function exactNumber(value: unknown): Scalar {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
