import { randomUUID } from "node:crypto";
import { createWriteStream, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../app/errors.ts";
import type { EpochMs } from "../core/ids.ts";
import { openDatabaseAsItIs } from "../main/database.ts";
import { systemClock } from "../platform/clock.ts";
import { writeBackup } from "../store/backup/write-backup.ts";
import { backupName, keepBackingUp, seriesIn } from "./backup-series.ts";
import { type Command, type CommandIo, textOption } from "./command.ts";
import { keepAct, keptWords } from "./keep-act.ts";
import { loadConfig } from "./settings.ts";

/** Everything that is stored, as it was at one moment, in one packed file that only its owner can read. */
export const backup: Command = {
  summary: "Writes everything that is stored to one file, while the bot goes on working.",
  usage: "--out <file or folder> [--every <seconds> [--keep <how many>]]",
  options: { out: { type: "string" }, every: { type: "string" }, keep: { type: "string" } },
  async run(args, io) {
    const out = textOption(args, "out");
    if (out === undefined) throw new AppError("invalid-input", "Say where to: --out <file or folder>.");
    const series = seriesIn(args);
    const config = loadConfig(io);
    if (!config) return 2;
    const path = resolve(io.workingDirectory, out);
    if (series !== null && !isFolder(path)) {
      throw new AppError("invalid-input", `--every needs a folder that is there: ${path} is none.`);
    }
    const firstTarget = targetOf(path, systemClock.nowMs());
    const database = await openDatabaseAsItIs(config);
    const { connectionString } = database;
    try {
      // Before anything leaves: the backup then holds its own entry. A series is one act.
      io.err(keptWords(await keepAct(connectionString, config, { action: "data.export" })));
      io.err(
        "Keep TRACEOPS_SECRET (or master.key of the data folder) apart: what is encrypted in the backup needs it.\n",
      );
      if (series === null) await writeOne(firstTarget, connectionString, io);
      else {
        const once = () => writeOne(targetOf(path, systemClock.nowMs()), connectionString, io);
        await keepBackingUp(path, series, { io, once });
      }
      return 0;
    } finally {
      await database.close();
    }
  },
};

async function writeOne(target: string, connectionString: string, io: CommandIo): Promise<void> {
  const begun = performance.now();
  const nowMs = systemClock.nowMs();
  const { tables, rows } = await writeWhole(target, { connectionString, nowMs, signal: io.stop });
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const megabytes = (statSync(target).size / 1e6).toFixed(1);
  io.out(`${target}: ${rows} rows of ${tables} tables, ${megabytes} MB in ${seconds} s.\n`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function targetOf(path: string, nowMs: EpochMs): string {
  const file = isFolder(path) ? join(path, backupName(nowMs)) : path;
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
