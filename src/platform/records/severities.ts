import type { LogSeverity } from "../../core/event.ts";

const WORDS: ReadonlyMap<string, LogSeverity> = new Map(
  Object.entries({
    trace: "trace",
    verbose: "trace",
    finest: "trace",
    debug: "debug",
    dbg: "debug",
    info: "info",
    inf: "info",
    information: "info",
    informational: "info",
    notice: "info",
    log: "info",
    warn: "warn",
    wrn: "warn",
    warning: "warn",
    error: "error",
    err: "error",
    severe: "error",
    eror: "error",
    fail: "error",
    fatal: "fatal",
    ftl: "fatal",
    critical: "fatal",
    crit: "fatal",
    panic: "fatal",
    alert: "fatal",
    emerg: "fatal",
    emergency: "fatal",
  } satisfies Record<string, LogSeverity>),
);

/** A severity from a level's name, or from the numbers that JSON loggers write (10 trace to 60 fatal). Null when unknown. */
export function severityOf(level: unknown): LogSeverity | null {
  if (typeof level === "string") {
    return WORDS.get(level.trim().toLowerCase()) ?? (/^\d{2}$/u.test(level) ? fromLoggerNumber(Number(level)) : null);
  }
  return typeof level === "number" ? fromLoggerNumber(level) : null;
}

/** OpenTelemetry's severity number, 1 to 24. */
export function severityOfOtel(number: number): LogSeverity {
  const steps: readonly LogSeverity[] = ["trace", "debug", "info", "warn", "error", "fatal"];
  return Number.isInteger(number) && number >= 1 && number <= 24
    ? (steps[Math.floor((number - 1) / 4)] ?? "unspecified")
    : "unspecified";
}

function fromLoggerNumber(level: number): LogSeverity | null {
  const steps: readonly LogSeverity[] = ["trace", "debug", "info", "warn", "error", "fatal"];
  return level >= 10 && level <= 60 && level % 10 === 0 ? (steps[level / 10 - 1] ?? null) : null;
}

const HEAD_LENGTH = 160;
const LEVEL_FIELD = /\b(?:level|lvl|severity|loglevel)["']?\s?[=:]\s?["']?([A-Za-z]{3,13})\b/iu;
const LEVEL_WORD =
  /(?:^|[\s[(|<])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|CRIT|PANIC|EMERG|ALERT)(?=$|[\s\]):|>,-])/u;
const BRACKETED = /\[(trace|debug|info|notice|warn|warning|error|err|fatal|critical|crit|panic|emerg|alert)\]/iu;

/** The level that a text line names in its head; "unspecified" when it names none. */
export function severityInText(line: string): LogSeverity {
  const head = line.slice(0, HEAD_LENGTH);
  const named = LEVEL_FIELD.exec(head) ?? LEVEL_WORD.exec(head) ?? BRACKETED.exec(head);
  return severityOf(named?.[1] ?? "") ?? "unspecified";
}
