import type { Change, ChangedFile } from "../event.ts";
import { cutSafe, type Safe, safe, sliceSafe } from "../safe.ts";

/** One setting that a change gave another value. */
export interface ChangedSetting {
  readonly name: Safe;
  /** Null when the setting is new. */
  readonly from: Safe | null;
  /** Null when the setting was removed. */
  readonly to: Safe | null;
  /** The file it stands in; null when only the summary tells of it. */
  readonly path: Safe | null;
}

const MAX_SETTINGS = 30;
const MAX_VALUE = 60;
const ASSIGNMENT =
  /^[+-]\s*(?:(?:export|const|let|var|set|env)\s+){0,2}["']?([A-Za-z_][\w.-]{1,79})["']?\s*[:=]\s*["']?([^"'\s,;{}[\]][^"',;{}[\]]{0,199}?)["']?[,;]?\s*(?:#.*)?$/u;
const IN_WORDS =
  /([A-Za-z_][\w.-]{1,79})\s*[:=]?\s+(?:from\s+)?["']?([\w.%/:-]{1,60}?)["']?\s+(?:->|→|=>|to)\s+["']?([\w.%/:-]{1,60})/u;
// The version of the software itself stands in many files; it is what a deploy is, not a setting.
const VERSION_NAME = /^(?:version|app_?version|image|tag|image_?tag|sha|digest|revision|commit)$/iu;
const CONFIG_PATH =
  /(?:^|\/)(?:config|conf|settings|env|values|charts?|helm|deploy|manifests?|k8s|kubernetes|terraform|flags?)(?:[-_.][^/]*)?(?:\/|$)|\.(?:ya?ml|json|toml|ini|env|properties|conf|cfg|tfvars|tf)$|(?:^|\/)\.env(?:\..*)?$/iu;
const CODE_MANIFEST =
  /(?:^|\/)(?:package(?:-lock)?\.json|tsconfig[^/]*\.json|pom\.xml|cargo\.toml|pyproject\.toml|openapi[^/]*\.ya?ml)$/iu;

/** The settings whose values a change altered, read from its diffs, else from the words of its summary. At most 30. */
export function changedSettings(change: Change): readonly ChangedSetting[] {
  const fromFiles = change.files.flatMap(settingsOfFile);
  const found = fromFiles.length > 0 ? fromFiles : settingInWords(change.summary);
  return found.slice(0, MAX_SETTINGS);
}

/** True when nothing but configuration changed: the change says so itself, or all of its files are configuration. */
export function isConfigurationOnly(change: Change): boolean {
  if (change.kind === "config" || change.kind === "flag") return true;
  return (
    change.files.length > 0 && change.files.every(({ path }) => CONFIG_PATH.test(path) && !CODE_MANIFEST.test(path))
  );
}

function settingsOfFile({ path, diff }: ChangedFile): readonly ChangedSetting[] {
  const removed = new Map<string, Assignment>();
  const added = new Map<string, Assignment>();
  for (const line of diff) {
    const assignment = readAssignment(line);
    if (assignment !== null && isSetting(assignment.name, path))
      (line.startsWith("-") ? removed : added).set(assignment.name, assignment);
  }
  const names = [...new Set([...removed.keys(), ...added.keys()])];
  return names.flatMap((key) => difference(removed.get(key), added.get(key), path) ?? []);
}

/** In code only names that are written like settings are; a local variable is none. */
function isSetting(name: string, path: string): boolean {
  return CONFIG_PATH.test(path) || /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/u.test(name) || name.includes(".");
}

function difference(before: Assignment | undefined, after: Assignment | undefined, path: Safe): ChangedSetting | null {
  const name = (after ?? before)?.name;
  const [from, to] = [before?.value ?? null, after?.value ?? null];
  return name === undefined || from === to ? null : { name, from, to, path };
}

interface Assignment {
  readonly name: Safe;
  readonly value: Safe;
}

function readAssignment(line: Safe): Assignment | null {
  const match = ASSIGNMENT.exec(line);
  const [, name, value] = match ?? [];
  if (name === undefined || value === undefined || VERSION_NAME.test(name)) return null;
  const nameAt = line.indexOf(name);
  const valueAt = line.indexOf(value, nameAt + name.length);
  return {
    name: sliceSafe(line, nameAt, nameAt + name.length),
    value: cutSafe(sliceSafe(line, valueAt, valueAt + value.length), MAX_VALUE),
  };
}

function settingInWords(summary: Safe): readonly ChangedSetting[] {
  const match = IN_WORDS.exec(summary);
  const [, name, from, to] = match ?? [];
  if (match === null || name === undefined || from === undefined || to === undefined || from === to) return [];
  // "release 1.4 to 1.5" is a version, not a setting: a setting's name has a joint in it, or its values are plain numbers.
  if (!/[_.a-z][A-Z]|_/u.test(name) && !(isNumber(from) && isNumber(to))) return [];
  const piece = (text: string, after: number): Safe => {
    const at = summary.indexOf(text, after);
    return sliceSafe(summary, at, at + text.length);
  };
  const nameEnd = match.index + name.length;
  const fromAt = summary.indexOf(from, nameEnd);
  return [
    { name: piece(name, match.index), from: piece(from, nameEnd), to: piece(to, fromAt + from.length), path: null },
  ];
}

function isNumber(text: string): boolean {
  return /^\d+(?:\.\d+)?(?:ms|s|m|h|%|mb|gb|mi|gi|k)?$/iu.test(text);
}

/** "DB_POOL_SIZE from 50 to 5", as it reads inside a sentence. */
export function settingWords({ name, from, to }: ChangedSetting): Safe {
  if (from === null) return to === null ? name : safe`${name} (new: ${to})`;
  return to === null ? safe`${name} (removed, was ${from})` : safe`${name} from ${from} to ${to}`;
}
