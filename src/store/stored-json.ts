import { z } from "zod";
import type { Prisma } from "./generated/client.ts";

const JsonObject = z.custom<Prisma.InputJsonObject>((value) => typeof value === "object" && value !== null);
/** Longer keys would not fit a database index; a hash of the rest keeps them apart. */
const MAX_KEY = 400;

/**
 * JSON that PostgreSQL takes: bigints as decimal text; NUL and halves of surrogate pairs, which it refuses, as U+FFFD.
 */
export function toJsonText(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item));
  // JSON.stringify escapes both; matching every escape keeps "\\u0000", an escaped backslash and digits, as it is.
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|.)/gu, (escape, code: string | undefined) =>
    code === "0000" || /^d[89a-f]/u.test(code ?? "") ? "\\ufffd" : escape,
  );
}

/** The same, as the value that Prisma's own methods take. */
export function toJsonValue(value: object): Prisma.InputJsonObject {
  return JsonObject.parse(JSON.parse(toJsonText(value)));
}

/** Text that a text column takes: NUL and halves of surrogate pairs replaced. */
export function toStoredText(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** Foreign text as part of a unique key: storable, and short enough for an index. */
export function toKeyText(text: string, digest: (text: string) => string): string {
  const stored = toStoredText(text);
  return stored.length <= MAX_KEY ? stored : `${stored.slice(0, MAX_KEY / 2).toWellFormed()}#${digest(stored)}`;
}
