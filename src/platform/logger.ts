import { randomUUID } from "node:crypto";
import { type DestinationStream, destination, pino, stdTimeFunctions } from "pino";
import type { Logger } from "../app/ports.ts";
import { layersOf } from "./redaction/layers.ts";
import { createPseudonyms } from "./redaction/pseudonyms.ts";
import { createSafeText, type ToSafe } from "./redaction/safe-text.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Field names whose values never belong into a log, wherever somebody puts them. */
const HIDDEN = ["token", "secret", "password", "authorization", "cookie", "headers", "body", "raw"].flatMap((name) => [
  name,
  `*.${name}`,
]);

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly to?: DestinationStream;
  /** How texts become safe; the program's rules with pseudonyms of this process when not given. */
  readonly text?: ToSafe;
}

/**
 * JSON lines on stderr, so that stdout stays free for answers and for protocols that use it. What is logged passes
 * the redaction rules: errors of libraries quote addresses, headers and values.
 */
export function createLogger(options: LoggerOptions): Logger {
  const text = options.text ?? ownRules();
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: HIDDEN, censor: "[hidden]" },
      // Errors are taken apart by the formatter; what it makes of them stays.
      serializers: { err: (err: unknown) => err },
      formatters: { log: (fields) => safeFields(fields, text) },
    },
    options.to ?? destination({ dest: 2, sync: true }),
  );
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}

function ownRules(): ToSafe {
  return createSafeText(layersOf({ pseudonyms: createPseudonyms(randomUUID()), tenantRules: [], addresses: "public" }))
    .text;
}

/** Deeper is not logged on purpose. */
const MAX_DEPTH = 4;
const MAX_ENTRIES = 50;

function safeFields(fields: object, text: ToSafe): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, MAX_ENTRIES)
      .map(([name, value]) => [name, safeValue(value, text, 1)]),
  );
}

function safeValue(value: unknown, text: ToSafe, depth: number): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "[deeper]";
  if (value instanceof Error) return safeError(value, text, depth);
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((each) => safeValue(each, text, depth + 1));
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(entries.map(([name, each]) => [name, safeValue(each, text, depth + 1)]));
}

function safeError(error: Error, text: ToSafe, depth: number): Record<string, unknown> {
  const more = Object.entries(error).slice(0, MAX_ENTRIES);
  return {
    type: error.name,
    message: text(error.message),
    stack: text(error.stack ?? ""),
    ...(error.cause === undefined ? {} : { cause: safeValue(error.cause, text, depth + 1) }),
    ...Object.fromEntries(more.map(([name, each]) => [name, safeValue(each, text, depth + 1)])),
  };
}
