import { type BatchBuilder, createBatchBuilder } from "../../platform/log-scan/batch-builder.ts";
import { createFastNdjsonScanner } from "../../platform/log-scan/fast-scanner.ts";
import { isContinuation } from "../../platform/records/exceptions.ts";
import { parseJsonObject } from "../../platform/records/flat-fields.ts";
import { type IngestBody, type IngestReading, MAX_RECORD_BYTES } from "../define.ts";
import { addTextRow, timeOf } from "../text-rows.ts";
import { createTurns } from "../turns.ts";
import type { Subscription } from "./subscription.ts";

/** A delivery has no way to hand back a part of it, so its limit is above that of programs that can send less. */
const MAX_ROWS = 100_000;
const MAX_JOINED = 400;
/** Lines of one stack trace are written at once. */
const JOIN_WITHIN_MS = 1_000;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** One record of a log: a message with the lines of its stack trace. */
interface Said {
  text: string;
  lines: number;
  readonly atMs: number;
}

interface Stream {
  readonly service: string;
  readonly host: string;
  readonly said: readonly Said[];
}

const scanner = createFastNdjsonScanner();

/** The log events of these subscriptions as rows. CloudWatch escapes messages, so they get bytes of their own. */
export async function rowsOf(
  subscriptions: readonly Subscription[],
  { catalog, request, more }: IngestBody,
): Promise<IngestReading> {
  const streams = subscriptions.map(streamOf);
  const count = streams.reduce((sum, { said }) => sum + said.length, 0);
  if (count > MAX_ROWS) {
    return {
      status: "too-large",
      because: `a delivery has more than ${MAX_ROWS} log events: set its buffer size to 1 MiB`,
    };
  }
  const size = streams.reduce((sum, { said }) => sum + sizeOf(said), 0);
  if (!more(size)) return { status: "busy" };
  const bytes = Buffer.allocUnsafeSlow(size);
  const rows = createBatchBuilder(catalog, bytes, count);
  const turns = createTurns();
  let from = 0;
  for (const { service, host, said } of streams) {
    const whose = { service: catalog.services.indexOf(service), host: host === "" ? -1 : catalog.hosts.indexOf(host) };
    for (const each of said) {
      const to = from + bytes.write(each.text, from);
      bytes[to] = NEWLINE;
      const isTimed = each.atMs >= EARLIEST_MS && each.atMs < LATEST_MS;
      addRow(rows, { from, to }, { ...whose, atMs: isTimed ? each.atMs : request.receivedAtMs, isTimed });
      from = to + 1;
      const turn = turns.letOthersWork();
      if (turn !== undefined) await turn;
    }
  }
  return {
    status: "read",
    events: [],
    records: rows.rows > 0 ? rows.finish() : null,
    accepted: rows.rows,
    refused: 0,
    because: null,
  };
}

const NEWLINE = 0x0a;

function sizeOf(said: readonly Said[]): number {
  return said.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0);
}

type Origin = Parameters<typeof addTextRow>[2];

function addRow(rows: BatchBuilder, place: { readonly from: number; readonly to: number }, origin: Origin): void {
  const before = rows.rows;
  const { service, host, atMs } = origin;
  // A message that is a JSON object is read as a line of its logger; one that only looks like it is text.
  if (rows.bytes[place.from] === 0x7b) {
    scanner.scan({ batch: rows, receivedAtMs: atMs, service, host }, place.from, place.to);
    if (rows.rows === before + 1) {
      rows.timesMs[before] = timeOf(rows.timesMs[before] ?? null, origin);
      return;
    }
  }
  addTextRow(rows, place, origin);
}

/** Lines of a group that name no service are those of the service that the group is named after, as in evidence sources. */
function streamOf({ logGroup, logStream, logEvents }: Subscription): Stream {
  const said: Said[] = [];
  for (const { timestamp, message } of logEvents) {
    const text = onOneLine(message.replace(/[\r\n]+$/u, "").slice(0, MAX_RECORD_BYTES / 2));
    if (text === "") continue;
    const last = said.at(-1);
    if (last !== undefined && belongs(last, text, timestamp)) {
      last.text += `\n${text}`;
      last.lines++;
    } else said.push({ text, lines: 1, atMs: timestamp });
  }
  return { service: logGroup.split("/").findLast((part) => part !== "") ?? logGroup, host: logStream, said };
}

function belongs(last: Said, text: string, atMs: number): boolean {
  if (last.lines >= MAX_JOINED || last.text.startsWith("{")) return false;
  if (Math.abs(atMs - last.atMs) > JOIN_WITHIN_MS || last.text.length + text.length > MAX_RECORD_BYTES / 3)
    return false;
  const newline = text.indexOf("\n");
  return isContinuation(text.slice(0, newline === -1 ? 1_000 : Math.min(newline, 1_000)));
}

/** A JSON object printed over several lines becomes one. */
function onOneLine(message: string): string {
  if (!message.startsWith("{") || !message.includes("\n")) return message;
  const record = parseJsonObject(message);
  return record === null ? message : JSON.stringify(record);
}
