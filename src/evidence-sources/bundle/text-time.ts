import { fromEpoch, fromIso, fromParts, type Instant } from "../../platform/records/instants.ts";

/** A time found at the head of a text line, and what is left of the line. */
export interface HeadTime {
  readonly instant: Instant;
  readonly rest: string;
  /** Named by the line itself, as syslog does. */
  readonly host: string | null;
}

type Reader = (line: string, year: number) => HeadTime | null;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Reads the time that a log line begins with, in the forms that are in common use. `year` is for those without one. */
export function readHeadTime(line: string, year: number): HeadTime | null {
  for (const read of READERS) {
    const found = read(line, year);
    if (found) return found;
  }
  return null;
}

/** 2026-11-21T01:47:20.123Z, 2026-11-21 01:47:20,123, [2026/11/21 01:47:20 +0200]; also behind a syslog 5424 head. */
function isoHead(line: string): HeadTime | null {
  const lead = /^(?:<\d{1,3}>\d )?\[?"?/u.exec(line)?.[0].length ?? 0;
  const found = fromIso(line.slice(lead, lead + 48));
  if (!found) return null;
  const rest = line.slice(lead + found.length).replace(/^"?\]?[\s:|-]*/u, "");
  return { instant: found.instant, rest, host: null };
}

/** Nov 21 01:47:20 host process[12]: message */
function syslogHead(line: string, year: number): HeadTime | null {
  const match = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))? (\S+) /u.exec(
    line,
  );
  if (!match) return null;
  const [whole, month = "", day, hour, minute, second, fraction = "", host = ""] = match;
  const instant = calendar({ year, month, day, hour, minute, second, fraction });
  return instant && { instant, rest: line.slice(whole.length), host };
}

/** I1121 01:47:20.123456   12 file.go:34] message */
function klogHead(line: string, year: number): HeadTime | null {
  const match = /^([IWEF])(\d{2})(\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{1,9})\s+\d+ /u.exec(line);
  if (!match) return null;
  const [whole, level = "", month, day, hour, minute, second, fraction = ""] = match;
  const instant = calendar({ year, month: MONTHS[Number(month) - 1] ?? "", day, hour, minute, second, fraction });
  const word = { I: "INFO", W: "WARN", E: "ERROR", F: "FATAL" }[level] ?? "INFO";
  return instant && { instant, rest: `${word} ${line.slice(whole.length)}`, host: null };
}

/** [Sat Nov 21 01:47:20.123456 2026] [level] message */
function apacheHead(line: string): HeadTime | null {
  const match =
    /^\[?(?:[A-Z][a-z]{2} )([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))? (\d{4})\]?\s*/u.exec(
      line,
    );
  if (!match) return null;
  const [whole, month = "", day, hour, minute, second, fraction = "", year] = match;
  const instant = calendar({ year: Number(year), month, day, hour, minute, second, fraction });
  return instant && { instant, rest: line.slice(whole.length), host: null };
}

/** 1234:M 21 Nov 2026 01:47:20.123 * message, and "21 Nov 2026 01:47:20" alone. */
function dayFirstHead(line: string): HeadTime | null {
  const match =
    /^(?:\d+:[A-Z] )?\[?(\d{1,2})[ /-]([A-Z][a-z]{2})[ /-](\d{4})[ :](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ([+-]\d{4}))?\]?\s*/u.exec(
      line,
    );
  if (!match) return null;
  const [whole, day, month = "", year, hour, minute, second, fraction = "", zone] = match;
  const instant = calendar({ year: Number(year), month, day, hour, minute, second, fraction, zone });
  return instant && { instant, rest: line.slice(whole.length), host: null };
}

/** 10.0.0.1 - - [21/Nov/2026:01:47:20 +0000] "GET / HTTP/1.1" 502 12 */
function accessLog(line: string): HeadTime | null {
  const match =
    /^\S{1,64} \S{1,64} .{1,64}?\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-]\d{4})\] /u.exec(line);
  if (!match) return null;
  const [whole, day, month = "", year, hour, minute, second, zone] = match;
  const instant = calendar({ year: Number(year), month, day, hour, minute, second, fraction: "", zone });
  return instant && { instant, rest: line.slice(whole.length), host: null };
}

/** 1795225640 or 1795225640.123, in seconds or milliseconds. */
function epochHead(line: string): HeadTime | null {
  const match = /^\[?(\d{10}(?:\.\d{1,9})?|\d{13})\]?[\s:|-]+/u.exec(line);
  const instant = match ? fromEpoch(Number(match[1])) : null;
  return match && instant && { instant, rest: line.slice(match[0].length), host: null };
}

const READERS: readonly Reader[] = [isoHead, syslogHead, klogHead, apacheHead, dayFirstHead, epochHead, accessLog];

interface CalendarParts {
  readonly year: number;
  readonly month: string;
  readonly day: string | undefined;
  readonly hour: string | undefined;
  readonly minute: string | undefined;
  readonly second: string | undefined;
  readonly fraction: string;
  readonly zone?: string | undefined;
}

function calendar(parts: CalendarParts): Instant | null {
  const month = MONTHS.indexOf(parts.month.toLowerCase());
  if (month < 0) return null;
  const utcMs = Date.UTC(
    parts.year,
    month,
    Number(parts.day),
    Number(parts.hour),
    Number(parts.minute),
    Number(parts.second),
  );
  return fromParts(utcMs, parts.fraction, parts.zone);
}
