import type { LogSeverity } from "../../core/event.ts";
import { severityOf, severityOfOtel } from "../../platform/records/severities.ts";

/** A severity from a level's name or number, those of JSON loggers or of OpenTelemetry; "unspecified" when unknown. */
export function severityIn(level: unknown): LogSeverity {
  return severityOf(level) ?? (typeof level === "number" ? severityOfOtel(level) : "unspecified");
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
  if (head) return { severity: severityIn(head[1]), rest: text.slice(head[0].length) };
  const inner = INNER_WORD.exec(text.slice(0, HEAD_LENGTH));
  return { severity: inner ? severityIn(inner[1]) : "unspecified", rest: text };
}
