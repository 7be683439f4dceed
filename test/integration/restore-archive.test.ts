import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { readPostmaster } from "../../src/store/embedded/postmaster.ts";
import { readSettings } from "../../src/store/embedded/settings.ts";
import { startEmbeddedPostgres, stopEmbeddedPostgres } from "../../src/store/embedded/start.ts";
import { migrate } from "../../src/store/migrate.ts";
import { eventually } from "../support/install.ts";
import { latestTime, writeTimes } from "./restore-run.ts";

/** As the operations page has it: ARCHIVE_TIMEOUT=50 vitest run test/integration/restore-archive.test.ts --project integration. */
const TIMEOUT_S = Number(process.env["ARCHIVE_TIMEOUT"] ?? "4");
/** What a switch of the log file and its copying may take on a busy machine. */
const COPY_S = 5;
const folder = mkdtempSync(join(tmpdir(), "traceops-archive-"));
const dataDir = join(folder, "data");
const archive = join(folder, "archive");
const base = join(folder, "base");

afterAll(async () => {
  await stopEmbeddedPostgres(dataDir);
  const serverDir = readSettings(dataDir)?.serverDir;
  if (serverDir !== undefined) rmSync(serverDir, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

const cluster = () => join(readSettings(dataDir)?.serverDir ?? "", "cluster");

/** The low-level backup of the documentation: begin, copy the files, end, and put the label beside the copy. */
async function copyCluster(): Promise<void> {
  const settings = readSettings(dataDir);
  const client = new pg.Client({
    host: "127.0.0.1",
    port: settings?.port ?? 0,
    user: "postgres",
    password: settings?.adminPassword ?? "",
    database: "postgres",
  });
  await client.connect();
  await client.query("SELECT pg_backup_start('base', true)");
  cpSync(cluster(), base, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !/\/(?:pg_wal\/.+|postmaster\.\w+)$/u.test(path),
  });
  const { rows } = await client.query<{ label: string }>(
    "SELECT labelfile AS label FROM pg_backup_stop(wait_for_archive => false)",
  );
  writeFileSync(join(base, "backup_label"), rows[0]?.label ?? "");
  await client.end();
}

/** The server's account owns its files, not whoever copied them. */
function giveTo(path: string, owner: { readonly uid: number; readonly gid: number }): void {
  chownSync(path, owner.uid, owner.gid);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(join(path, name), owner);
}

test(
  `with an archive that gets a file every ${TIMEOUT_S} s, a lost disk costs no more than that`,
  async () => {
    mkdirSync(archive);
    chmodSync(folder, 0o755);
    chmodSync(archive, 0o777);
    const { connectionString } = await startEmbeddedPostgres({
      dataDir,
      serverSettings: {
        archive_mode: "on",
        archive_timeout: String(TIMEOUT_S),
        archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f`,
      },
    });
    await migrate(connectionString);
    await copyCluster();
    const lost = new AbortController();
    const writing = writeTimes(connectionString, lost.signal).catch((): readonly number[] => []);
    await wait(TIMEOUT_S * 2_900);
    const owner = statSync(cluster());
    const pid = Number(readPostmaster(cluster())?.pid);
    const diedAtMs = Date.now();
    process.kill(pid, "SIGQUIT");
    lost.abort();
    await writing;
    await eventually(() => (readPostmaster(cluster())?.isAlive === true ? null : true));
    rmSync(cluster(), { recursive: true });

    cpSync(base, cluster(), { recursive: true, preserveTimestamps: true });
    writeFileSync(join(cluster(), "recovery.signal"), "");
    giveTo(cluster(), owner);
    chmodSync(cluster(), 0o700);
    const back = await startEmbeddedPostgres({
      dataDir,
      serverSettings: { restore_command: `cp ${archive}/%f %p`, hot_standby: "off" },
    });
    const lostS = (diedAtMs - (await latestTime(back.connectionString))) / 1_000;
    const label = readFileSync(join(base, "backup_label"), "utf8").split("\n")[0] ?? "";
    process.stdout.write(
      `${label}; ${readdirSync(archive).length} files archived, the last ${lostS.toFixed(1)} s lost\n`,
    );

    expect(lostS).toBeGreaterThan(0);
    expect(lostS).toBeLessThan(TIMEOUT_S + COPY_S);
  },
  10 * 60_000,
);
