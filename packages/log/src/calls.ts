import { isError } from "./encode.ts";
import type { Fields } from "./fields.ts";
import { type Level, levelFrom } from "./levels.ts";
import { peek, peekText } from "./peek.ts";
import type { RecordParts } from "./record.ts";

const MAX_TAG = 64;

/** What a call of `log.error(…)` says. Callers without types may pass anything, in the order of other loggers as well. */
export function readCall(level: Level, message: unknown, more: unknown): RecordParts {
  if (typeof message === "string") return { level, message, ...restOf(more) };
  if (isError(message)) return { level, message: textOfError(message), ...restOf(more), error: message };
  if (isFields(message)) {
    const said = typeof more === "string" ? more : (peekText(message, "message") ?? peekText(message, "msg"));
    return { level, message: said ?? "", fields: message };
  }
  return { level, message: String(message), ...restOf(more) };
}

/** What a call of `log.tag(…)` says. */
export function readTag(name: unknown, fields: unknown, more: unknown): RecordParts {
  const rest = restOf(fields);
  const message = typeof more === "string" ? more : (peekText(more, "message") ?? "");
  const said = levelFrom(peek(more, "level"));
  return { level: said ?? (hasError(rest) ? "error" : "warn"), message, tag: tagName(name), ...rest };
}

/** The tag as it is written: upper case, words joined by underscores, at most 64 characters. */
export function tagName(raw: unknown): string {
  const name = String(raw)
    .slice(0, MAX_TAG * 2)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/gu, "_")
    .replace(/^_+|_+$/gu, "")
    .slice(0, MAX_TAG);
  return name === "" ? "UNNAMED" : name;
}

function restOf(more: unknown): Pick<RecordParts, "fields" | "error"> {
  if (more === undefined || more === null) return {};
  if (isError(more)) return { error: more };
  return isFields(more) ? { fields: more } : { fields: { value: more } };
}

function hasError({ fields, error }: Pick<RecordParts, "fields" | "error">): boolean {
  if (error !== undefined) return true;
  return ["error", "err", "cause", "exception"].some((name) => isError(peek(fields, name)));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOfError(error: Error): string {
  return peekText(error, "message") ?? peekText(error, "name") ?? "error";
}
