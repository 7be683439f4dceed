import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type Dependencies, dependenciesIn } from "../app/dependencies.ts";
import { AppError } from "../app/errors.ts";
import { unknownServiceWords } from "../core/graph/edge-words.ts";
import { edgesOfRecords } from "../core/graph/edges-of-records.ts";
import { failureShare, flatten, MAX_DEPTH, type Neighbour } from "../core/graph/neighbourhood.ts";
import { isoTime } from "../core/time.ts";
import { readBundle } from "../evidence-sources/bundle/read-bundle.ts";
import { createLogger } from "../platform/logger.ts";
import { createRedactor } from "../platform/redaction/redact.ts";
import { renderGraph, renderGraphWords } from "../surfaces/terminal/graph.ts";
import { printable } from "../surfaces/terminal/printable.ts";
import { type Command, type CommandArguments, type CommandIo, isOn, textOption } from "./command.ts";
import { COMMAND_LINE_ACTOR } from "./play-scenario.ts";
import { loadConfig } from "./settings.ts";

const DEFAULT_DEPTH = 2;
const MAX_WIDTH = 110;

/** Who calls a service and whom it calls: from this install's database, or with --in from files and nothing else. */
export const graph: Command = {
  summary: "Draws who calls a service and whom it calls, as kept here or from files.",
  usage: `<service> [--depth 1-${MAX_DEPTH}] [--words] [--json] [--in <bundle, folder or log file>]`,
  options: {
    depth: { type: "string" },
    words: { type: "boolean" },
    json: { type: "boolean" },
    in: { type: "string", multiple: true },
  },
  async run(args, io) {
    const [service, ...rest] = args.positionals;
    if (service === undefined || rest.length > 0)
      throw new AppError("invalid-input", "Name one service, for example: traceops graph checkout.");
    const depth = depthOf(args);
    const paths = inputPaths(args, io);
    const found =
      paths.length > 0 ? await fromFiles(io, paths, { service, depth }) : await kept(io, { service, depth });
    return found === null ? 2 : print(io, args, found);
  },
};

interface Asked {
  readonly service: string;
  readonly depth: number;
}

function depthOf(args: CommandArguments): number {
  const given = textOption(args, "depth");
  if (given === undefined) return DEFAULT_DEPTH;
  const depth = Number(given);
  if (Number.isInteger(depth) && depth >= 1 && depth <= MAX_DEPTH) return depth;
  throw new AppError("invalid-input", `--depth takes a whole number from 1 to ${MAX_DEPTH}.`);
}

function inputPaths({ values }: CommandArguments, { workingDirectory }: CommandIo): readonly string[] {
  const given = values["in"];
  const paths = Array.isArray(given) ? given : [given];
  return paths.flatMap((path) => (typeof path === "string" ? [resolve(workingDirectory, path)] : []));
}

/** Null when the settings are wrong, which was said. */
async function kept(io: CommandIo, { service, depth }: Asked): Promise<Dependencies | null> {
  const config = loadConfig(io);
  if (!config) return null;
  // Files need no database client, no surfaces and no queue: they are loaded only here.
  const [{ openDatabase }, { wire }] = await Promise.all([import("../main/database.ts"), import("../main/wiring.ts")]);
  const database = await openDatabase(config);
  try {
    const { connectionString } = database;
    const publicUrl = config.core.PUBLIC_URL ?? "http://127.0.0.1:3000";
    const wiring = await wire({ config, connectionString, logger: createLogger({ level: "silent" }), publicUrl });
    try {
      return await wiring.verbs.dependencies(COMMAND_LINE_ACTOR, wiring.redactor.text(service), { depth });
    } finally {
      await wiring.store.close();
    }
  } finally {
    await database.close();
  }
}

async function fromFiles(io: CommandIo, paths: readonly string[], { service, depth }: Asked): Promise<Dependencies> {
  const reading = await readBundle(paths, { range: null, collectedAt: null }, io.stop);
  for (const problem of reading.problems) io.err(`${printable(problem)}\n`);
  if (reading.span === null) throw new AppError("not-found", "No record with a time was found there.");
  const redactor = createRedactor({ pseudonymKey: randomUUID() });
  const evidence = [{ source: "Incident bundle", evidence: redactor.evidence(reading.evidence) }];
  return dependenciesIn(edgesOfRecords(evidence, reading.span), redactor.text(service), depth);
}

function print(io: CommandIo, args: CommandArguments, found: Dependencies): number {
  if (isOn(args, "json")) {
    io.out(`${JSON.stringify(documentOf(found), null, 2)}\n`);
    return found.isKnown ? 0 : 1;
  }
  if (!found.isKnown) {
    io.err(`${printable(unknownServiceWords(found.service, found.near))}\n`);
    return 1;
  }
  const { isInteractive, width } = io.terminal;
  const isDrawn = isInteractive && !isOn(args, "words");
  const { around } = found;
  io.out(isDrawn ? renderGraph(around, { color: true, width: Math.min(width, MAX_WIDTH) }) : renderGraphWords(around));
  return 0;
}

/** What scripts read. Times are ISO 8601 UTC; shares are from 0 to 1, null where failures were not counted. */
function documentOf({ service, isKnown, near, around }: Dependencies): object {
  const { hidden } = around;
  return { service, isKnown, near, callers: listOf(around.callers), callees: listOf(around.callees), hidden };
}

function listOf(neighbours: readonly Neighbour[]): readonly object[] {
  return flatten(neighbours).map(({ service, step, edge }) => ({
    service,
    step,
    caller: edge.caller,
    callee: edge.callee,
    origin: edge.origin,
    calls: edge.calls,
    failures: edge.failures,
    failureShare: failureShare(edge),
    firstAt: edge.firstMs === null ? null : isoTime(edge.firstMs),
    lastAt: edge.lastMs === null ? null : isoTime(edge.lastMs),
  }));
}
