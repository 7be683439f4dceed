import { openDatabase } from "../main/database.ts";
import { requeueQuarantined } from "../store/requeue.ts";
import type { Command } from "./command.ts";
import { loadConfig } from "./settings.ts";

/** Gives what waits in quarantine another try. */
export const requeue: Command = {
  summary: "Tries again what waits in quarantine, after an update or when its cause is gone.",
  usage: "",
  options: {},
  async run(_args, io) {
    const config = loadConfig(io);
    if (!config) return 2;
    const database = await openDatabase(config);
    try {
      const { webhooks, jobs } = await requeueQuarantined(database.connectionString);
      io.out(`${webhooks} webhooks and ${jobs} jobs are tried again; what fails again returns to quarantine.\n`);
      return 0;
    } finally {
      await database.close();
    }
  },
};
