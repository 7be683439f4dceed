import { FieldPicker, flatFields, type JsonObject, parseJsonObject } from "../records/flat-fields.ts";
import { instantOf } from "../records/instants.ts";
import { type LogLine, readLogObject } from "../records/log-line.ts";
import { FIELD_NAMES } from "./field-names.ts";

const NS_PER_MS = 1_000_000n;
const decoder = new TextDecoder();

/** What the slow way read of a line: nothing that is JSON, something with a "kind" of its own, or a log line. */
export interface SlowLine {
  readonly hasKind: boolean;
  readonly line: LogLine;
  /** Whether its time names no zone. */
  readonly zoneless: boolean;
}

/** Reads a line by JSON.parse: what the fast way must agree with. Null when the line is no JSON object. */
export function readSlowly(bytes: Uint8Array, from: number, to: number): SlowLine | null {
  const record = parseJsonObject(decoder.decode(bytes.subarray(from, to)).trim());
  if (record === null) return null;
  const line = lineOf(record);
  return line && { hasKind: Object.hasOwn(record, "kind"), line, zoneless: line.atNs !== null && isZoneless(record) };
}

/** UTC milliseconds of a line; NaN when it says none. */
export function timeMsOf({ atNs }: LogLine): number {
  return atNs === null ? Number.NaN : Number(atNs / NS_PER_MS);
}

function isZoneless(record: JsonObject): boolean {
  return instantOf(new FieldPicker(flatFields(record)).pick(FIELD_NAMES.at))?.zone === "none";
}

function lineOf(record: JsonObject): LogLine | null {
  try {
    return readLogObject(record);
  } catch (error) {
    // An object nested so deep that it cannot be written again.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
