import { createBatchBuilder } from "../../platform/log-scan/batch-builder.ts";
import { isContinuation } from "../../platform/records/exceptions.ts";
import {
  type IngestBody,
  type IngestProblem,
  type IngestReading,
  type IngestRoute,
  jsonAnswer,
  MAX_RECORD_BYTES,
  MAX_RECORDS,
  type ReadBatch,
  utf8,
} from "../define.ts";
import { addTextRow } from "../text-rows.ts";
import { createTurns } from "../turns.ts";

/** Lines of plain text of one service: POST /v1/text?service=checkout&host=pod-1. */
export const text: readonly IngestRoute[] = [
  {
    path: "/v1/text",
    limits: null,
    protocols: {
      "text/plain": {
        read: readText,
        accepted: ({ accepted, refused, because }: ReadBatch) =>
          jsonAnswer(200, { accepted, refused, ...(because === null ? {} : { because }) }),
        refused: ({ status, message }: IngestProblem) => jsonAnswer(status, { error: message }),
      },
    },
  },
];

const NEWLINE = 0x0a;
const MAX_NAME = 200;
/** Enough of a line to see whether it belongs to the one before. */
const HEAD_BYTES = 1_000;
/** Lines of one stack trace. */
const MAX_JOINED = 400;

/** A line, with the indented and "Caused by" lines after it, is one record. */
export async function readText({ bytes, request, catalog }: IngestBody): Promise<IngestReading> {
  const service = request.query.get("service")?.trim() ?? "";
  const host = request.query.get("host")?.trim() ?? "";
  if (service === "" || service.length > MAX_NAME || host.length > MAX_NAME) {
    return { status: "invalid", because: "say whose lines these are: /v1/text?service=checkout" };
  }
  const rows = createBatchBuilder(catalog, bytes, Math.min(MAX_RECORDS, bytes.length >>> 8));
  const origin = {
    service: catalog.services.indexOf(service),
    host: host === "" ? -1 : catalog.hosts.indexOf(host),
    atMs: request.receivedAtMs,
    isTimed: false,
  };
  let refused = 0;
  const turns = createTurns();
  for (const { from, to } of recordsIn(bytes)) {
    if (to - from > MAX_RECORD_BYTES || rows.rows >= MAX_RECORDS) refused++;
    else addTextRow(rows, { from, to }, origin);
    const turn = turns.letOthersWork();
    if (turn !== undefined) await turn;
  }
  const because =
    refused === 0 ? null : `${refused} records are longer than ${MAX_RECORD_BYTES / 1024} KiB or beyond ${MAX_RECORDS}`;
  if (rows.rows === 0 && because !== null) return { status: "invalid", because };
  return {
    status: "read",
    events: [],
    records: rows.rows > 0 ? rows.finish() : null,
    accepted: rows.rows,
    refused,
    because,
  };
}

/** Where the records stand: lines with something in them, joined to those they belong to. */
function* recordsIn(bytes: Uint8Array): Generator<{ readonly from: number; readonly to: number }> {
  let record: { from: number; to: number } | null = null;
  let joined = 0;
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.length : newline;
    const to = bytes[end - 1] === 0x0d ? end - 1 : end;
    if (to > at) {
      if (record !== null && joined < MAX_JOINED && belongs(bytes, at, to)) {
        record.to = to;
        joined++;
      } else {
        if (record !== null) yield record;
        record = { from: at, to };
        joined = 0;
      }
    }
    at = end + 1;
  }
  if (record !== null) yield record;
}

function belongs(bytes: Uint8Array, from: number, to: number): boolean {
  return isContinuation(utf8(bytes, from, Math.min(to, from + HEAD_BYTES)));
}
