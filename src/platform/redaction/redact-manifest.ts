import type { Json } from "../../core/event.ts";
import type { Safe } from "../../core/safe.ts";

/** Deeper or longer than any object that a cluster holds; what is beyond is left out. */
const MAX_DEPTH = 24;
const MAX_ENTRIES = 2_000;

/** How single texts and names become safe: the redactor's own rules. */
export interface ManifestRules {
  readonly value: (raw: string, isHidden: boolean) => Safe;
  readonly nameOf: (raw: string) => { readonly name: Safe; readonly isHidden: boolean };
}

/** An object of the cluster without the values of secrets: names, references and numbers stay, for they show what does not fit. */
export function redactManifest(raw: Json<string>, rules: ManifestRules): Json {
  const isSecret = isObject(raw) && raw["kind"] === "Secret";
  return isSecret ? redactSecret(raw, rules) : redactJson(raw, rules, 0);
}

/** Of a secret only its name and its keys may be known. */
function redactSecret(raw: { readonly [key: string]: Json<string> }, rules: ManifestRules): Json {
  const entries = Object.entries(raw).map(([name, value]) => {
    if ((name !== "data" && name !== "stringData") || !isObject(value)) return [name, redactJson(value, rules, 1)];
    return [
      name,
      Object.fromEntries(Object.keys(value).map((key) => [rules.nameOf(key).name, rules.value(key, true)])),
    ];
  });
  return Object.fromEntries(entries);
}

function redactJson(raw: Json<string>, rules: ManifestRules, depth: number): Json {
  if (typeof raw === "string") return rules.value(raw, false);
  if (raw === null || typeof raw !== "object") return raw;
  if (depth >= MAX_DEPTH) return null;
  if (isList(raw)) return raw.slice(0, MAX_ENTRIES).map((each) => redactJson(each, rules, depth + 1));
  return redactObject(raw, rules, depth);
}

function redactObject(raw: { readonly [key: string]: Json<string> }, rules: ManifestRules, depth: number): Json {
  // `{name: "DB_PASSWORD", value: "..."}`: the name of an environment variable hides its value.
  const said = raw["name"];
  const hidesValue = typeof said === "string" && rules.nameOf(said).isHidden;
  const entries = Object.entries(raw)
    .slice(0, MAX_ENTRIES)
    .map(([key, value]) => {
      const { name, isHidden } = rules.nameOf(key);
      const hides = typeof value === "string" && (isHidden || (key === "value" && hidesValue));
      return [name, hides ? rules.value(value, true) : redactJson(value, rules, depth + 1)];
    });
  return Object.fromEntries(entries);
}

function isList(raw: Json<string>): raw is readonly Json<string>[] {
  return Array.isArray(raw);
}

function isObject(raw: Json<string>): raw is { readonly [key: string]: Json<string> } {
  return raw !== null && typeof raw === "object" && !Array.isArray(raw);
}
