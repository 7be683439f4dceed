// What storing and reading back costs: own segments and aggregates beside the same rows in PostgreSQL. Arms take turns.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { DEFAULT_TENANT, eventId } from "../src/core/ids.ts";
import { decodeRecord } from "../src/ingest/decode-record.ts";
import { systemClock } from "../src/platform/clock.ts";
import { createRedactor } from "../src/platform/redaction/redact.ts";
import { FileSegments } from "../src/segments/event-segments.ts";
import { openDatabases } from "../src/store/databases.ts";
import { startEmbeddedPostgres } from "../src/store/embedded/start.ts";
import { createLogCounts } from "../src/store/log-counts.ts";
import { migrate } from "../src/store/migrate.ts";
import { type ArmFigures, type BenchFigure, publish, reportOf, spreadOf } from "./measure/arms.ts";
import { backendOf, COLUMNS, cpuSecondsOf, insertRows } from "./measure/store-postgres.ts";
import { BATCH_ROWS, FROM_MS, plainRows, storeBatches, WANTED } from "./measure/store-rows.ts";

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    rounds: { type: "string", default: "5" },
    rows: { type: "string", default: "1000000" },
    fsync: { type: "string", default: "always" },
  },
});
const ROUNDS = Number(values.rounds);
const ROWS = Number(values.rows);
const FSYNC = values.fsync === "never" ? "never" : "always";
/** What each round inserts into PostgreSQL: a tenth, for it takes so much longer; rates are per row all the same. */
const INSERTED = Math.max(BATCH_ROWS, ROWS / 10);
const AT_ONCE = 4;
const HALF_HOUR = {
  fromMs: FROM_MS + 6 * 3_600_000,
  toMs: FROM_MS + 6.5 * 3_600_000 - 1,
  services: WANTED,
  limit: 50_000,
};
const GROUPED = { fromMs: FROM_MS, toMs: FROM_MS + 13 * 3_600_000 };

const loadBefore = loadavg().map((load) => Math.round(load * 100) / 100);
const folder = mkdtempSync(join(tmpdir(), "traceops-store-"));
const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
let opened = 0;

function openFresh(dataDir: string): Promise<FileSegments> {
  return FileSegments.open({
    dataDir,
    writer: "bench",
    decode: decodeRecord,
    fsync: FSYNC,
    keepMs: Number.MAX_SAFE_INTEGER,
    maxTotalBytes: Number.MAX_SAFE_INTEGER,
    clock: systemClock,
    logger,
  });
}

process.stderr.write(`making ${ROWS} rows\n`);
const batches = storeBatches(ROWS);
const inserted = batches.slice(0, INSERTED / BATCH_ROWS).map(plainRows);

async function appendAll(segments: FileSegments): Promise<void> {
  let next = 0;
  const sender = async () => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      await segments.append(DEFAULT_TENANT, batch);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

/** One way to do one job; `units` are what its rate counts. */
interface Job {
  readonly group: string;
  readonly name: string;
  readonly units: number;
  readonly run: () => Promise<string>;
}

const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
await migrate(postgres.connectionString);
const client = new pg.Client(postgres.connectionString);
await client.connect();
const db = await openDatabases(postgres.connectionString);
const sink = createLogCounts(db);
const redactor = createRedactor({ pseudonymKey: "bench" });

async function fillPostgres(): Promise<void> {
  await client.query(`CREATE TABLE bench_event (${COLUMNS})`);
  for (const batch of batches) await insertRows(client, "bench_event", plainRows(batch));
  await client.query("CREATE INDEX ON bench_event (at)");
  await client.query("VACUUM ANALYZE bench_event");
}

/** Counts all kept rows into PostgreSQL, as the server does it every ten seconds. CPU of this process alone. */
async function countAll(): Promise<{ readonly rows: number; readonly perSecond: number }> {
  const before = process.cpuUsage();
  let rows = 0;
  for (let isComplete = false; !isComplete; ) {
    const round = await kept.count(sink, (text) => redactor.text(text), new AbortController().signal);
    for (const { error } of round.failures) throw error;
    rows += round.rows;
    isComplete = round.isComplete;
  }
  const { user, system } = process.cpuUsage(before);
  await client.query("VACUUM ANALYZE log_count");
  return { rows, perSecond: rows / ((user + system) / 1e6) };
}

process.stderr.write("filling both stores\n");
const kept = await openFresh(join(folder, "kept"));
await appendAll(kept);
await fillPostgres();
await client.query("SET max_parallel_workers_per_gather = 0");
const counting = await countAll();

interface Grouping {
  readonly table: string;
  readonly time: string;
  readonly key: string;
  readonly lines: string;
}

const groupSql = ({ table, time, key, lines }: Grouping) => `
  SELECT service, ${key}, floor(extract(epoch FROM ${time}) / 600) AS slot, ${lines} AS lines FROM ${table}
  WHERE ${time} BETWEEN $1 AND $2 GROUP BY 1, 2, 3`;
const grouped = async (sql: string) => {
  const { rows } = await client.query(sql, [new Date(GROUPED.fromMs), new Date(GROUPED.toMs)]);
  return `${rows.length} groups, ${rows.reduce((sum, { lines }) => sum + Number(lines), 0)} lines`;
};

const jobs: readonly Job[] = [
  {
    group: "Append in batches of 1,000",
    name: "segments",
    units: ROWS,
    async run() {
      const segments = await openFresh(join(folder, `append-${++opened}`));
      await appendAll(segments);
      await segments.close();
      return "stored";
    },
  },
  {
    group: "Append in batches of 1,000",
    name: "PostgreSQL, one INSERT a batch",
    units: INSERTED,
    async run() {
      await client.query(`CREATE TEMP TABLE bench_insert (${COLUMNS})`);
      for (const rows of inserted) await insertRows(client, "bench_insert", rows);
      await client.query("DROP TABLE bench_insert");
      return "stored";
    },
  },
  {
    group: "Window of half an hour, five of twenty services, to events",
    name: "segments",
    units: ROWS / 100,
    async run() {
      const { events, partial } = await kept.read(DEFAULT_TENANT, HALF_HOUR, new AbortController().signal);
      return `${events.length} events, ${partial ?? "whole"}`;
    },
  },
  {
    group: "Window of half an hour, five of twenty services, to events",
    name: "PostgreSQL, index on time",
    units: ROWS / 100,
    async run() {
      const { rows } = await client.query(
        "SELECT * FROM bench_event WHERE at BETWEEN $1 AND $2 AND service = ANY ($3) ORDER BY at",
        [new Date(HALF_HOUR.fromMs), new Date(HALF_HOUR.toMs), WANTED],
      );
      const events = rows.flatMap((row, index) =>
        decodeRecord({
          format: Number(row.format),
          bytes: Buffer.from(String(row.line)),
          context: new Uint8Array(0),
          service: String(row.service),
          host: String(row.host),
          timeMs: row.at.getTime(),
          receivedAtMs: systemClock.nowMs(),
          ref: `row ${index}`,
          id: eventId("bench", `row ${index}`),
        }),
      );
      return `${events.length} events, whole`;
    },
  },
  {
    group: "Group by service, template and ten minutes, all rows",
    name: "aggregates",
    units: ROWS,
    run: () => grouped(groupSql({ table: "log_count", time: "bucket", key: "key", lines: "sum(count)" })),
  },
  {
    group: "Group by service, template and ten minutes, all rows",
    name: "PostgreSQL, raw rows",
    units: ROWS,
    run: () => grouped(groupSql({ table: "bench_event", time: "at", key: "template", lines: "count(*)" })),
  },
];

interface Measured {
  readonly job: Job;
  readonly rates: number[];
  readonly wallMs: number[];
  readonly checks: Set<string>;
}

async function runJobs(): Promise<readonly Measured[]> {
  const measured = jobs.map((job): Measured => ({ job, rates: [], wallMs: [], checks: new Set() }));
  const server = [await backendOf(client)];
  for (let round = 0; round <= ROUNDS; round++) {
    process.stderr.write(`round ${round} of ${ROUNDS}\n`);
    for (const { job, rates, wallMs, checks } of measured) {
      const before = { self: process.cpuUsage(), server: cpuSecondsOf(server), at: performance.now() };
      checks.add(await job.run());
      const { user, system } = process.cpuUsage(before.self);
      const seconds = (user + system) / 1e6 + cpuSecondsOf(server) - before.server;
      // The first round warms up.
      if (round > 0) {
        rates.push(job.units / seconds);
        wallMs.push(performance.now() - before.at);
      }
    }
    for (const name of readdirSync(folder)) {
      if (name.startsWith("append-")) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
  return measured;
}

function sizeOf(dataDir: string): number {
  return readdirSync(dataDir, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(dataDir, name)))
    .reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
}

function figuresOf(measured: readonly Measured[]): readonly BenchFigure[] {
  const walls = measured.map(({ job, wallMs }): BenchFigure => {
    return {
      name: `${job.group}: ${job.name}, median wall time`,
      value: Math.round(spreadOf(wallMs).median),
      unit: "ms",
    };
  });
  const median = (index: number) => spreadOf(measured[index]?.rates ?? []).median;
  return [
    {
      name: "segments append, lowest round",
      value: spreadOf(measured[0]?.rates ?? []).low,
      unit: "rows per CPU-second",
      atLeast: 1e6 / 0.3,
    },
    { name: "segments append, of INSERT", value: median(0) / median(1), unit: "×", atLeast: 8 },
    { name: "segments window, of SQL", value: median(2) / median(3), unit: "×", atLeast: 1 },
    { name: "aggregates, of raw rows", value: median(4) / median(5), unit: "×", atLeast: 10 },
    { name: "rows counted into aggregates", value: counting.perSecond, unit: "rows per CPU-second" },
    ...walls,
  ];
}

try {
  const measured = await runJobs();
  const groups = [...new Set(jobs.map(({ group }) => group))].map((title) => ({
    title,
    unit: "rows",
    arms: measured
      .filter(({ job }) => job.group === title)
      .map(({ job, rates, checks }): ArmFigures => {
        return { name: job.name, note: [...checks].join("; "), ...spreadOf(rates), checks: [...checks] };
      }),
  }));
  const { rows: version } = await client.query("SHOW server_version");
  const { rows: counts } = await client.query("SELECT count(*) AS n FROM log_count");
  const report = reportOf("bench:store", {
    loadBefore,
    settings: {
      rows: ROWS,
      rounds: ROUNDS,
      SEGMENTS_FSYNC: FSYNC,
      "appends at once": AT_ONCE,
      "bytes a row as sent": Math.round(batches.reduce((sum, { bytes }) => sum + bytes.length, 0) / ROWS),
      "bytes a row in segments": Math.round(sizeOf(join(folder, "kept")) / ROWS),
      PostgreSQL: `${version[0]?.server_version}, durable, ${INSERTED} rows a round into a temporary table (no WAL, no sync)`,
      "rows of log_count": Number(counts[0]?.n),
    },
    groups,
    figures: figuresOf(measured),
    notes: [
      "CPU time of this process with all of its threads, and for PostgreSQL also of the server process behind the connection; its writers of WAL and pages are left out, which favours it.",
      "Appended are batches that were scanned and mined before; the INSERT gets its columns ready made. With SEGMENTS_FSYNC=always an append returns after fdatasync; batches that wait at the same time share one. Both windows end in decoded events.",
    ],
  });
  publish(report, values.json);
} finally {
  await kept.close();
  await db.close();
  await client.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
