export type Scalar = string | number | boolean;
export type JsonObject = Readonly<Record<string, unknown>>;

const MAX_FIELDS = 96;
const MAX_DEPTH = 4;
const MAX_VALUE = 4000;
const MAX_NAMES_KEPT = 5000;

/** True for a JSON object; arrays and null are none. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON object from text; null when the text is none. */
export function parseJsonObject(text: string): JsonObject | null {
  if (!text.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The scalars of a record under dotted names, at most 96, four levels deep; lists of scalars are joined. */
export function flatFields(record: JsonObject): ReadonlyMap<string, Scalar> {
  const fields = new Map<string, Scalar>();
  collect(record, "", fields);
  return fields;
}

function collect(record: JsonObject, prefix: string, fields: Map<string, Scalar>): void {
  for (const [key, value] of Object.entries(record)) {
    if (fields.size >= MAX_FIELDS) return;
    const name = prefix + key.slice(0, 200);
    if (isJsonObject(value)) {
      if (name.split(".").length <= MAX_DEPTH) collect(value, `${name}.`, fields);
    } else if (Array.isArray(value)) {
      fields.set(name, JSON.stringify(value.slice(0, 20)).slice(0, MAX_VALUE));
    } else if (typeof value === "string") {
      fields.set(name, value);
    } else if (typeof value === "number" || typeof value === "boolean") {
      fields.set(name, value);
    }
  }
}

/** Finds a field whatever its spelling: "service.name" = "serviceName" = "SERVICE_NAME". Takes it out of `left`. */
export class FieldPicker {
  readonly #byPlainName = new Map<string, string>();
  readonly #fields: ReadonlyMap<string, Scalar>;
  readonly #taken = new Set<string>();

  constructor(fields: ReadonlyMap<string, Scalar>) {
    this.#fields = fields;
    for (const name of fields.keys()) {
      const plain = plainName(name);
      if (!this.#byPlainName.has(plain)) this.#byPlainName.set(plain, name);
    }
  }

  /** The first of these names that has a value; names are given plain: lower case, no separators. */
  pick(plainNames: readonly string[]): Scalar | null {
    for (const plain of plainNames) {
      const name = this.#byPlainName.get(plain);
      const value = name === undefined ? undefined : this.#fields.get(name);
      if (name === undefined || value === undefined || value === "") continue;
      this.#taken.add(name);
      return value;
    }
    return null;
  }

  text(plainNames: readonly string[]): string | null {
    const value = this.pick(plainNames);
    return value === null ? null : String(value);
  }

  /** What nobody picked. */
  left(): Record<string, Scalar> {
    return Object.fromEntries([...this.#fields].filter(([name]) => !this.#taken.has(name)));
  }
}

const plainNames = new Map<string, string>();

/** "service.name", "serviceName" and "SERVICE_NAME" are one name: lower case without separators. */
export function plainName(name: string): string {
  const known = plainNames.get(name);
  if (known !== undefined) return known;
  const plain = name.toLowerCase().replaceAll(/[._@\-\s/]/gu, "");
  if (plainNames.size < MAX_NAMES_KEPT) plainNames.set(name, plain);
  return plain;
}
