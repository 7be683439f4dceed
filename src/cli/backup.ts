import { randomUUID } from "node:crypto";
import { createWriteStream, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../app/errors.ts";
import type { EpochMs } from "../core/ids.ts";
import { openDatabaseAsItIs } from "../main/database.ts";
import { systemClock } from "../platform/clock.ts";
import { writeBackup } from "../store/backup/write-backup.ts";
import { type Command, textOption } from "./command.ts";
import { loadConfig } from "./settings.ts";

/** Everything that is stored, as it was at one moment, in one packed file that only its owner can read. */
export const backup: Command = {
  summary: "Writes everything that is stored to one file, while the bot goes on working.",
  usage: "--out <file or folder>",
  options: { out: { type: "string" } },
  async run(args, io) {
    const out = textOption(args, "out");
    if (out === undefined) throw new AppError("invalid-input", "Say where to: --out <file or folder>.");
    const config = loadConfig(io);
    if (!config) return 2;
    const nowMs = systemClock.nowMs();
    const target = targetOf(resolve(io.workingDirectory, out), nowMs);
    const database = await openDatabaseAsItIs(config);
    try {
      const begun = performance.now();
      const { tables, rows } = await writeWhole(target, {
        connectionString: database.connectionString,
        nowMs,
        signal: io.stop,
      });
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      const megabytes = (statSync(target).size / 1e6).toFixed(1);
      io.out(`${target}: ${rows} rows of ${tables} tables, ${megabytes} MB in ${seconds} s.\n`);
      io.err(
        "Keep TRACEOPS_SECRET (or master.key of the data folder) apart from it: what is encrypted in the backup needs it.\n",
      );
      return 0;
    } finally {
      await database.close();
    }
  },
};

function targetOf(path: string, nowMs: EpochMs): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const at = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/gu, "");
  const file = isFolder ? join(path, `traceops-${at}.backup.gz`) : path;
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) {
    throw new AppError(
      "invalid-input",
      `${file} is there already, and a backup never replaces another one. Name a new file.`,
    );
  }
  return file;
}

/** Under its name there is a whole backup on disk or nothing. */
async function writeWhole(
  target: string,
  { connectionString, nowMs, signal }: { connectionString: string; nowMs: EpochMs; signal: AbortSignal },
) {
  const partial = `${target}.${randomUUID()}.partial`;
  try {
    const out = createWriteStream(partial, { flags: "wx", mode: 0o600, flush: true });
    const summary = await writeBackup(connectionString, { out, nowMs, signal });
    await rename(partial, target);
    const folder = await open(dirname(target));
    await folder.sync();
    await folder.close();
    return summary;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
