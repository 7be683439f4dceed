import { createHmac, randomBytes } from "node:crypto";
import { isSecretName, redactNamed } from "./redact-names.ts";
import { redactShapes } from "./redact-shapes.ts";

/** What is taken out of records before they are written or sent. */
export interface RedactOptions {
  /** More names whose values are never written, compared without case and separators: "internalId" is also "INTERNAL_ID". */
  readonly names?: readonly string[] | undefined;
  /** Places in the fields: "user.address.street", "headers.*", "*.iban". `*` stands for one name. */
  readonly paths?: readonly string[] | undefined;
  /**
   * "pseudonym" (default) writes email_ and eight characters of an HMAC, so that one person stays one person.
   * "keep" writes addresses as they are.
   */
  readonly emails?: "pseudonym" | "keep" | undefined;
  /** Key of the pseudonyms. Without it they are the same within one process only. */
  readonly pseudonymKey?: string | undefined;
}

export interface Redaction {
  /** The text without secrets. Never throws. */
  text(raw: string): string;
  /** True when the value under this name is hidden, whatever it is. */
  hidesName(name: string): boolean;
  /** True when a path of the options names this place. */
  hidesPath(path: readonly string[]): boolean;
  /** False when no path is given, so that nobody has to keep track of where it is. */
  readonly hasPaths: boolean;
}

const EMAIL = /[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/gu;
/** Too short for any secret that shows by its look, and without room for a name and a value. */
const HARMLESS = /^[A-Za-z0-9_./ -]*$/u;
const MAX_HARMLESS = 12;
const MAX_PATHS = 200;
const MAX_PSEUDONYMS = 2_000;

/** Makes the rules from the options. */
export function createRedaction(options: RedactOptions = {}): Redaction {
  const names = new Set((options.names ?? []).map(plainName));
  const paths = (options.paths ?? []).slice(0, MAX_PATHS).map((path) => path.split("."));
  const pseudonymOf = options.emails === "keep" ? null : createPseudonyms(options.pseudonymKey);
  return {
    text: (raw) => redactText(raw, pseudonymOf),
    hidesName: (name) => isSecretName(name) || names.has(plainName(name)),
    hidesPath: (path) => paths.some((pattern) => matches(pattern, path)),
    hasPaths: paths.length > 0,
  };
}

function redactText(raw: string, pseudonymOf: ((address: string) => string) | null): string {
  if (raw.length <= MAX_HARMLESS && HARMLESS.test(raw)) return raw;
  try {
    // By look first: a rule about names could take half of a credential and hide the rest from the second look.
    const text = redactNamed(redactShapes(raw));
    return pseudonymOf !== null && text.includes("@") ? text.replace(EMAIL, pseudonymOf) : text;
  } catch {
    return "[redaction failed]";
  }
}

function createPseudonyms(key: string | undefined): (address: string) => string {
  const secret = key ?? randomBytes(32).toString("hex");
  const known = new Map<string, string>();
  return (address) => {
    if (address.startsWith("git@")) return address;
    const before = known.get(address);
    if (before !== undefined) return before;
    const made = `email_${createHmac("sha256", secret).update(address.toLowerCase()).digest("hex").slice(0, 8)}`;
    if (known.size >= MAX_PSEUDONYMS) known.clear();
    known.set(address, made);
    return made;
  };
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((name, index) => name === "*" || name === path[index]);
}

/** "service.name", "serviceName" and "SERVICE_NAME" are one name: lower case without separators. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[._@\-\s/]/gu, "");
}
