import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "../app/errors.ts";
import { openDatabaseAsItIs } from "../main/database.ts";
import { restoreBackup } from "../store/backup/restore.ts";
import { type Command, textOption } from "./command.ts";
import { keepAct, keptWords } from "./keep-act.ts";
import { loadConfig } from "./settings.ts";

/** Puts a backup into the database of the settings, which must be empty. */
export const restore: Command = {
  summary: "Puts a backup into an empty database.",
  usage: "--from <file>",
  options: { from: { type: "string" } },
  async run(args, io) {
    const from = textOption(args, "from");
    if (from === undefined) throw new AppError("invalid-input", "Say where from: --from <file>.");
    const file = resolve(io.workingDirectory, from);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new AppError("not-found", `There is no file ${file}.`);
    }
    const config = loadConfig(io);
    if (!config) return 2;
    const database = await openDatabaseAsItIs(config);
    try {
      const begun = performance.now();
      const { tables, rows } = await restoreBackup(database.connectionString, createReadStream(file));
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      io.err(keptWords(await keepAct(database.connectionString, config, { action: "data.restore" })));
      io.out(
        `${rows} rows of ${tables} tables are back, in ${seconds} s. Work that was undone goes on when you start.\n`,
      );
      return 0;
    } finally {
      await database.close();
    }
  },
};
