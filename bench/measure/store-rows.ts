import { createNameTable } from "../../src/core/columns/name-table.ts";
import type { RecordBatch, RecordCatalog } from "../../src/core/columns/record-batch.ts";
import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import { createBatchBuilder } from "../../src/platform/log-scan/batch-builder.ts";
import { createNdjsonScanner } from "../../src/platform/log-scan/scan-ndjson.ts";

export const BATCH_ROWS = 1_000;
export const FROM_MS = Date.UTC(2026, 10, 20, 12);
export const LENGTH_MS = 12.5 * 60 * 60_000;
const SERVICES = [
  "web",
  "basket",
  "checkout",
  "payments",
  "catalog",
  "shipping",
  "search",
  "accounts",
  "prices",
  "stock",
];
const COPIES = ["eu", "us"];
/** A quarter of the twenty services: with half an hour of the 12.5 hours, every hundredth row. */
export const WANTED = ["web-eu", "basket-eu", "checkout-eu", "payments-eu", "catalog-eu"];
const SENTENCES = [
  "order N placed by user N",
  "GET /basket/N answered 200 after N ms",
  "reserved N items in warehouse N",
  "price of article N changed to N cents",
  "could not reach ledger at 10.0.N.N after N tries",
  "session N renewed",
  "shipment N left the yard at gate N",
  "cache miss for key article:N",
  "retrying payment N because the card service said try later",
  "index of catalog N rebuilt after N ms",
];
const LEVELS = ["INFO", "INFO", "INFO", "INFO", "ERROR", "INFO", "INFO", "DEBUG", "WARN", "INFO"];

/** Rows spread evenly over the 12.5 hours, scanned and mined as the server does it, in batches of a thousand. */
export function storeBatches(rows: number): readonly RecordBatch[] {
  const catalog: RecordCatalog = {
    services: createNameTable(5_000),
    hosts: createNameTable(50_000),
    miner: createByteMiner(),
  };
  const scanner = createNdjsonScanner();
  const stepMs = LENGTH_MS / rows;
  return Array.from({ length: rows / BATCH_ROWS }, (_, index) => {
    const lines = Array.from({ length: BATCH_ROWS }, (_unused, row) => line(index * BATCH_ROWS + row, stepMs));
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    const batch = createBatchBuilder(catalog, bytes, BATCH_ROWS);
    scanner.scan({ batch, receivedAtMs: FROM_MS, service: -1, host: -1 }, 0, bytes.length);
    return batch.finish();
  });
}

/** The fields of a row as SQL has them: nine columns. */
export interface PlainRow {
  readonly atMs: number;
  readonly service: string;
  readonly host: string;
  readonly severity: number;
  readonly template: string;
  readonly trace: string;
  readonly format: number;
  readonly kind: number;
  readonly line: string;
}

export function plainRows({ rows, bytes, catalog, ...columns }: RecordBatch): readonly PlainRow[] {
  return Array.from({ length: rows }, (_, row) => {
    const at = (column: { readonly [index: number]: number }) => column[row] ?? 0;
    const from = at(columns.offsets);
    return {
      atMs: at(columns.timesMs),
      service: catalog.services.nameOf(at(columns.services)),
      host: catalog.hosts.nameOf(at(columns.hosts)),
      severity: at(columns.severities),
      template: catalog.miner.keyOf(at(columns.templates)),
      trace: at(columns.traces).toString(16),
      format: at(columns.formats),
      kind: at(columns.kinds),
      line: Buffer.from(bytes.subarray(from, from + at(columns.lengths))).toString("utf8"),
    };
  });
}

function line(index: number, stepMs: number): string {
  // Spread by a product, so that neighbours differ and every run gives the same bytes.
  const spread = (of: number, salt: number) => Math.floor((Math.imul(index + salt, 0x9e3779b1) >>> 0) / (2 ** 32 / of));
  const either = spread(SERVICES.length * COPIES.length, 1);
  const service = `${SERVICES[either >> 1]}-${COPIES[either & 1]}`;
  const sentence = spread(SENTENCES.length, 13);
  let number = 0;
  const message = SENTENCES[sentence]?.replaceAll("N", () => String(spread(100_000, 17 + number++)));
  const trace = (Math.imul(Math.floor(index / 5), 0x85ebca6b) >>> 0).toString(16).padStart(8, "0").repeat(4);
  return JSON.stringify({
    timestamp: new Date(FROM_MS + index * stepMs).toISOString(),
    level: LEVELS[sentence],
    service,
    host: `${service}-${spread(3, 23)}`,
    message,
    trace_id: trace,
    region: "north-1",
    duration_ms: spread(900, 29),
    user: { id: `u${spread(50_000, 31)}`, plan: "family" },
    version: "v3.8.1",
  });
}
