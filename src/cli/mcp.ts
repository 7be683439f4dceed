import { openDatabase } from "../main/database.ts";
import { wire } from "../main/wiring.ts";
import { createLogger } from "../platform/logger.ts";
import { serveMcpStdio } from "../surfaces/mcp/stdio.ts";
import type { Command } from "./command.ts";
import { loadConfig } from "./settings.ts";

/** Answers one coding agent over MCP, from the database of this install; nothing else is written to stdout. */
export const mcp: Command = {
  summary: "Answers a coding agent over MCP on stdin and stdout.",
  usage: "",
  options: {},
  async run(_args, io) {
    const config = loadConfig(io);
    if (!config) return 2;
    const logger = createLogger({ level: "warn" });
    const database = await openDatabase(config);
    try {
      const { core } = config;
      const publicUrl = core.PUBLIC_URL ?? `http://127.0.0.1:${core.PORT}`;
      const wiring = await wire({ config, logger, connectionString: database.connectionString, publicUrl });
      await serveMcpStdio({ verbs: wiring.verbs, redactor: wiring.redactor, logger }, io.stop);
      await wiring.store.close();
    } finally {
      await database.close();
    }
    return 0;
  },
};
