import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { guardEvidence } from "../app/guard-evidence.ts";
import { ownEvidence } from "../app/own-evidence.ts";
import type { Redactor } from "../app/redactor.ts";
import type { Analysis } from "../core/analysis.ts";
import { analyze as think } from "../core/analyze.ts";
import type { SourceEvidence } from "../core/evidence.ts";
import { NO_WEIGHTS } from "../core/learning/weights.ts";
import { presentIncident } from "../core/presentation/present.ts";
import { own, ownWords } from "../core/safe.ts";
import type { BundleReading } from "../evidence-sources/bundle/read-bundle.ts";
import { readGitChanges } from "../evidence-sources/git-checkout/read-git-changes.ts";
import { createRedactor } from "../platform/redaction/redact.ts";
import { renderTerminal } from "../surfaces/terminal/render.ts";
import { type AnalysisCase, caseFrom } from "./analysis-case.ts";
import { type CommandArguments, type CommandIo, isOn, textOption } from "./command.ts";
import { printable } from "./printable.ts";

const GIT_DEADLINE_MS = 10_000;

interface Asked {
  readonly args: CommandArguments;
  readonly io: CommandIo;
  /** When the alert came; null when nobody said. */
  readonly atMs: number | null;
  /** By the clock of `performance`. */
  readonly startedAt: number;
}

/** Thinks about what was read and prints the answer. */
export async function printAnalysis(reading: BundleReading, { args, io, atMs, startedAt }: Asked): Promise<void> {
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
