import { types } from "node:util";
import { describeError } from "./error-text.ts";
import { peek } from "./peek.ts";
import type { Redaction } from "./redaction.ts";

/** What a record may hold. A reader of TraceOps looks at 96 fields, four levels deep, in lines of 64 KiB. */
export interface EncodeLimits {
  readonly maxDepth: number;
  readonly maxKeys: number;
  readonly maxItems: number;
  /** Characters of one text. */
  readonly maxText: number;
  /** Characters of all fields of a record together; a character may take three bytes. */
  readonly maxRecord: number;
}

export const DEFAULT_ENCODE_LIMITS: EncodeLimits = {
  maxDepth: 4,
  maxKeys: 64,
  maxItems: 20,
  maxText: 2_000,
  maxRecord: 12_000,
};

const MAX_NAME = 200;
const MAX_BIGINT_BITS = 256;

/**
 * Writes any value as JSON within limits: circular references, BigInt, symbols, getters and `toJSON` that throw,
 * proxies, huge strings and lists. Secrets are taken out on the way. Never throws.
 */
export class Encoder {
  readonly redaction: Redaction;
  readonly limits: EncodeLimits;
  /** Characters that this record may still take. */
  #left = 0;
  #isCut = false;
  readonly #ancestors: object[] = [];
  readonly #path: string[] = [];

  constructor(redaction: Redaction, limits: EncodeLimits = DEFAULT_ENCODE_LIMITS) {
    this.redaction = redaction;
    this.limits = limits;
  }

  /** Begins a record of its own. */
  start(): void {
    this.#left = this.limits.maxRecord;
    this.#isCut = false;
    this.#ancestors.length = 0;
    this.#path.length = 0;
  }

  /** True when something of the record did not fit. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** A text as JSON, without secrets and cut to `maxText` characters. */
  text(raw: string, maxText = this.limits.maxText): string {
    return this.#spend(JSON.stringify(this.redaction.text(cut(raw, maxText))));
  }

  /** The value of a field as JSON; null when there is nothing to write (undefined) or no room. */
  field(name: string, value: unknown): string | null {
    if (value === undefined) return null;
    if (this.#left <= 0) {
      this.#isCut = true;
      return null;
    }
    if (this.redaction.hasPaths) this.#path.push(name);
    const written = this.#isHidden(name, value) ? this.#spend(HIDDEN) : this.#value(value, 1);
    if (this.redaction.hasPaths) this.#path.pop();
    return written;
  }

  #isHidden(name: string, value: unknown): boolean {
    if (this.redaction.hasPaths && this.redaction.hidesPath(this.#path)) return true;
    // "hasPassword: true" and "token: null" say something without telling a secret.
    return value !== null && value !== "" && typeof value !== "boolean" && this.redaction.hidesName(name);
  }

  #value(value: unknown, depth: number): string {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") return this.#number(value);
    if (typeof value === "object" && value !== null) return this.#guarded(value, depth);
    if (typeof value === "boolean") return this.#spend(value ? "true" : "false");
    return value === null || value === undefined ? this.#spend("null") : this.text(oddText(value));
  }

  #number(value: number): string {
    if (!Number.isFinite(value)) return this.#spend(`"${value}"`);
    // A card number may arrive as a number.
    return value > 1e12 && Number.isInteger(value) ? this.#bigNumber(value) : this.#spend(String(value));
  }

  #bigNumber(value: number): string {
    const text = String(value);
    const redacted = this.redaction.text(text);
    return this.#spend(redacted === text ? text : JSON.stringify(redacted));
  }

  /** Whatever a foreign object does when it is read ends here. */
  #guarded(value: object, depth: number): string {
    if (this.#ancestors.includes(value)) return this.#spend('"[circular]"');
    const height = this.#ancestors.push(value);
    const places = this.#path.length;
    try {
      return this.#object(value, depth);
    } catch {
      return this.#spend('"[unreadable]"');
    } finally {
      this.#ancestors.length = height - 1;
      this.#path.length = places;
    }
  }

  #object(value: object, depth: number): string {
    const plain = plainOf(value);
    if (typeof plain !== "object" || plain === null) return this.#value(plain, depth);
    if (depth >= this.limits.maxDepth) return this.#spend('"[nested too deep]"');
    if (Array.isArray(plain)) return this.#list(plain, plain.length, depth);
    if (types.isSet(plain)) return this.#list(plain, plain.size, depth);
    if (types.isMap(plain)) return this.#entries(plain, plain.size, depth);
    const keys = Object.keys(plain);
    return this.#entries(ownEntries(plain, keys.slice(0, this.limits.maxKeys)), keys.length, depth);
  }

  #list(items: Iterable<unknown>, size: number, depth: number): string {
    const written: string[] = [];
    for (const item of items) {
      if (written.length >= this.limits.maxItems || this.#left <= 0) break;
      written.push(item === undefined ? "null" : this.#value(item, depth + 1));
    }
    if (size > written.length) {
      this.#isCut = true;
      written.push(`"[${size - written.length} more]"`);
    }
    return `[${written.join(",")}]`;
  }

  #entries(entries: Iterable<readonly [unknown, unknown]>, size: number, depth: number): string {
    let written = "";
    let count = 0;
    for (const [key, value] of entries) {
      if (count >= this.limits.maxKeys || this.#left <= 0) break;
      count++;
      const item = this.#entry(String(key), value, depth);
      if (item !== null) written += written === "" ? item : `,${item}`;
    }
    if (count < size) this.#isCut = true;
    return `{${written}}`;
  }

  #entry(name: string, value: unknown, depth: number): string | null {
    if (value === undefined) return null;
    if (this.redaction.hasPaths) this.#path.push(name);
    const key = this.text(name, MAX_NAME);
    const written = this.#isHidden(name, value) ? this.#spend(HIDDEN) : this.#value(value, depth + 1);
    if (this.redaction.hasPaths) this.#path.pop();
    return `${key}:${written}`;
  }

  #spend(written: string): string {
    this.#left -= written.length + 1;
    return written;
  }
}

const HIDDEN = '"[redacted-secret]"';

/** A number with a million digits would take seconds to print. */
function oddText(value: unknown): string {
  if (typeof value === "symbol") return value.toString();
  if (typeof value !== "bigint") return "[function]";
  return BigInt.asIntN(MAX_BIGINT_BITS, value) === value ? value.toString() : "[huge bigint]";
}

/** Lazily, so that a getter beyond the limit is not even called; one that throws leaves the others alone. */
function* ownEntries(value: object, keys: readonly string[]): Generator<readonly [string, unknown]> {
  for (const key of keys) {
    try {
      yield [key, Reflect.get(value, key)];
    } catch {
      yield [key, "[unreadable]"];
    }
  }
}

/** What stands for an object whose own fields do not say what it is. Its `toJSON` is asked once. */
function plainOf(value: object): unknown {
  if (isError(value)) return { ...describeError(value) };
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (types.isRegExp(value)) return `/${value.source}/${value.flags}`;
  if (types.isPromise(value)) return "[promise]";
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`;
  if (types.isBoxedPrimitive(value)) return value.valueOf();
  const toJSON = peek(value, "toJSON");
  return typeof toJSON === "function" ? Reflect.apply(toJSON, value, [""]) : value;
}

/** True for errors of this and any other realm. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

/** The last word may be half a secret, so it goes too. */
const LAST_WORD = /\S{0,200}$/u;

/** The text within a number of characters; what was cut is said. */
export function cut(text: string, maxText: number): string {
  if (text.length <= maxText) return text;
  return `${text.slice(0, maxText).replace(LAST_WORD, "")}[cut]`;
}
