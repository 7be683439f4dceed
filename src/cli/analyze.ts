import { AppError } from "../app/errors.ts";
import { type BundleReading, readBundle } from "../evidence-sources/bundle/read-bundle.ts";
import { type Command, type CommandIo, textOption } from "./command.ts";
import { printable } from "./printable.ts";

/** Log files, folders or an incident bundle in, timeline and ranked causes out. No database, no server, no network. */
export const analyze: Command = {
  summary: "Reads log files, folders or an incident bundle and prints timeline and ranked causes.",
  usage: "<path…> [--repo <git checkout>] [--at <ISO time of the alert>] [--service <name>] [--json]",
  options: {
    repo: { type: "string" },
    at: { type: "string" },
    service: { type: "string" },
    json: { type: "boolean" },
  },
  async run(args, io) {
    if (args.positionals.length === 0)
      throw new AppError("invalid-input", "Name at least one log file, folder or bundle to analyze.");
    const startedAt = performance.now();
    const atMs = readTime(textOption(args, "at"));
    const options = { range: null, collectedAt: null, meanwhile: loadEngine };
    const reading = await readBundle(args.positionals, options, io.stop);
    if (!reading.analysable) return nothingToAnalyze(io, reading);
    const { printAnalysis } = await loadEngine();
    await printAnalysis(reading, { args, io, atMs, startedAt });
    return 0;
  },
};

/** It has several hundred files: they are loaded while other threads count what long logs hold. */
function loadEngine() {
  return import("./analyze-reading.ts");
}

function readTime(text: string | undefined) {
  if (text === undefined) return null;
  const at = /(?:Z|[+-]\d\d:?\d\d)$/u.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new AppError("invalid-input", "--at takes an ISO 8601 time with its zone, for example 2026-11-21T01:48:00Z.");
  return at;
}

function nothingToAnalyze(io: CommandIo, { problems, evidence }: BundleReading): number {
  const searched = evidence.status === "empty" ? [`Nothing to analyze: ${evidence.searched}.`] : [];
  const sentences = problems.length > 0 ? problems : searched;
  io.err(`${(sentences.length > 0 ? sentences : ["Nothing to analyze."]).map(printable).join("\n")}\n`);
  return 1;
}
