import { RECORD_FORMAT, RECORD_KIND, SEVERITIES } from "../core/columns/record-batch.ts";
import type { Event } from "../core/event.ts";
import { type EpochMs, type EventId, eventId } from "../core/ids.ts";
import { msToNs, nsToMs } from "../core/time.ts";
import type { BatchBuilder } from "../platform/log-scan/batch-builder.ts";
import { hashOfIdText } from "../platform/log-scan/id-hash.ts";
import { fromWire, type WireReading } from "../platform/records/event-wire.ts";
import type { JsonObject } from "../platform/records/flat-fields.ts";
import { PUSHED } from "./define.ts";
import { Deploy, deployEvent } from "./deploy-event.ts";

export interface LineNames {
  readonly id: EventId;
  readonly ref: string;
  readonly receivedAtMs: EpochMs;
}

/** Whether a JSON object says what kind of event it is: a line of our own format, or a deploy as CI announces it. */
export function isEventLine(record: JsonObject): boolean {
  return typeof record["kind"] === "string" && Object.hasOwn(record, "kind");
}

/** The event of a line with a kind. "foreign" when the kind is none of ours: then it is a log line all the same. */
export function eventOfLine(record: JsonObject, { id, ref, receivedAtMs }: LineNames): WireReading {
  if (record["kind"] === "deploy") {
    const deploy = Deploy.safeParse(record);
    return deploy.success
      ? { status: "read", event: deployEvent(deploy.data, { id, ref }, receivedAtMs) }
      : { status: "invalid", because: "a line of kind deploy needs a service and a version" };
  }
  return fromWire(record, { id, ref, source: PUSHED, receivedNs: msToNs(receivedAtMs) });
}

/** Names for a look at a line whose own name does not matter yet. */
export function passingNames(receivedAtMs: EpochMs): LineNames {
  return { id: eventId(PUSHED, ""), ref: "", receivedAtMs };
}

/** Adds a span or metric line as a row: these come in numbers, and stay the bytes they are. */
export function addEventRow(
  rows: BatchBuilder,
  event: Event<string>,
  place: { readonly from: number; readonly to: number },
): void {
  const { services, hosts } = rows.catalog;
  const row = rows.next();
  rows.formats[row] = RECORD_FORMAT.json;
  rows.kinds[row] = event.kind === "span" ? RECORD_KIND.span : RECORD_KIND.metric;
  rows.offsets[row] = place.from;
  rows.lengths[row] = place.to - place.from;
  rows.timesMs[row] = nsToMs(event.atNs);
  rows.services[row] = event.service === null ? -1 : services.indexOf(event.service);
  rows.hosts[row] = event.host === null ? -1 : hosts.indexOf(event.host);
  rows.severities[row] = event.kind === "span" && event.status === "error" ? SEVERITIES.indexOf("error") : 0;
  rows.traces[row] = hashOfIdText(event.traceId) || hashOfIdText(event.requestId);
}
