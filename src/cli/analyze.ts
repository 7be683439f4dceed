import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { AppError } from "../app/errors.ts";
import { guardEvidence } from "../app/guard-evidence.ts";
import { ownEvidence } from "../app/own-evidence.ts";
import type { Redactor } from "../app/redactor.ts";
import type { Analysis } from "../core/analysis.ts";
import { analyze as think } from "../core/analyze.ts";
import type { SourceEvidence } from "../core/evidence.ts";
import { NO_WEIGHTS } from "../core/learning/weights.ts";
import { presentIncident } from "../core/presentation/present.ts";
import { own, ownWords } from "../core/safe.ts";
import { type BundleReading, readBundle } from "../evidence-sources/bundle/read-bundle.ts";
import { readGitChanges } from "../evidence-sources/git-checkout/read-git-changes.ts";
import { createRedactor } from "../platform/redaction/redact.ts";
import { renderTerminal } from "../surfaces/terminal/render.ts";
import { type AnalysisCase, caseFrom } from "./analysis-case.ts";
import { type Command, type CommandArguments, type CommandIo, isOn, textOption } from "./command.ts";

const GIT_DEADLINE_MS = 10_000;

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
    const reading = await readBundle(args.positionals, { range: null, collectedAt: null }, io.stop);
    if (!reading.analysable) return nothingToAnalyze(io, reading);
    const redactor = createRedactor({ pseudonymKey: randomUUID() });
    const task = caseFrom({ reading, redactor, atMs, service: textOption(args, "service") ?? null });
    const evidence = [
      ...alertEvidence(task, redactor),
      bundleEvidence(reading, redactor),
      ...(await gitEvidence(args, { io, redactor, task })),
    ];
    const elapsedMs = Math.round(performance.now() - startedAt);
    const { incident, window, baseline } = task;
    const analysis = think({ incident, window, baseline, evidence, weights: NO_WEIGHTS, elapsedMs });
    print(io, { analysis, task, isJson: isOn(args, "json"), told: [...reading.problems, ...reading.notes] });
    return 0;
  },
};

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

function alertEvidence({ alert }: AnalysisCase, redactor: Redactor): readonly SourceEvidence[] {
  return alert === null
    ? []
    : ownEvidence([{ alert, decision: ownWords(own("given")) }], { notes: [], corrections: [] }, redactor);
}

function bundleEvidence(reading: BundleReading, redactor: Redactor): SourceEvidence {
  return { source: "Incident bundle", evidence: redactor.evidence(reading.evidence) };
}

async function gitEvidence(
  args: CommandArguments,
  { io, redactor, task }: { readonly io: CommandIo; readonly redactor: Redactor; readonly task: AnalysisCase },
): Promise<readonly SourceEvidence[]> {
  const repo = textOption(args, "repo");
  if (repo === undefined) return [];
  const port = guardEvidence(
    "Git checkout",
    (query, signal) => readGitChanges(resolve(io.workingDirectory, repo), query.window, signal),
    { deadlineMs: GIT_DEADLINE_MS, redactor },
  );
  const { id, tenant, service } = task.incident;
  const window = { fromMs: task.baseline.fromMs, toMs: task.window.toMs };
  const query = { tenant, incidentId: id, service, window, baseline: task.baseline, external: [] };
  return [{ source: port.name, evidence: await port.gather(query, io.stop) }];
}

interface Answer {
  readonly analysis: Analysis;
  readonly task: AnalysisCase;
  readonly isJson: boolean;
  readonly told: readonly string[];
}

function print(io: CommandIo, { analysis, task, isJson, told }: Answer): void {
  for (const sentence of told) io.err(`note: ${printable(sentence)}\n`);
  if (isJson) {
    io.out(`${JSON.stringify(analysis, null, 2)}\n`);
    return;
  }
  const stored = { analysis, revision: 0, atMs: task.window.toMs };
  const view = presentIncident({
    incident: task.incident,
    analysis: stored,
    votes: [],
    publicUrl: null,
    nowMs: task.window.toMs,
  });
  io.out(`${renderTerminal(view, { color: io.terminal.isInteractive, width: Math.min(io.terminal.width, 110) })}\n`);
}

/** A file name or sentence without control characters: a terminal obeys them. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}
