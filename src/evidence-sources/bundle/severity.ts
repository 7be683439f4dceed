import type { LogSeverity } from "../../core/event.ts";

const WORDS: Readonly<Record<string, LogSeverity>> = {
  trace: "trace",
  verbose: "trace",
  debug: "debug",
  dbg: "debug",
  info: "info",
  information: "info",
  informational: "info",
  notice: "info",
  log: "info",
  warn: "warn",
  warning: "warn",
  wrn: "warn",
  error: "error",
  err: "error",
  severe: "error",
  eror: "error",
  crit: "fatal",
  critical: "fatal",
  fatal: "fatal",
  alert: "fatal",
  emerg: "fatal",
  emergency: "fatal",
  panic: "fatal",
};

/** A severity from a word or a number (OpenTelemetry's 1 to 24, or the tens that some Node loggers write). */
export function severityOf(value: unknown): LogSeverity {
  if (typeof value === "string") return WORDS[value.trim().toLowerCase()] ?? "unspecified";
  if (typeof value !== "number" || !Number.isInteger(value)) return "unspecified";
  return value % 10 === 0 && value >= 10 ? fromTens(value) : fromOtel(value);
}

/** OpenTelemetry's severity number. */
export function fromOtel(value: number): LogSeverity {
  if (value < 1 || value > 24) return "unspecified";
  return (["trace", "debug", "info", "warn", "error", "fatal"] as const)[Math.floor((value - 1) / 4)] ?? "unspecified";
}

function fromTens(value: number): LogSeverity {
  return (["trace", "debug", "info", "warn", "error", "fatal"] as const)[Math.min(6, value / 10) - 1] ?? "unspecified";
}

// All capitals or all small: "Error: …" is how an exception begins, not a level.
const HEAD_WORD =
  /^[[(<|]?(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|CRIT|CRITICAL|FATAL|PANIC|LOG|trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal)[\])>|]?(?=[\s:|[-]|$)\s*[:|-]?\s*/u;
const INNER_WORD =
  /(?:^|[\s[(|])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL|PANIC)(?=[\s\]):|]|$)/u;
const HEAD_LENGTH = 90;

/** The severity that a text line states near its head, and the text without it when it stands first. */
export function readHeadSeverity(text: string): { severity: LogSeverity; rest: string } {
  const head = HEAD_WORD.exec(text);
  if (head) return { severity: severityOf(head[1]), rest: text.slice(head[0].length) };
  const inner = INNER_WORD.exec(text.slice(0, HEAD_LENGTH));
  return { severity: inner ? severityOf(inner[1]) : "unspecified", rest: text };
}
