// Fills a database, backs it up and restores it elsewhere; prints sizes, times and memory.
// node bench/backup.ts [megabytes]
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { epochMs } from "../src/core/ids.ts";
import { restoreBackup } from "../src/store/backup/restore.ts";
import { writeBackup } from "../src/store/backup/write-backup.ts";
import { withClient } from "../src/store/client.ts";
import { createTestDatabase } from "../test/support/database.ts";
import { fillDatabase } from "../test/support/fill-database.ts";

const MEGABYTES_PER_INCIDENT = 0.011;

/** Wall and processor seconds, and the most memory that was held meanwhile. */
async function timed<T>(work: () => Promise<T>) {
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const used = process.cpuUsage(cpu);
  clearInterval(timer);
  return {
    result,
    wallSeconds: Number(((performance.now() - begun) / 1_000).toFixed(1)),
    processorSeconds: Number(((used.user + used.system) / 1e6).toFixed(1)),
    peakMegabytes: Math.round(peak / 1e6),
  };
}

const megabytes = Number(process.argv[2] ?? "100");
const folder = mkdtempSync(join(tmpdir(), "traceops-bench-backup-"));
const [source, target] = [await createTestDatabase(), await createTestDatabase({ migrated: false })];
try {
  await withClient(source.connectionString, (client) =>
    fillDatabase(client, { incidents: Math.ceil(megabytes / MEGABYTES_PER_INCIDENT) }),
  );
  const size = await withClient(source.connectionString, async (client) =>
    Number((await client.query("SELECT pg_database_size(current_database()) AS size")).rows[0].size),
  );
  const file = join(folder, "bench.backup.gz");
  const out = () => createWriteStream(file, { mode: 0o600, flush: true });
  const backup = await timed(() => writeBackup(source.connectionString, { out: out(), nowMs: epochMs(Date.now()) }));
  const restore = await timed(() => restoreBackup(target.connectionString, createReadStream(file)));
  const { rows } = backup.result;
  const perSecond = ({ wallSeconds }: { wallSeconds: number }) => ({
    rowsPerSecond: Math.round(rows / wallSeconds),
    megabytesPerSecond: Number((size / 1e6 / wallSeconds).toFixed(1)),
    secondsForOneGigabyte: Math.round((1_000 * wallSeconds) / (size / 1e6)),
  });
  console.log(
    JSON.stringify(
      {
        databaseMegabytes: Math.round(size / 1e6),
        rows,
        fileMegabytes: Number((statSync(file).size / 1e6).toFixed(1)),
        backup: { ...backup, ...perSecond(backup) },
        restore: { ...restore, ...perSecond(restore) },
      },
      null,
      2,
    ),
  );
} finally {
  await source.stop();
  await target.stop();
  rmSync(folder, { recursive: true, force: true });
}
