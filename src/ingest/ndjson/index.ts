import type { Event, MetricEvent } from "../../core/event.ts";
import type { EpochMs } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import { type JsonObject, parseJsonObject } from "../../platform/records/flat-fields.ts";
import { readLogObject } from "../../platform/records/log-line.ts";
import { type IngestReading, type IngestRoute, MAX_RECORDS, PUSHED } from "../define.ts";
import { Deploy, deployEvent } from "../deploy-event.ts";
import { createRecordNames, type RecordName } from "../record-ids.ts";

/** One JSON object a line: a log record in any usual spelling, {"kind":"deploy",…} or {"kind":"metric",…}. */
export const ndjson: readonly IngestRoute[] = [
  {
    path: "/v1/events",
    mediaTypes: ["application/x-ndjson", "application/jsonl", "application/json", "text/plain"],
    read: readEvents,
    answer: ({ events, refused, because }) => ({ accepted: events.length, refused, ...(because ? { because } : {}) }),
  },
];

const MAX_LINE = 64 * 1024;

/** Lines that are no JSON object or too long are counted as refused; the others are taken. */
export function readEvents(body: string, receivedAtMs: EpochMs): IngestReading {
  const nameOf = createRecordNames("ndjson");
  const events: Event<string>[] = [];
  let refused = 0;
  for (const line of body.split("\n")) {
    const text = line.trim();
    if (text === "") continue;
    const record = text.length > MAX_LINE || events.length >= MAX_RECORDS ? null : parseJsonObject(text);
    const event = record ? eventOf(record, nameOf(text), receivedAtMs) : null;
    if (event) events.push(event);
    else refused++;
  }
  if (events.length === 0 && refused > 0) {
    return { status: "invalid", because: "no line is a JSON object that could be read" };
  }
  const because = refused > 0 ? `${refused} lines are no JSON object, too long or over the limit` : null;
  return { status: "read", events, refused, because };
}

function eventOf(record: JsonObject, name: RecordName, receivedAtMs: EpochMs): Event<string> | null {
  if (record["kind"] === "deploy") {
    const deploy = Deploy.safeParse(record);
    return deploy.success ? deployEvent(deploy.data, name, receivedAtMs) : null;
  }
  return record["kind"] === "metric" ? metricOf(record, name, receivedAtMs) : logOf(record, name, receivedAtMs);
}

function logOf(record: JsonObject, name: RecordName, receivedAtMs: EpochMs): Event<string> {
  const { atNs, ...line } = readLogObject(record);
  const receivedNs = msToNs(receivedAtMs);
  return { kind: "log", ...name, source: PUSHED, atNs: atNs ?? receivedNs, observedNs: receivedNs, ...line };
}

function metricOf(record: JsonObject, name: RecordName, receivedAtMs: EpochMs): MetricEvent<string> | null {
  const value = Number(record["value"] ?? Number.NaN);
  const metric = record["metric"] ?? record["name"];
  if (!Number.isFinite(value) || typeof metric !== "string") return null;
  const { atNs, service, host } = readLogObject(record);
  const unit = record["unit"];
  return {
    kind: "metric",
    ...name,
    source: PUSHED,
    atNs: atNs ?? msToNs(receivedAtMs),
    observedNs: msToNs(receivedAtMs),
    service,
    host,
    traceId: null,
    spanId: null,
    requestId: null,
    name: metric,
    unit: typeof unit === "string" ? unit : "",
    value,
    attributes: {},
  };
}
