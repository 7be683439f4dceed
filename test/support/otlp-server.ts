import type { EventSegments, PushedEvents } from "../../src/app/ports.ts";
import type { StoredRecord } from "../../src/app/segment-ports.ts";
import type { RecordBatch } from "../../src/core/columns/record-batch.ts";
import type { Event } from "../../src/core/event.ts";
import { type EpochMs, epochMs, eventId, type TenantId } from "../../src/core/ids.ts";
import type { TemplateMiner } from "../../src/core/log-templates/template-miner.ts";
import { createHttpServer } from "../../src/http/server.ts";
import { createCatalogs } from "../../src/ingest/catalogs.ts";
import { decodeRecord } from "../../src/ingest/decode-record.ts";
import type { IngestLimits } from "../../src/ingest/deps.ts";
import { ingestRoutes, ingestTokens } from "../../src/ingest/routes.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";

/** Rows and events that were stored, and whether storing works at all. */
export interface IngestServer {
  readonly url: string;
  readonly batches: RecordBatch[];
  readonly events: Event[];
  readonly tenants: TenantId[];
  /** Every stored row, decoded as a window read would. */
  records(): readonly Event<string>[];
  /** What storing waits for; rejecting it makes storing fail. */
  storing: Promise<void>;
  clear(): void;
  /** Errors that the program logged. */
  readonly problems: string[];
  stop(): Promise<void>;
}

export interface IngestServerOptions {
  readonly tokens?: string;
  readonly limits?: IngestLimits;
  readonly nowMs?: () => EpochMs;
  readonly newMiner?: () => TemplateMiner;
  /** Looks at each batch instead of keeping it: for runs of a million requests. An error it throws is a problem. */
  readonly onBatch?: (batch: RecordBatch) => void;
}

/** The real web server with the real ingest routes, storing into memory. */
export async function startIngest(options: IngestServerOptions = {}): Promise<IngestServer> {
  const state = { storing: Promise.resolve() };
  const batches: RecordBatch[] = [];
  const events: Event[] = [];
  const tenants: TenantId[] = [];
  const problems: string[] = [];
  const { onBatch } = options;
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields: object, message: string) => void problems.push(message),
    error: (fields: object, message: string) => void problems.push(`${message}: ${describe(fields)}`),
  };
  const segments: EventSegments = {
    async append(tenant, batch) {
      await state.storing;
      if (onBatch) return onBatch(batch);
      tenants.push(tenant);
      batches.push(copyOf(batch));
    },
    read: () => Promise.reject(new Error("not read in these tests")),
    prune: () => Promise.resolve(0),
    close: () => Promise.resolve(),
  };
  const pushed: PushedEvents = {
    async append(tenant, more) {
      await state.storing;
      if (onBatch) return;
      tenants.push(tenant);
      events.push(...more);
    },
    read: () => Promise.resolve(events),
    prune: () => Promise.resolve(0),
  };
  const server = createHttpServer({
    routes: ingestRoutes({
      pushed,
      segments,
      catalogOf: createCatalogs({ newMiner: options.newMiner ?? countingMiner, nowMs: () => 0, newSeed: () => 7 }),
      redactor: createRedactor({ pseudonymKey: "k" }),
      senders: {
        tokens: ingestTokens(options.tokens === undefined ? {} : { INGEST_TOKENS: options.tokens }),
        publicUrl: "http://127.0.0.1",
      },
      clock: { nowMs: options.nowMs ?? (() => epochMs(Date.now())) },
      logger,
      ...(options.limits ? { limits: options.limits } : {}),
    }),
    hooks: null,
    isReady: () => Promise.resolve(true),
    logger,
  });
  const { port } = await server.listen(0, "127.0.0.1");
  return {
    url: `http://127.0.0.1:${port}`,
    batches,
    events,
    tenants,
    problems,
    records: () => batches.flatMap((batch) => storedRecords(batch).flatMap(decodeRecord)),
    get storing() {
      return state.storing;
    },
    set storing(promise) {
      state.storing = promise;
      promise.catch(() => undefined);
    },
    clear() {
      batches.length = 0;
      events.length = 0;
      tenants.length = 0;
    },
    stop: () => server.close(1000),
  };
}

/** A batch's memory is used again once it is stored. */
function copyOf(batch: RecordBatch): RecordBatch {
  return {
    catalog: batch.catalog,
    rows: batch.rows,
    bytes: batch.bytes.slice(),
    formats: batch.formats.slice(),
    kinds: batch.kinds.slice(),
    offsets: batch.offsets.slice(),
    lengths: batch.lengths.slice(),
    contextOffsets: batch.contextOffsets.slice(),
    contextLengths: batch.contextLengths.slice(),
    timesMs: batch.timesMs.slice(),
    services: batch.services.slice(),
    hosts: batch.hosts.slice(),
    severities: batch.severities.slice(),
    templates: batch.templates.slice(),
    traces: batch.traces.slice(),
  };
}

function describe(fields: object): string {
  return "err" in fields && fields.err instanceof Error ? (fields.err.stack ?? fields.err.message) : "";
}

/** The rows of a batch as segments hand them out. */
export function storedRecords(batch: RecordBatch): readonly StoredRecord[] {
  const { bytes, catalog } = batch;
  return Array.from({ length: batch.rows }, (_, row) => {
    const at = (column: { readonly [index: number]: number }): number => column[row] ?? Number.NaN;
    const ref = `memory#${row}`;
    return {
      format: at(batch.formats),
      bytes: bytes.slice(at(batch.offsets), at(batch.offsets) + at(batch.lengths)),
      context: bytes.slice(at(batch.contextOffsets), at(batch.contextOffsets) + at(batch.contextLengths)),
      service: at(batch.services) < 0 ? null : catalog.services.nameOf(at(batch.services)),
      host: at(batch.hosts) < 0 ? null : catalog.hosts.nameOf(at(batch.hosts)),
      timeMs: at(batch.timesMs),
      receivedAtMs: epochMs(Date.UTC(2026, 10, 21, 2)),
      ref,
      id: eventId("pushed-events", ref),
    };
  });
}

/** Each different message is a template of its own, with its text. */
export function countingMiner(): TemplateMiner {
  const texts: string[] = [];
  const groups: number[] = [];
  const known = new Map<string, number>();
  return {
    // oxlint-disable-next-line max-params -- those of the miner
    add(group, bytes, from, to) {
      const text = Buffer.from(bytes.subarray(from, to)).toString("utf8");
      const key = `${group} ${text}`;
      const at = known.get(key);
      if (at !== undefined) return at;
      // Bounded, because fuzzers write a new message every time.
      if (texts.length >= 10_000) return 0;
      known.set(key, texts.length);
      groups.push(group);
      return texts.push(text) - 1;
    },
    get size() {
      return texts.length;
    },
    textOf: (template) => texts[template] ?? "",
    groupOf: (template) => groups[template] ?? 0,
    keyOf: String,
    finalOf: (template) => template,
    countOf: () => 0,
  };
}

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  json(): unknown;
}

/** One POST; a string body is JSON unless the headers say otherwise. */
export async function post(
  server: Pick<IngestServer, "url">,
  path: string,
  request: { readonly body: string | Uint8Array; readonly headers?: Readonly<Record<string, string>> },
): Promise<Sent> {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...request.headers },
    body: typeof request.body === "string" ? request.body : Buffer.from(request.body),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    json: () => JSON.parse(Buffer.from(bytes).toString("utf8")),
  };
}
