import type { LogEvent } from "../../core/event.ts";
import { type EpochNs, eventId } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import { instantNs } from "../../platform/records/instants.ts";
import { readLogLine } from "../../platform/records/log-line.ts";
import { cutToWords } from "../../platform/redaction/cut-to-words.ts";
import type { FilteredLine } from "./filter-events.ts";
import type { Row } from "./insights.ts";
import type { LogGroup } from "./settings.ts";

const SOURCE = "cloudwatch-logs";

/** A row of Insights as a log event; null for a row without a time. */
export function eventOfRow(row: Row, groups: readonly LogGroup[]): LogEvent<string> | null {
  const atNs = instantNs(row["@timestamp"]);
  if (atNs === null) return null;
  // "@log" is "account:group".
  const name = (row["@log"] ?? "").replace(/^\d+:/u, "");
  const group = groups.find((each) => each.group === name || each.group.endsWith(`:${name}`)) ?? groups[0];
  return group
    ? eventOf({ group, stream: row["@logStream"] ?? "", mark: row["@ptr"] ?? "" }, row["@message"] ?? "", {
        atNs,
        observedNs: instantNs(row["@ingestionTime"]),
      })
    : null;
}

/** A line of FilterLogEvents as a log event. */
export function eventOfLine(line: FilteredLine): LogEvent<string> {
  return eventOf({ group: line.group, stream: line.stream, mark: line.eventId }, line.message, {
    atNs: msToNs(line.atMs),
    observedNs: line.ingestedMs === null ? null : msToNs(line.ingestedMs),
  });
}

interface Origin {
  readonly group: LogGroup;
  readonly stream: string;
  /** Unique within the stream. */
  readonly mark: string;
}

interface Times {
  readonly atNs: EpochNs;
  readonly observedNs: EpochNs | null;
}

const SECOND_NS = 1_000_000_000n;

function eventOf({ group, stream, mark }: Origin, told: string, { atNs, observedNs }: Times): LogEvent<string> {
  // One event of CloudWatch can have a megabyte.
  const message = cutToWords(told);
  const { atNs: saidNs, ...line } = readLogLine(message);
  const ref = `${group.region}/${group.group}/${stream}#${mark || `${atNs}/${message}`}`;
  return {
    kind: "log",
    ...line,
    id: eventId(SOURCE, ref),
    source: SOURCE,
    ref,
    // CloudWatch keeps milliseconds; the line's own time is finer, but only trusted when it is the same instant.
    atNs: saidNs !== null && distance(saidNs, atNs) < SECOND_NS ? saidNs : atNs,
    observedNs,
    service: line.service ?? group.service,
    host: line.host ?? (stream || null),
  };
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}
