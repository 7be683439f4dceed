import { existsSync } from "node:fs";
import { AppError } from "../app/errors.ts";
import type { Analysis } from "../core/analysis.ts";
import { analyze as think } from "../core/analyze.ts";
import { DEFAULT_TENANT, type IncidentId, incidentId } from "../core/ids.ts";
import { presentIncident } from "../core/presentation/present.ts";
import { openDatabase } from "../main/database.ts";
import { systemClock } from "../platform/clock.ts";
import { createStore, type Store } from "../store/create-store.ts";
import { renderTerminal } from "../surfaces/terminal/render.ts";
import { analyze } from "./analyze.ts";
import { type Command, type CommandIo, isOn } from "./command.ts";
import { loadConfig } from "./settings.ts";

/** Thinks an incident again from what was kept of it, or from a bundle: the same evidence gives the same answer. */
export const replay: Command = {
  summary: "Thinks a past incident, or a bundle, again from its records; asks nobody.",
  usage: "<incident id | bundle folder> [--json]",
  options: analyze.options,
  async run(args, io) {
    const [subject] = args.positionals;
    if (subject === undefined)
      throw new AppError("invalid-input", "Name an incident, such as INC-1, or a bundle folder.");
    const isIncident = /^INC-\d+$/u.test(subject) && !existsSync(subject);
    return isIncident ? replayIncident(io, incidentId(subject), isOn(args, "json")) : analyze.run(args, io);
  },
};

async function replayIncident(io: CommandIo, id: IncidentId, isJson: boolean): Promise<number> {
  const config = loadConfig(io);
  if (!config) return 2;
  const database = await openDatabase(config);
  try {
    const store = await createStore(database.connectionString, { clock: systemClock });
    try {
      return await thinkAgain({ io, store, isJson }, id);
    } finally {
      await store.close();
    }
  } finally {
    await database.close();
  }
}

async function thinkAgain(
  { io, store, isJson }: { readonly io: CommandIo; readonly store: Store; readonly isJson: boolean },
  id: IncidentId,
): Promise<number> {
  const [input, stored] = await Promise.all([
    store.archive.load(DEFAULT_TENANT, id),
    store.analyses.latest(DEFAULT_TENANT, id),
  ]);
  if (input === null) throw new AppError("not-found", `Nothing was kept of ${id}, or there is no such incident.`);
  const analysis = think(input);
  const { incident, window } = input;
  const view = presentIncident({
    incident,
    analysis: { analysis, revision: incident.revision, atMs: window.toMs },
    votes: [],
    publicUrl: null,
    nowMs: window.toMs,
  });
  const { isInteractive, width } = io.terminal;
  io.out(
    isJson
      ? `${JSON.stringify(analysis, null, 2)}\n`
      : `${renderTerminal(view, { color: isInteractive, width: Math.min(width, 110) })}\n`,
  );
  io.err(`${compared(analysis, stored?.analysis ?? null)}\n`);
  return 0;
}

/** What a change of the rules since then does to this incident. */
function compared(now: Analysis, then: Analysis | null): string {
  if (then === null) return "There is no stored answer to compare with.";
  if (JSON.stringify(now) === JSON.stringify(then)) return "The same answer as the stored one, byte for byte.";
  const [first, before] = [now.hypotheses[0]?.summary ?? "no cause", then.hypotheses[0]?.summary ?? "no cause"];
  return first === before
    ? "The same first cause as in the stored answer; details differ."
    : `The stored answer began with: ${before}`;
}
