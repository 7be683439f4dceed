import { openDatabase } from "../main/database.ts";
import { releaseAmbiguous, requeueQuarantined } from "../store/requeue.ts";
import { type Command, isOn } from "./command.ts";
import { loadConfig } from "./settings.ts";

const MAY_DOUBLE =
  "Messages of which nobody could find out whether they stand are posted once more. One that stands after all is there twice\n" +
  "from then on, and only the new one is kept up to date: look into the channel and delete the old one.\n";

/** Gives what waits in quarantine another try, and on request what may or may not stand. */
export const requeue: Command = {
  summary:
    "Tries again what waits in quarantine; with --ambiguous also messages that may or may not stand: one may then stand twice.",
  usage: "[--ambiguous]",
  options: { ambiguous: { type: "boolean" } },
  async run(args, io) {
    const config = loadConfig(io);
    if (!config) return 2;
    const database = await openDatabase(config);
    try {
      if (isOn(args, "ambiguous")) {
        io.err(MAY_DOUBLE);
        io.out(`${await releaseAmbiguous(database.connectionString)} messages are posted once more.\n`);
      }
      const { webhooks, jobs } = await requeueQuarantined(database.connectionString);
      io.out(`${webhooks} webhooks and ${jobs} jobs are tried again; what fails again returns to quarantine.\n`);
      return 0;
    } finally {
      await database.close();
    }
  },
};
