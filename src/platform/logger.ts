import { type DestinationStream, destination, pino, stdTimeFunctions } from "pino";
import type { Logger } from "../app/ports.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Field names whose values never belong into a log, wherever somebody puts them. */
const HIDDEN = ["token", "secret", "password", "authorization", "cookie", "headers", "body", "raw"].flatMap((name) => [
  name,
  `*.${name}`,
]);

/** JSON lines on stderr, so that stdout stays free for answers and for protocols that use it. */
export function createLogger(options: { readonly level: LogLevel; readonly to?: DestinationStream }): Logger {
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: HIDDEN, censor: "[hidden]" },
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
