import type { Json } from "../../core/event.ts";
import type { Safe } from "../../core/safe.ts";
import { type Hides, hiddenBelow } from "./secret-names.ts";

/** Deeper or longer than any object that a cluster holds; what is beyond is left out. */
const MAX_DEPTH = 24;
const MAX_ENTRIES = 2_000;

/** How single values and names become safe: the redactor's own rules. */
export interface ManifestRules {
  readonly text: (raw: string) => Safe;
  readonly number: (raw: number) => number | Safe;
  /** What stands in the place of a value that is hidden for its name. */
  readonly hidden: (raw: string | number) => Safe;
  readonly nameOf: (raw: string) => { readonly name: Safe; readonly hides: Hides };
}

type Fields = { readonly [key: string]: Json<string> };

/** Where a value stands. */
interface Place {
  readonly rules: ManifestRules;
  readonly depth: number;
  readonly hides: Hides;
  /** The secret name that it stands below, in however many steps. */
  readonly secret: string | null;
}

/**
 * An object of the cluster without the values of secrets: names, references and numbers stay, for they show what does not
 * fit. What stands below the name of a secret goes, but for what only says where the secret is.
 */
export function redactManifest(raw: Json<string>, rules: ManifestRules): Json {
  const place: Place = { rules, depth: 0, hides: "nothing", secret: null };
  return isObject(raw) && raw["kind"] === "Secret" ? redactSecret(raw, place) : redactJson(raw, place);
}

/** Of a secret only its name and its keys may be known. */
function redactSecret(raw: Fields, place: Place): Json {
  const { rules } = place;
  const entries = Object.entries(raw).map(([name, value]) => {
    if ((name !== "data" && name !== "stringData") || !isObject(value)) return [name, redactJson(value, deeper(place))];
    return [name, Object.fromEntries(Object.keys(value).map((key) => [rules.nameOf(key).name, rules.hidden(key)]))];
  });
  return Object.fromEntries(entries);
}

function redactJson(raw: Json<string>, place: Place): Json {
  const { rules, hides } = place;
  if (typeof raw === "string") return hides === "nothing" ? rules.text(raw) : rules.hidden(raw);
  if (typeof raw === "number") return hides === "all" ? rules.hidden(raw) : rules.number(raw);
  if (raw === null || typeof raw === "boolean") return raw;
  if (place.depth >= MAX_DEPTH) return null;
  return isList(raw) ? redactList(raw, deeper(place)) : redactObject(raw, deeper(place));
}

function redactList(raw: readonly Json<string>[], place: Place): Json {
  // A number under "passwords" is how many there are; one in their list is one of them.
  const inside: Place = place.hides === "texts" ? { ...place, hides: "all" } : place;
  return raw
    .slice(0, MAX_ENTRIES)
    .map((each, index) =>
      redactJson(each, isValueOfFlag(each, raw[index - 1], place.rules) ? { ...inside, hides: "all" } : inside),
    );
}

const FLAG = /^--?(?<name>[A-Za-z][\w.-]*)$/u;
const COUNT = /^\d+$/u;

/** `["--password", "..."]`: a flag hides the argument after it. */
function isValueOfFlag(each: Json<string>, before: Json<string> | undefined, { nameOf }: ManifestRules): boolean {
  const name = typeof before === "string" ? FLAG.exec(before)?.groups?.["name"] : undefined;
  if (name === undefined || (typeof each === "string" && FLAG.test(each))) return false;
  const { hides } = nameOf(name);
  return hides === "texts" ? !(typeof each === "string" && COUNT.test(each)) : hides === "all";
}

function redactObject(raw: Fields, place: Place): Json {
  const entries = Object.entries(raw)
    .slice(0, MAX_ENTRIES)
    .map(([key, value]) => {
      const hides = hiddenIn(raw, key, place);
      const isPart = place.secret === null && hides !== "nothing";
      const below = isPart ? { ...place, hides, secret: key } : { ...place, hides };
      return [place.rules.nameOf(key).name, redactJson(value, below)];
    });
  return Object.fromEntries(entries);
}

/** What a field of an object hides. */
function hiddenIn(raw: Fields, key: string, { rules, secret }: Place): Hides {
  // `{name: "DB_PASSWORD", value: "..."}`: the name of an environment variable hides its value.
  const said = raw["name"];
  const named = key === "value" && typeof said === "string" ? rules.nameOf(said).hides : "nothing";
  if (named !== "nothing") return named;
  if (secret === null) return rules.nameOf(key).hides;
  // `{name: "db", key: "password"}`, `{key: "password", path: "db"}`: which entry of a Secret is meant.
  const isReference = key === "key" && (typeof said === "string" || typeof raw["path"] === "string");
  return isReference ? "nothing" : hiddenBelow(secret, key);
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function isList(raw: Json<string>): raw is readonly Json<string>[] {
  return Array.isArray(raw);
}

function isObject(raw: Json<string>): raw is Fields {
  return raw !== null && typeof raw === "object" && !Array.isArray(raw);
}
