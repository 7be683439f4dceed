import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { alertSources } from "../../src/alert-sources/registry.ts";
import { ownEvidence } from "../../src/app/own-evidence.ts";
import type { Analysis } from "../../src/core/analysis.ts";
import { type AnalysisInput, analyze } from "../../src/core/analyze.ts";
import { planEvidence } from "../../src/core/evidence-plan.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../src/core/ids.ts";
import { foldIncident } from "../../src/core/incident-fold.ts";
import { NO_WEIGHTS } from "../../src/core/learning/weights.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import type { Scenario } from "../../src/demo/scenario.ts";
import { type BundleReading, readBundle } from "../../src/evidence-sources/bundle/read-bundle.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";

export interface ScenarioAnswer {
  readonly analysis: Analysis;
  readonly reading: BundleReading;
  readonly input: AnalysisInput;
}

/** Takes a scenario through the real parts, files on disk included: bundle reader, redaction, incident fold, engine. */
export async function analyzeScenario(scenario: Scenario): Promise<ScenarioAnswer> {
  const folder = mkdtempSync(join(tmpdir(), `scenario-${scenario.name}-`));
  try {
    writeFiles(folder, scenario.files);
    const reading = await readBundle([folder], { range: null, collectedAt: null }, AbortSignal.timeout(60_000));
    const input = inputOf(scenario, reading);
    return { reading, input, analysis: analyze(input) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes files by their path below a folder. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function inputOf(scenario: Scenario, reading: BundleReading): AnalysisInput {
  const redactor = createRedactor({ pseudonymKey: "scenario" });
  const alerts = scenario.alerts.flatMap((body) =>
    alertSources.pagerduty.parse(body, scenario.alertAtMs).map((alert) => redactor.alert(alert)),
  );
  const folded = foldIncident(alerts);
  if (folded === null || reading.span === null) throw new Error(`${scenario.name} holds no alert or no record`);
  const incident = { id: incidentId("INC-1"), tenant: DEFAULT_TENANT, revision: alerts.length, ...folded };
  const { window, baseline } = planEvidence(incident, epochMs(reading.span.toMs));
  const facts = alerts.map((alert) => ({ alert, decision: ownWords(own("opened")) }));
  return {
    incident,
    window,
    baseline,
    evidence: [
      ...ownEvidence(facts, { notes: [], corrections: [] }, redactor),
      { source: "bundle", evidence: redactor.evidence(reading.evidence) },
    ],
    weights: NO_WEIGHTS,
    elapsedMs: 0,
  };
}
