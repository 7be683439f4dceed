import { AppError } from "../app/errors.ts";
import { POSTMORTEM_FORMATS, type PostmortemFormat } from "../app/postmortem-verbs.ts";
import { type IncidentId, incidentId } from "../core/ids.ts";
import type { Config } from "../main/config.ts";
import { openDatabase } from "../main/database.ts";
import { wire } from "../main/wiring.ts";
import { createLogger } from "../platform/logger.ts";
import { type Command, type CommandArguments, textOption } from "./command.ts";
import { COMMAND_LINE_ACTOR } from "./play-scenario.ts";
import { loadConfig } from "./settings.ts";

/** Prints the postmortem of an incident, with people's edits, from this install's own database. */
export const postmortem: Command = {
  summary: "Prints the postmortem of an incident, people's edits included.",
  usage: "<incident id> [--format markdown|html|json]",
  options: { format: { type: "string" } },
  async run(args, io) {
    const [subject] = args.positionals;
    if (subject === undefined) throw new AppError("invalid-input", "Name an incident, such as INC-1.");
    const format = formatOf(args);
    const config = loadConfig(io);
    if (!config) return 2;
    const text = await printed(config, incidentId(subject), format);
    if (text === null) throw new AppError("not-found", `There is no incident ${subject} in this install.`);
    io.out(text.endsWith("\n") ? text : `${text}\n`);
    return 0;
  },
};

function formatOf(args: CommandArguments): PostmortemFormat {
  const given = textOption(args, "format") ?? "markdown";
  const format = POSTMORTEM_FORMATS.find((known) => known === given);
  if (format !== undefined) return format;
  throw new AppError("invalid-input", `--format takes one of ${POSTMORTEM_FORMATS.join(", ")}.`);
}

async function printed(config: Config, id: IncidentId, format: PostmortemFormat): Promise<string | null> {
  const database = await openDatabase(config);
  try {
    const { connectionString } = database;
    const publicUrl = config.core.PUBLIC_URL ?? "http://127.0.0.1:3000";
    const wiring = await wire({ config, connectionString, logger: createLogger({ level: "silent" }), publicUrl });
    try {
      return await wiring.verbs.exportPostmortem(COMMAND_LINE_ACTOR, id, format);
    } finally {
      await wiring.store.close();
    }
  } finally {
    await database.close();
  }
}
