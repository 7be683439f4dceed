import { openDatabase } from "../main/database.ts";
import type { Command } from "./command.ts";
import { loadConfig } from "./settings.ts";

/** Brings the database's schema up to date; safe to run at any time and in several places at once. */
export const migrate: Command = {
  summary: "Brings the database's schema up to date.",
  usage: "",
  options: {},
  async run(_args, io) {
    const config = loadConfig(io);
    if (!config) return 2;
    const database = await openDatabase(config);
    await database.close();
    const { applied } = database;
    io.out(applied.length === 0 ? "The schema is up to date.\n" : `Applied ${applied.join(", ")}.\n`);
    return 0;
  },
};
