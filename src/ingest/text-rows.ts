import { RECORD_FORMAT, RECORD_KIND, SEVERITIES } from "../core/columns/record-batch.ts";
import type { BatchBuilder } from "../platform/log-scan/batch-builder.ts";
import { hashOfIdText } from "../platform/log-scan/id-hash.ts";
import { firstLine } from "../platform/log-scan/text-bytes.ts";
import { readLogLine } from "../platform/records/log-line.ts";
import { utf8 } from "./define.ts";

/** Who wrote a text, and when its envelope says that it was written. */
export interface TextOrigin {
  /** Indexes of the catalog; -1 for none. */
  readonly service: number;
  readonly host: number;
  readonly atMs: number;
  /** Whether the envelope's time holds unless the line means the same instant; else the line's own time does. */
  readonly isTimed: boolean;
}

/** What a line says of itself stands in its first words. */
const HEAD_BYTES = 4_096;
const SAME_INSTANT_MS = 1_000;

/** Adds a text, with the lines of its stack trace, as a row. */
export function addTextRow(
  rows: BatchBuilder,
  { from, to }: { readonly from: number; readonly to: number },
  origin: TextOrigin,
): void {
  const { miner, services } = rows.catalog;
  const said = firstLine(rows.bytes, from, to);
  const line = readLogLine(utf8(rows.bytes, from, Math.min(to, from + HEAD_BYTES)));
  const saidMs = line.atNs === null ? null : Number(line.atNs / 1_000_000n);
  const row = rows.next();
  rows.formats[row] = RECORD_FORMAT.text;
  rows.kinds[row] = RECORD_KIND.log;
  rows.offsets[row] = from;
  rows.lengths[row] = to - from;
  rows.timesMs[row] = timeOf(saidMs, origin);
  rows.services[row] = origin.service;
  rows.hosts[row] = origin.host;
  rows.severities[row] = SEVERITIES.indexOf(line.severity);
  rows.traces[row] = hashOfIdText(line.traceId) || hashOfIdText(line.requestId);
  rows.templates[row] = miner.add(
    origin.service >= 0 ? origin.service : services.indexOf(""),
    rows.bytes,
    said.from,
    said.to,
  );
}

/** The line's own time is finer than its envelope's, and trusted while both mean the same instant. */
export function timeOf(saidMs: number | null, { atMs, isTimed }: TextOrigin): number {
  if (saidMs === null) return atMs;
  return isTimed && Math.abs(saidMs - atMs) >= SAME_INSTANT_MS ? atMs : saidMs;
}
