import type { StoredRecord } from "../app/segment-ports.ts";
import { RECORD_FORMAT } from "../core/columns/record-batch.ts";
import type { Event, LogEvent } from "../core/event.ts";
import { type EpochNs, eventId } from "../core/ids.ts";
import { msToNs } from "../core/time.ts";
import { parseJsonObject } from "../platform/records/flat-fields.ts";
import { type LogLine, readLogLine, readLogObject } from "../platform/records/log-line.ts";
import { PUSHED, utf8 } from "./define.ts";
import { eventOfLine, isEventLine } from "./event-line.ts";
import { decodeMessage } from "./otlp/decode.ts";
import { logFields } from "./otlp/log-fields.ts";
import { metricFields } from "./otlp/metric-fields.ts";
import { resourceIn } from "./otlp/resource.ts";
import { LOG_RECORD, METRIC, SPAN } from "./otlp/schema.ts";
import { spanFields } from "./otlp/span-fields.ts";

/**
 * The events of one stored record, with all that the sender wrote: attributes, exceptions, what happened during a span.
 * A metric with several points is several events, named "/2" and so on. Throws for bytes of an unknown format and for
 * JSON that is none; never for what a sender can put into a record that was taken.
 */
export function decodeRecord(record: StoredRecord): readonly Event<string>[] {
  const receivedNs = msToNs(record.receivedAtMs);
  switch (record.format) {
    case RECORD_FORMAT.json:
      return [ofJson(record, receivedNs)];
    case RECORD_FORMAT.text:
      return [ofLine(record, readLogLine(utf8(record.bytes)), receivedNs)];
    case RECORD_FORMAT.otlpLog: {
      const fields = logFields(decodeMessage(record.bytes, LOG_RECORD), resourceIn(record.context), receivedNs);
      return [{ kind: "log", ...named(record), ...fields }];
    }
    case RECORD_FORMAT.otlpSpan: {
      const fields = spanFields(decodeMessage(record.bytes, SPAN), resourceIn(record.context), receivedNs);
      return fields === null ? [] : [{ kind: "span", ...named(record), ...fields }];
    }
    case RECORD_FORMAT.otlpMetric:
      return metricFields(decodeMessage(record.bytes, METRIC), resourceIn(record.context), receivedNs).map(
        (fields, index) => ({ kind: "metric", ...named(record, index), ...fields }),
      );
    default:
      throw new RangeError(`records of format ${record.format} are not known: a newer version wrote them`);
  }
}

/** The name of the event at this place among those of one record. */
function named({ id, ref }: StoredRecord, index = 0) {
  if (index === 0) return { id, ref, source: PUSHED };
  const own = `${ref}/${index + 1}`;
  return { id: eventId(PUSHED, own), ref: own, source: PUSHED };
}

function ofJson(record: StoredRecord, receivedNs: EpochNs): Event<string> {
  const told = parseJsonObject(utf8(record.bytes).trim());
  if (told === null) throw new SyntaxError("the stored record is no JSON object");
  const event = isEventLine(told) ? eventOfLine(told, { ...named(record), receivedAtMs: record.receivedAtMs }) : null;
  return event?.status === "read" ? event.event : ofLine(record, readLogObject(told), receivedNs);
}

/** What the line does not say is what was known when it arrived: the log group's service, the time of its envelope. */
function ofLine(record: StoredRecord, { atNs, ...line }: LogLine, receivedNs: EpochNs): LogEvent<string> {
  const isSameInstant = atNs !== null && Math.abs(Number(atNs / NS_PER_MS) - record.timeMs) < 1000;
  return {
    kind: "log",
    ...named(record),
    ...line,
    // A row's time is what it is found by; the line's own is finer where it means the same instant.
    atNs: isSameInstant ? atNs : msToNs(record.timeMs),
    observedNs: receivedNs,
    service: line.service ?? record.service,
    host: line.host ?? record.host,
  };
}

const NS_PER_MS = 1_000_000n;
