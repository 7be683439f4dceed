/** The scalar fields of a JSON record, looked up by name whatever its spelling: service.name = serviceName = service_name. */
export interface Fields {
  get(names: readonly string[]): string | number | boolean | null;
  text(names: readonly string[]): string | null;
  /** Every scalar with the name the record gave it, outermost first. */
  readonly entries: readonly (readonly [string, string | number | boolean])[];
}

const MAX_FIELDS = 96;
const MAX_DEPTH = 4;
const MAX_NAMES_KEPT = 5000;

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object with keys. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Flattens nested objects to dotted names, at most 96 scalars four levels deep. */
export function fieldsOf(record: JsonObject): Fields {
  const entries: [string, string | number | boolean][] = [];
  collect(record, { prefix: "", depth: 0, into: entries });
  const byName = new Map<string, string | number | boolean>();
  for (const [name, value] of entries) {
    const plain = plainName(name);
    if (!byName.has(plain)) byName.set(plain, value);
  }
  const get = (names: readonly string[]) => {
    for (const name of names) {
      const value = byName.get(name);
      if (value !== undefined && value !== "") return value;
    }
    return null;
  };
  return {
    entries,
    get,
    text: (names) => {
      const value = get(names);
      return value === null ? null : String(value);
    },
  };
}

interface Place {
  readonly prefix: string;
  readonly depth: number;
  readonly into: [string, string | number | boolean][];
}

function collect(record: JsonObject, { prefix, depth, into }: Place): void {
  for (const [key, value] of Object.entries(record)) {
    if (into.length >= MAX_FIELDS) return;
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") into.push([name, value]);
    else if (isObject(value) && depth < MAX_DEPTH) collect(value, { prefix: name, depth: depth + 1, into });
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
