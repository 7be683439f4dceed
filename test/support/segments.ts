import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DecodeRecord } from "../../src/app/segment-ports.ts";
import { createNameTable } from "../../src/core/columns/name-table.ts";
import {
  RECORD_FORMAT,
  RECORD_KIND,
  type RecordBatch,
  type RecordCatalog,
  SEVERITIES,
} from "../../src/core/columns/record-batch.ts";
import type { LogSeverity } from "../../src/core/event.ts";
import { DEFAULT_TENANT, stableHash } from "../../src/core/ids.ts";
import type { TemplateMiner } from "../../src/core/log-templates/template-miner.ts";
import { msToNs } from "../../src/core/time.ts";
import { type EventSegmentsOptions, FileSegments } from "../../src/segments/event-segments.ts";
import { DEFAULT_LIMITS, type SegmentLimits } from "../../src/segments/limits.ts";

/** One record of a test: what the scanner would have found in its bytes. */
export interface TestRow {
  readonly atMs: number;
  readonly body: string;
  readonly service?: string | null;
  readonly host?: string;
  readonly severity?: LogSeverity;
  readonly kind?: keyof typeof RECORD_KIND;
  readonly trace?: number;
  readonly context?: string;
}

export const MORNING_MS = Date.UTC(2026, 10, 21, 8);

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "traceops-segments-"));
}

/** A miner as simple as it gets: digits are the variables. */
export function digitMiner(): TemplateMiner {
  const texts: string[] = [];
  const groups: number[] = [];
  const counts: number[] = [];
  const known = new Map<string, number>();
  return {
    // oxlint-disable-next-line max-params -- the port's own shape
    add(group, bytes, from, to) {
      const text = Buffer.from(bytes.subarray(from, to)).toString("utf8").replaceAll(/\d+/gu, "<*>");
      const name = `${group} ${text}`;
      const template = known.get(name) ?? texts.push(text) - 1;
      if (!known.has(name)) groups.push(group);
      known.set(name, template);
      counts[template] = (counts[template] ?? 0) + 1;
      return template;
    },
    get size() {
      return texts.length;
    },
    finalOf: (template) => template,
    textOf: (template) => texts[template] ?? "",
    groupOf: (template) => groups[template] ?? 0,
    keyOf: (template) => stableHash(`${texts[template]}`),
    countOf: (template) => counts[template] ?? 0,
  };
}

export function newCatalog(): RecordCatalog {
  return { services: createNameTable(1000), hosts: createNameTable(1000), miner: digitMiner() };
}

/** Records as one batch: of each its context, if it has one, and a line of JSON. */
export function batchOf(rows: readonly TestRow[], catalog: RecordCatalog = newCatalog()): RecordBatch {
  const batch = emptyBatch(rows.length);
  const parts: Buffer[] = [];
  let size = 0;
  const put = (text: string) => {
    const part = Buffer.from(text);
    parts.push(part);
    size += part.length;
    return part.length;
  };
  for (const [index, row] of rows.entries()) {
    batch.contextOffsets[index] = size;
    batch.contextLengths[index] = put(row.context ?? "");
    batch.offsets[index] = size;
    batch.lengths[index] = put(JSON.stringify({ body: row.body, at: row.atMs }));
    put("\n");
    describeRow(batch, index, { row, catalog });
  }
  return { ...batch, catalog, bytes: Buffer.concat(parts), rows: rows.length };
}

function emptyBatch(size: number) {
  return {
    formats: new Uint8Array(size).fill(RECORD_FORMAT.json),
    kinds: new Uint8Array(size),
    offsets: new Int32Array(size),
    lengths: new Int32Array(size),
    contextOffsets: new Int32Array(size),
    contextLengths: new Int32Array(size),
    timesMs: new Float64Array(size),
    services: new Int32Array(size),
    hosts: new Int32Array(size),
    severities: new Uint8Array(size),
    templates: new Int32Array(size),
    traces: new Uint32Array(size),
  };
}

function describeRow(
  batch: ReturnType<typeof emptyBatch>,
  index: number,
  { row, catalog }: { readonly row: TestRow; readonly catalog: RecordCatalog },
): void {
  const { service = "checkout", host = "shop-1", severity = "info", kind = "log", trace = 0 } = row;
  const message = Buffer.from(row.body);
  const group = service === null ? -1 : catalog.services.indexOf(service);
  batch.kinds[index] = RECORD_KIND[kind];
  batch.timesMs[index] = row.atMs;
  batch.services[index] = group;
  batch.hosts[index] = catalog.hosts.indexOf(host);
  batch.severities[index] = SEVERITIES.indexOf(severity);
  batch.templates[index] = kind === "log" ? catalog.miner.add(Math.max(0, group), message, 0, message.length) : -1;
  batch.traces[index] = trace;
}

/** Reads what `batchOf` wrote. A body "unreadable" throws, as a record of another version might. */
export const decodeTestRow: DecodeRecord = ({ bytes, context, service, host, timeMs, receivedAtMs, ref, id }) => {
  const { body } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { body: string };
  if (body === "unreadable") throw new Error("no such format");
  const shared = Buffer.from(context).toString("utf8");
  return [
    {
      kind: "log",
      id,
      ref,
      atNs: msToNs(timeMs),
      observedNs: msToNs(receivedAtMs),
      service,
      host,
      source: "pushed-events",
      traceId: null,
      spanId: null,
      requestId: null,
      severity: "info",
      body,
      attributes: shared === "" ? {} : { shared },
      exception: null,
    },
  ];
};

const quiet = () => undefined;

export function openSegments(dataDir: string, options: Partial<EventSegmentsOptions> = {}): Promise<FileSegments> {
  return FileSegments.open({
    dataDir,
    writer: "api-1",
    decode: decodeTestRow,
    fsync: "always",
    keepMs: 48 * 60 * 60_000,
    maxTotalBytes: 1024 ** 3,
    clock: { nowMs: () => Date.now() as never },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    ...options,
  });
}

export const smallLimits = (limits: Partial<SegmentLimits>): SegmentLimits => ({ ...DEFAULT_LIMITS, ...limits });

export const WHOLE_DAY = { fromMs: MORNING_MS - 1000, toMs: MORNING_MS + 24 * 60 * 60_000, limit: 10_000 };

/** Everything of a day. */
export async function readAll(segments: FileSegments, limit = 10_000) {
  const reading = await segments.read(DEFAULT_TENANT, { ...WHOLE_DAY, limit }, new AbortController().signal);
  return { ...reading, bodies: reading.events.map((event) => (event.kind === "log" ? event.body : "")) };
}

/** Records of one millisecond each, named "name 0", "name 1" and so on. */
export function namedRows(name: string, count: number, more: Partial<TestRow> = {}): TestRow[] {
  return Array.from({ length: count }, (_, index) => ({ atMs: MORNING_MS + index, body: `${name} ${index}`, ...more }));
}

/** Paths of the files under `segments` with this ending, sorted. */
export function filesIn(dataDir: string, ending: string): readonly string[] {
  const root = join(dataDir, "segments");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .toSorted()
    .map((name) => join(root, name));
}

/** Opens segments in fresh folders; `end` closes and removes everything. */
export function segmentsOfTests() {
  const folders: string[] = [];
  const opened: FileSegments[] = [];
  return {
    start: async (options: Partial<EventSegmentsOptions> = {}, folder = newFolder()) => {
      folders.push(folder);
      const segments = await openSegments(folder, options);
      opened.push(segments);
      return { segments, folder };
    },
    end: async () => {
      for (const segments of opened.splice(0)) await segments.close();
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How often each record was read, by the first word of its body. */
export function countNames(bodies: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const body of bodies) {
    const name = body.split(" ")[0] ?? "";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
