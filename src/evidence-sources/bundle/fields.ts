import { isJsonObject, type JsonObject, plainName, type Scalar } from "../../platform/records/flat-fields.ts";

/** The scalar fields of a JSON record, looked up by name whatever its spelling: service.name = serviceName = service_name. */
export interface Fields {
  get(names: readonly string[]): Scalar | null;
  text(names: readonly string[]): string | null;
  /** Every scalar with the name the record gave it, outermost first. */
  readonly entries: readonly (readonly [string, Scalar])[];
}

const MAX_FIELDS = 96;
const MAX_DEPTH = 4;

/** Flattens nested objects to dotted names, at most 96 scalars four levels deep. */
export function fieldsOf(record: JsonObject): Fields {
  const entries: [string, Scalar][] = [];
  collect(record, { prefix: "", depth: 0, into: entries });
  const byName = new Map<string, Scalar>();
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
  readonly into: [string, Scalar][];
}

function collect(record: JsonObject, { prefix, depth, into }: Place): void {
  for (const [key, value] of Object.entries(record)) {
    if (into.length >= MAX_FIELDS) return;
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") into.push([name, value]);
    else if (isJsonObject(value) && depth < MAX_DEPTH) collect(value, { prefix: name, depth: depth + 1, into });
  }
}
