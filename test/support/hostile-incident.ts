import type { IncidentAnswer } from "../../src/app/verbs.ts";
import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";
import { eventId, hypothesisId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import type { IncidentView } from "../../src/core/presentation/view.ts";
import type { Safe } from "../../src/core/safe.ts";
import { anAnalysis, anIncident, at } from "./sample-incident.ts";
import { KeptIncident } from "./surface-deps.ts";

/** The next foreign text; every place asks for one of its own. */
export type Foreign = () => Safe;

/** Rows of each list, so that one page shows many texts. */
const ROWS = 8;

/** An incident in which every field that comes from outside holds what `foreign` gives. */
export function hostileIncident(foreign: Foreign, overrides: Partial<Incident> = {}): HostileIncident {
  const incident = anIncident({
    title: foreign(),
    service: foreign(),
    acknowledgedBy: foreign(),
    services: [foreign(), foreign()],
    external: [{ source: "pagerduty", externalId: foreign(), url: foreign() }],
    ...overrides,
  });
  const kept = new HostileIncident(incident, hostileAnalysis(foreign, incident), foreign);
  for (const [index, { id }] of (kept.analysis?.hypotheses ?? []).entries())
    kept.vote(id, index === 0 ? "yes" : "no", [`voter-${index}`, foreign()]);
  return kept;
}

/** Also holds what people said, which the sample incident does not. */
export class HostileIncident extends KeptIncident {
  readonly #said: Partial<IncidentView>;
  readonly #notes: IncidentAnswer["notes"];

  constructor(incident: Incident, analysis: Analysis, foreign: Foreign) {
    super(incident, analysis);
    const said = () => ({ correctionId: "c1", text: foreign(), by: foreign(), atMs: at("01:55:00") });
    this.#said = {
      learnedNote: foreign(),
      statedCause: said(),
      latestUpdate: said(),
      links: [{ url: foreign(), title: foreign(), by: foreign() }],
      corrections: [{ ...said(), id: "c1", byId: "U1", kind: "cause-stated" }],
    };
    this.#notes = [
      { id: "n1", who: foreign(), actorId: "U1", actorKind: "slack-user", text: foreign(), atMs: at("01:56:00") },
    ];
  }

  override answer(): IncidentAnswer {
    const answer = super.answer();
    return { ...answer, notes: this.#notes, view: { ...answer.view, ...this.#said } };
  }
}

function hostileAnalysis(foreign: Foreign, incident: Incident): Analysis {
  const sample = anAnalysis();
  const records = many((index) => eventId("hostile", `${index}`));
  const row = (index: number) => sample.timeline[index % sample.timeline.length];
  return {
    ...sample,
    incident: { ...sample.incident, title: foreign(), service: foreign(), severity: foreign() },
    verdictBecause: foreign(),
    impact: { text: foreign(), evidenceIds: records.slice(0, 1) },
    timeline: many(row).flatMap((each) =>
      each === undefined
        ? []
        : [{ ...each, service: foreign(), text: foreign(), source: foreign(), evidenceIds: records.slice(0, 2) }],
    ),
    evidence: records.map((id) => ({
      id,
      source: foreign(),
      service: foreign(),
      at: sample.timeline[0]?.at ?? foreign(),
      quote: foreign(),
      ref: foreign(),
    })),
    gaps: many((index) => ({ source: foreign(), status: index % 2 === 0 ? "failed" : "partial", detail: foreign() })),
    graph: [
      { caller: foreign(), callee: incident.service ?? foreign(), count: 3, from: "trace" },
      ...many(() => ({ caller: foreign(), callee: foreign(), count: 1, from: "mention" as const })),
    ],
    chart: { ...sample.chart, byService: sample.chart.byService.map((one) => ({ ...one, service: foreign() })) },
    hypotheses: sample.hypotheses.map((one) => hostileHypothesis(one, foreign, records[0])),
  };
}

function many<T>(one: (index: number) => T): readonly T[] {
  return Array.from({ length: ROWS }, (_, index) => one(index));
}

function hostileHypothesis(
  sample: Hypothesis,
  foreign: Foreign,
  changeId: Analysis["evidence"][number]["id"] | undefined,
): Hypothesis {
  return {
    ...sample,
    id: hypothesisId(sample.id),
    summary: foreign(),
    cause: {
      kind: sample.cause.kind,
      service: foreign(),
      object: foreign(),
      ...(changeId === undefined ? {} : { changeId }),
    },
    parts: sample.parts.map((part) => ({ ...part, because: foreign() })),
    against: sample.against.map((part) => ({ ...part, because: foreign() })),
    nextChecks: [foreign(), foreign()],
    suggestedActions: [foreign(), foreign()],
  };
}
