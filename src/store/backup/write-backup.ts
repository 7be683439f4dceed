import { createHash, type Hash } from "node:crypto";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../app/errors.ts";
import type { EpochMs } from "../../core/ids.ts";
import { withEveryTenant } from "../every-tenant.ts";
import { BACKUP_VERSION, type BackupSummary, type Begin } from "./format.ts";
import { rowBatches } from "./row-batches.ts";
import { quoted, readMigrationLedger, readTables } from "./tables.ts";

/** About so many bytes are read at once; one row, however large, is always read whole. */
const BATCH_BYTES = 4 * 1024 * 1024;
const Lines = z.array(z.object({ line: z.string() }));
const Values = z.array(z.object({ name: z.string(), value: z.string() }));

/**
 * Writes everything that is stored to `out`, as it was at one moment, while others go on writing. Memory stays within some
 * batches. Rejects with `AppError` when there is nothing to back up, and with PostgreSQL's or the stream's error.
 */
export async function writeBackup(
  connectionString: string,
  { out, nowMs, signal }: { readonly out: Writable; readonly nowMs: EpochMs; readonly signal?: AbortSignal },
): Promise<BackupSummary> {
  const summary = { tables: 0, rows: 0 };
  await withEveryTenant(connectionString, async (client) => {
    const options = signal === undefined ? {} : { signal };
    await pipeline(backupLines(client, nowMs, summary), createGzip({ level: 1, chunkSize: 256 * 1024 }), out, options);
  });
  return summary;
}

async function* backupLines(
  client: pg.Client,
  nowMs: EpochMs,
  summary: { tables: number; rows: number },
): AsyncGenerator<string> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query("SET LOCAL TimeZone = 'UTC'");
  await client.query("SET LOCAL DateStyle = 'ISO, YMD'");
  const migrations = await readMigrationLedger(client);
  if (migrations.length === 0)
    throw new AppError("not-found", "This database holds no TraceOps: there is nothing to back up.");
  const createdAt = new Date(nowMs).toISOString();
  yield toLine({ format: "traceops-backup", version: BACKUP_VERSION, createdAt, migrations });
  const all = createHash("sha256");
  for (const table of await readTables(client)) {
    yield toLine(table);
    const digest = createHash("sha256");
    let rows = 0;
    for await (const { text, count } of tableRows(client, table)) {
      digest.update(text);
      rows += count;
      yield text;
    }
    const end = toLine({ end: table.table, rows, sha256: digest.digest("hex") });
    all.update(end);
    yield end;
    summary.tables++;
    summary.rows += rows;
  }
  yield* lastLines(client, all, summary);
}

/** Sequences are read last: they are ahead of every row that was read, and a number left out does no harm. */
async function* lastLines(client: pg.Client, all: Hash, { tables, rows }: BackupSummary): AsyncGenerator<string> {
  const found = await client.query(`
    SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY sequencename`);
  const sequences = toLine({ sequences: Values.parse(found.rows) });
  all.update(sequences);
  await client.query("COMMIT");
  yield sequences;
  yield toLine({ tables, rows, sha256: all.digest("hex") });
}

interface Batch {
  readonly text: string;
  readonly count: number;
}

async function* tableRows(client: pg.Client, table: Begin): AsyncGenerator<Batch> {
  const values = table.columns.map(({ name }) => `${quoted(name)}::text`).join(", ");
  const select = `SELECT json_build_array(${values})::text AS line FROM ONLY public.${quoted(table.table)} WHERE ctid = ANY($1::tid[])`;
  for await (const places of rowBatches(client, table, BATCH_BYTES)) {
    const lines = Lines.parse((await client.query(select, [places])).rows);
    // PostgreSQL breaks the line between two values of an array; in a value it would be escaped.
    yield { text: lines.map(({ line }) => `${line.replaceAll("\n", "")}\n`).join(""), count: lines.length };
  }
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
