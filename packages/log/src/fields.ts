import { type Encoder, isError } from "./encode.ts";
import { plainName } from "./redaction.ts";

/** Facts of a record: an object with any values, or an error. Secrets among them are taken out. */
export type Fields = object;

/** Fields written once and used by many records: those of a child, those of `log.with`. */
export interface BoundFields {
  readonly parts: ReadonlyMap<string, string>;
  /** All parts together, each after a comma. */
  readonly text: string;
  readonly hasTrace: boolean;
}

export const NO_FIELDS: BoundFields = { parts: new Map(), text: "", hasTrace: false };

/**
 * Names that the record itself uses, written without case and separators. A field of the same name would be taken for
 * the record's own, so it is written as "attributes.<name>". "kind" tells the receiver what a line is.
 */
const RESERVED = new Set([
  "timestamp",
  "severitytext",
  "message",
  "eventname",
  "servicename",
  "serviceversion",
  "deploymentenvironmentname",
  "hostname",
  "exceptiontype",
  "exceptionmessage",
  "exceptionstacktrace",
  "exceptioncode",
  "logtruncated",
  "kind",
]);
/** Objects under these names are read as "service.name" and so on. */
const RESERVED_ROOTS = new Set(["service", "host", "event", "exception", "deployment", "log"]);
/** How the wire format spells the ids that join records. */
const SPELLED: ReadonlyMap<string, string> = new Map([
  ["traceId", "trace_id"],
  ["spanId", "span_id"],
]);
const MAX_NAMES_KEPT = 2_000;
const MAX_FIELDS = 64;

interface KnownName {
  /** `,"name":` */
  readonly key: string;
  readonly isRoot: boolean;
  readonly isTrace: boolean;
}

/** The names of fields, checked and written as JSON once each. */
export class FieldNames {
  readonly #known = new Map<string, KnownName>();
  readonly #encoder: Encoder;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  get(name: string): KnownName {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const plain = plainName(name.slice(0, 200));
    const clean = RESERVED.has(plain) ? `attributes.${name}` : (SPELLED.get(name) ?? name);
    const made = {
      key: `,${this.#encoder.text(clean, 200)}:`,
      isRoot: RESERVED_ROOTS.has(name),
      isTrace: plain === "traceid",
    };
    if (this.#known.size < MAX_NAMES_KEPT && name.length <= 100) this.#known.set(name, made);
    return made;
  }
}

/** What one call says, as JSON. */
export interface WrittenFields {
  readonly text: string;
  readonly hasTrace: boolean;
  /** The first error among the fields: it is written as the record's exception. */
  readonly error: Error | undefined;
}

const NOTHING: WrittenFields = { text: "", hasTrace: false, error: undefined };

/** Writes the fields of one record, each after a comma. */
export function writeFields(fields: Fields | undefined, names: FieldNames, encoder: Encoder): WrittenFields {
  if (fields === undefined) return NOTHING;
  let text = "";
  let hasTrace = false;
  let error: Error | undefined;
  for (const name of boundedKeys(fields)) {
    const value = read(fields, name);
    if (error === undefined && isError(value)) {
      error = value;
      continue;
    }
    const known = names.get(name);
    const written = encoder.field(name, value);
    if (written === null) continue;
    hasTrace ||= known.isTrace;
    text += keyFor(known, value) + written;
  }
  return { text, hasTrace, error };
}

/** Fields to be used by many records, without the ones that an inner layer says anew. */
export function bindFields(fields: Fields, names: FieldNames, encoder: Encoder): BoundFields {
  const parts = new Map<string, string>();
  let hasTrace = false;
  encoder.start();
  for (const name of boundedKeys(fields)) {
    const known = names.get(name);
    const value = read(fields, name);
    const written = encoder.field(name, value);
    if (written === null) continue;
    hasTrace ||= known.isTrace;
    parts.set(name, keyFor(known, value) + written);
  }
  return { parts, text: [...parts.values()].join(""), hasTrace };
}

/** The text of bound fields, without those that a more specific layer says as well: a name stands in a line once. */
export function boundText(bound: BoundFields, ...layers: readonly (Fields | undefined)[]): string {
  if (bound.parts.size === 0) return "";
  const isSaidAgain = (name: string) => layers.some((layer) => layer !== undefined && Object.hasOwn(layer, name));
  for (const name of bound.parts.keys()) {
    if (isSaidAgain(name)) {
      return [...bound.parts].flatMap(([each, part]) => (isSaidAgain(each) ? [] : [part])).join("");
    }
  }
  return bound.text;
}

/** Two layers of fields in one object; the inner one wins. Getters that throw leave their field out. */
export function mergeFields(outer: Fields, inner: Fields): Fields {
  const merged = new Map<string, unknown>();
  for (const layer of [outer, inner]) {
    for (const name of boundedKeys(layer)) merged.set(name, read(layer, name));
  }
  // `fromEntries` defines own properties, so a field named "__proto__" stays a field.
  return Object.fromEntries(merged);
}

function keyFor(known: KnownName, value: unknown): string {
  const isObject = known.isRoot && typeof value === "object" && value !== null;
  return isObject ? `,"attributes.${known.key.slice(2)}` : known.key;
}

function boundedKeys(fields: Fields): readonly string[] {
  try {
    const keys = Object.keys(fields);
    return keys.length > MAX_FIELDS ? keys.slice(0, MAX_FIELDS) : keys;
  } catch {
    return [];
  }
}

function read(fields: Fields, name: string): unknown {
  try {
    return Reflect.get(fields, name);
  } catch {
    return "[unreadable]";
  }
}
