import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ChaosPostgres } from "../chaos/postgres.ts";
import { keepWriting } from "../support/fill-database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "../support/install.ts";
import { startTraceops } from "../support/processes.ts";
import { digests, fillTo, latestTime, rowsOf, speedWords, timed, writeTimes } from "./restore-run.ts";

/** Full size: RESTORE_MB=1000 vitest run test/integration/restore-time.test.ts --project integration. */
const MEGABYTES = Number(process.env["RESTORE_MB"] ?? "12");
/** Full size: 40, which keeps within a minute. */
const EVERY_S = Number(process.env["BACKUP_EVERY"] ?? "4");
const ROUNDS = 3;
const RTO_S = 10 * 60;
const RPO_S = 60;
const SECRET = "a-master-secret-for-restored-databases-0123456789";
const CLI = resolve(import.meta.dirname, "../../src/cli/traceops.ts");

const folder = mkdtempSync(join(tmpdir(), "traceops-restore-"));
const file = join(folder, "whole.backup.gz");
const series = join(folder, "series");
// Servers with durable writes: without them the times would say nothing.
const source = new ChaosPostgres(join(folder, "source"), { isOurs: true });
const target = new ChaosPostgres(join(folder, "target"), { isOurs: true });
const second = new ChaosPostgres(join(folder, "second"), { isOurs: true });

const settingsOf = ({ connectionString }: ChaosPostgres) => ({
  DATABASE_URL: connectionString,
  TRACEOPS_DATA_DIR: folder,
  TRACEOPS_SECRET: SECRET,
});

beforeAll(async () => {
  mkdirSync(series);
  await Promise.all([source, target, second].map((server) => server.start()));
  const { result } = await timed(["migrate"], settingsOf(source));
  if (result.code !== 0) throw new Error(result.err);
});

afterAll(async () => {
  await Promise.all([source, target, second].map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

test(
  `${MEGABYTES} MB that are written to meanwhile are backed up, and answer again elsewhere within ten minutes, row by row the same`,
  async () => {
    const bytes = await fillTo(source.connectionString, MEGABYTES);
    const before = await digests(source.connectionString);
    const writer = keepWriting(source.connectionString);
    await writer.wrote(5);
    const made = await timed(["backup", "--out", file], settingsOf(source));
    const written = await writer.stop();
    const begun = performance.now();
    const restored = await timed(["restore", "--from", file], settingsOf(target));
    await answers(target);
    const backInS = (performance.now() - begun) / 1_000;
    const figures = { bytes, file };
    process.stdout.write(
      speedWords("backup", { ...figures, rows: rowsOf(made.result), seconds: made.seconds }) +
        speedWords("restore", { ...figures, rows: rowsOf(restored.result), seconds: restored.seconds }) +
        `${written} transactions were written meanwhile; ready ${backInS.toFixed(1)} s after the restore began\n`,
    );

    expect(made.result).toMatchObject({ code: 0 });
    expect(restored.result).toMatchObject({ code: 0 });
    expect(await digests(target.connectionString)).toEqual(before);
    expect(backInS).toBeLessThan(RTO_S);
    const verified = await timed(["audit", "verify"], settingsOf(target));
    expect(verified.result).toMatchObject({ code: 0 });
    expect(verified.result.out).toContain("The audit trail holds: 2 entries");
  },
  60 * 60_000,
);

/** Starts the web server on it until it says that it is ready. */
async function answers(server: ChaosPostgres): Promise<void> {
  const port = await freePort();
  const web = startTraceops(["serve"], { ...settingsOf(server), PORT: String(port), LOG_LEVEL: "warn" });
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => (ok ? true : null),
      () => null,
    );
  await eventually(isReady, 120_000).finally(() => web.child.kill("SIGKILL"));
}

test(
  `when the disk is lost at any moment, backups every ${EVERY_S} s have what was written until a minute ago`,
  async () => {
    const copying = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        CLI,
        "backup",
        "--out",
        series,
        "--every",
        String(EVERY_S),
        "--keep",
        "2",
      ],
      {
        env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...settingsOf(source) },
        stdio: "ignore",
      },
    );
    const lost = new AbortController();
    const writing = writeTimes(source.connectionString, lost.signal);
    const whole = () =>
      readdirSync(series)
        .filter((name) => name.endsWith(".backup.gz"))
        .toSorted();
    await eventually(() => (whole().length > 0 ? true : null), 20 * 60_000);
    // Just before the next one is whole, when most would be lost.
    await wait(EVERY_S * ROUNDS * 1_000 + EVERY_S * 900);
    lost.abort();
    const diedAtMs = Date.now();
    copying.kill("SIGKILL");
    await once(copying, "exit");
    const committed = await writing;
    const newest = whole().at(-1) ?? "";
    const restored = await timed(["restore", "--from", join(series, newest)], settingsOf(second));
    const lostS = (diedAtMs - (await latestTime(second.connectionString))) / 1_000;
    process.stdout.write(
      `${committed.length} rows written until the end, the last ${lostS.toFixed(1)} s of them lost\n`,
    );

    expect(restored.result).toMatchObject({ code: 0 });
    expect(whole().length).toBeLessThanOrEqual(3);
    expect(lostS).toBeLessThan(RPO_S);
    expect(lostS).toBeGreaterThan(0);
  },
  60 * 60_000,
);
