import type { Logger, Vote, VoteVerdict } from "../../src/app/ports.ts";
import type { IncidentAnswer, Verbs } from "../../src/app/verbs.ts";
import type { Analysis } from "../../src/core/analysis.ts";
import { epochMs, type HypothesisId, type IncidentId } from "../../src/core/ids.ts";
import type { Incident } from "../../src/core/incident.ts";
import { presentIncident } from "../../src/core/presentation/present.ts";
import type { CastVote } from "../../src/core/presentation/votes.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import type { SurfaceDeps } from "../../src/surfaces/define.ts";
import { InMemoryMarks } from "./fakes.ts";
import { postmortemVerbs } from "./memory-postmortems.ts";
import { openAccess } from "./open-access.ts";
import { MemoryPreferences } from "./people-stores.ts";
import { anAnalysis, anIncident, at, text } from "./sample-incident.ts";

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One kept incident, as verbs would answer it; tests change it while a surface runs. */
export class KeptIncident {
  incident: Incident;
  analysis: Analysis | null;
  readonly votes: CastVote[] = [];
  changes = 0;

  constructor(incident: Incident = anIncident(), analysis: Analysis | null = anAnalysis()) {
    this.incident = incident;
    this.analysis = analysis;
  }

  change(next: Partial<Analysis>): void {
    this.analysis = { ...(this.analysis ?? anAnalysis()), ...next };
    this.changes += 1;
  }

  vote(
    hypothesisId: HypothesisId,
    verdict: VoteVerdict,
    [actorId, actorName]: readonly [string, CastVote["actorName"]],
  ): void {
    this.votes.push({ hypothesisId, verdict, actorId, actorName, atMs: epochMs(at("01:50:00") + this.votes.length) });
  }

  answer(): IncidentAnswer {
    const stored = this.analysis && { analysis: this.analysis, revision: 3, atMs: at("01:48:05") };
    const { incident, votes, analysis } = this;
    const view = presentIncident({
      incident,
      analysis: stored,
      votes,
      publicUrl: text("http://127.0.0.1:3000"),
      nowMs: at("03:00:00"),
    });
    return { incident, analysis, view, notes: [], changeOfMind: null, sequence: 1 + this.changes + votes.length };
  }
}

/** Verbs over kept incidents, without a database. What no test needs rejects. */
export function verbsOver(kept: readonly KeptIncident[]): Verbs {
  const find = (id: IncidentId) => kept.find(({ incident }) => incident.id === id);
  return {
    listIncidents: async (_actor, { limit }) => kept.map(({ incident }) => incident).slice(0, limit),
    getIncident: async (_actor, id) => find(id)?.answer() ?? null,
    recordFeedback: async (actor, { incidentId, hypothesisId, verdict }) => {
      const found = find(incidentId);
      if (found === undefined) return { kind: "unknown-incident" };
      found.vote(hypothesisId, verdict, [actor.id, actor.name]);
      return { kind: "recorded", verdict, previous: null };
    },
    ...postmortemVerbs({
      clock: { nowMs: () => at("03:00:00") },
      redactor: createRedactor({ pseudonymKey: "test" }),
      answer: async (_tenant, id) => find(id)?.answer() ?? null,
      feedback: { ofIncident: async (_tenant, id) => (find(id)?.votes ?? []).map((vote) => voteOf(id, vote)) },
    }),
    investigate: notHere,
    addNote: notHere,
    setStatus: notHere,
    correct: notHere,
    recentChanges: notHere,
    similarIncidents: notHere,
    dependencies: notHere,
    onCall: notHere,
    rankingRecord: notHere,
  };
}

function voteOf(incidentId: IncidentId, vote: CastVote): Vote {
  const claim = { causeKind: "deploy", causeService: null, alertedService: null, summary: text("a cause") };
  return { ...vote, id: `${vote.atMs}`, incidentId, claim };
}

/** What `main` hands to a surface, with verbs over the given incidents. */
export function surfaceDeps(kept: readonly KeptIncident[], overrides: Partial<SurfaceDeps> = {}): SurfaceDeps {
  let nonces = 0;
  return {
    clock: { nowMs: () => at("03:00:00") },
    logger: silent,
    redactor: createRedactor({ pseudonymKey: "test" }),
    verbs: verbsOver(kept),
    messages: {
      open: notHere,
      move: async () => false,
      ofIncident: async () => [],
      at: async () => null,
      stuck: async () => [],
    },
    redraw: async () => {},
    marks: new InMemoryMarks(),
    preferences: new MemoryPreferences(),
    health: async () => [],
    pagerDuty: null,
    publicUrl: "http://127.0.0.1:3000",
    ...openAccess(),
    newNonce: () => `nonce-${String((nonces += 1)).padStart(20, "0")}`,
    ...overrides,
  };
}

function notHere(): Promise<never> {
  return Promise.reject(new TypeError("not part of this test"));
}
