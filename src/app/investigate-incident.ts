import type { Analysis } from "../core/analysis.ts";
import type { AnalysisInput } from "../core/analyze.ts";
import { validCorrections } from "../core/corrections/correction.ts";
import type { EvidencePolicy, EvidenceQuery, SourceEvidence } from "../core/evidence.ts";
import { nextLookAt, planEvidence } from "../core/evidence-plan.ts";
import { edgesOfAnalysis } from "../core/graph/known-edge.ts";
import { type IncidentId, incidentId, type TenantId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import { own, ownWords } from "../core/safe.ts";
import type { Engine } from "./engine.ts";
import type { JobContext, JobPayload, JobRequest } from "./jobs/catalog.ts";
import { ownEvidence } from "./own-evidence.ts";
import type { CorrectionStore } from "./people-ports.ts";
import type {
  AnalysisStore,
  Clock,
  EvidenceArchive,
  EvidencePort,
  IncidentStore,
  Logger,
  StoredAnalysis,
  WeightsStore,
} from "./ports.ts";
import type { ProgressWatch } from "./progress.ts";
import { publishRequests } from "./publish-requests.ts";
import type { Redactor } from "./redactor.ts";
import type { ServiceEdges } from "./service-edges-port.ts";
import { type LookInput, type OwnKnowledge, thoughtAgain } from "./think-again.ts";
import { withoutToldTwice } from "./told-twice.ts";

export type InvestigationOutcome =
  | { readonly kind: "answered"; readonly analysis: Analysis }
  /** A newer state of the incident has its own investigation, or this one has its answer already. */
  | { readonly kind: "superseded" }
  | { readonly kind: "unknown-incident" };

/** While alerts keep coming, a new answer at least this often. */
const FRESH_MS = 10_000;

export interface InvestigateIncidentDeps {
  readonly tenant: TenantId;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly engine: Engine;
  readonly incidents: IncidentStore;
  readonly analyses: AnalysisStore;
  readonly archive: EvidenceArchive;
  readonly corrections: CorrectionStore;
  readonly weights: WeightsStore;
  readonly evidence: readonly EvidencePort[];
  /** Left out where calls are not kept. */
  readonly serviceEdges?: ServiceEdges;
  readonly evidencePolicy: EvidencePolicy;
  readonly publishingSurfaces: () => readonly string[];
  /** Lets people see what is being read while a first look takes long. */
  readonly watchProgress?: (id: IncidentId, sources: readonly string[]) => ProgressWatch;
}

/** Looks everywhere at once, thinks, and stores the answer with the work it causes. One silent source never stops the rest. */
export async function investigateIncident(
  deps: InvestigateIncidentDeps,
  payload: JobPayload<"incident.investigate">,
  { signal }: Pick<JobContext, "signal">,
): Promise<InvestigationOutcome> {
  const id = incidentId(payload.incidentId);
  const incident = await deps.incidents.get(deps.tenant, id);
  if (incident === null) return { kind: "unknown-incident" };
  const latest = await deps.analyses.latest(deps.tenant, id);
  if (isSettled(deps, { payload: wantedNow(payload, incident), incident, latest })) return { kind: "superseded" };

  const again = payload.stored === true ? await fromStored(deps, incident, latest) : null;
  const input = again ?? (await gather(deps, incident, { signal, watch: watched(deps, incident, latest) }));
  const analysis = await think(deps, input);
  // A look that was cut off says of every source that it could not look. The job runs again, and what stands stays.
  signal.throwIfAborted();
  const { tenant, clock } = deps;
  const saved = await deps.analyses.save(
    // Whoever stopped for so long that another worker answered meanwhile has nothing to add.
    {
      tenant,
      incidentId: id,
      revision: incident.revision,
      after: latest?.sequence ?? 0,
      analysis,
      atMs: clock.nowMs(),
      readAtMs: input.readAtMs,
    },
    // Only a look at the sources plans the next one.
    again === null ? causesOf(deps, incident, analysis) : publishRequests(deps, incident.id),
  );
  if (saved === "superseded") return { kind: "superseded" };
  await keep(deps, input);
  await keepCalls(deps, id, analysis);
  return { kind: "answered", analysis };
}

/** An engine that fails on some record must not leave people without a word: then the answer says what could not be analysed. */
async function think({ engine, logger }: InvestigateIncidentDeps, input: AnalysisInput): Promise<Analysis> {
  try {
    return await engine.analyze(input);
  } catch (err) {
    logger.error({ incidentId: input.incident.id, err }, "the evidence could not be analysed");
    return engine.analyze({ ...input, evidence: input.evidence.map(notAnalysed) });
  }
}

function notAnalysed(source: SourceEvidence): SourceEvidence {
  const isOwn = source.source === "alerts" || source.source === "people";
  if (isOwn || source.evidence.status !== "found") return source;
  const detail = ownWords(own("it was read, but the analysis failed on it; the log of the worker says where"));
  return { source: source.source, evidence: { status: "failed", reason: "invalid", detail } };
}

type Payload = JobPayload<"incident.investigate">;

/** A request for the newest state is one for what it is by now. */
function wantedNow(payload: Payload, { revision }: Incident): Payload {
  return payload.newest === true ? { ...payload, revision } : payload;
}

interface Asked {
  readonly payload: Payload;
  readonly incident: Incident;
  readonly latest: StoredAnalysis | null;
}

function isSettled(deps: InvestigateIncidentDeps, asked: Asked): boolean {
  return isAnswered(asked.payload, asked.latest) || isLeftToNewer(deps, asked);
}

/**
 * True when this very state has its answer, by this job's earlier run or for another request, and the sources were read
 * for it late enough: thinking again over what was read before is no look.
 */
function isAnswered({ revision, sinceMs = 0 }: Payload, latest: StoredAnalysis | null): boolean {
  return latest !== null && latest.revision >= revision && latest.readAtMs >= sinceMs;
}

/**
 * In a storm every alert makes a newer state with its own request. Older requests leave the work to it as long as people
 * have a fresh answer; without one they do it, or a storm without pauses would never be answered.
 */
function isLeftToNewer({ clock }: InvestigateIncidentDeps, { payload, incident, latest }: Asked): boolean {
  // A planned later look is the only one that asks the sources again: a newer request may be about words of people.
  if (payload.sinceMs !== undefined) return false;
  return incident.revision > payload.revision && latest !== null && clock.nowMs() - latest.atMs < FRESH_MS;
}

/** Who called whom in this incident is worth knowing after it; adding the same answer again changes nothing. */
async function keepCalls(
  { serviceEdges, tenant, logger }: InvestigateIncidentDeps,
  id: IncidentId,
  analysis: Analysis,
): Promise<void> {
  try {
    await serviceEdges?.add(tenant, edgesOfAnalysis(analysis));
  } catch (err) {
    logger.warn({ incidentId: id, err }, "the calls that this answer shows could not be kept");
  }
}

/** The answer stands already: what it was computed from is kept when it can be, and that it was not is said. */
async function keep({ archive, tenant, logger }: InvestigateIncidentDeps, input: AnalysisInput): Promise<void> {
  const { id } = input.incident;
  try {
    const kept = await archive.save({ tenant, input });
    if (kept === "too-large") logger.warn({ incidentId: id }, "the evidence is too large to be kept for a replay");
  } catch (err) {
    logger.warn({ incidentId: id, err }, "the evidence could not be kept for a replay");
  }
}

/** Only the first look is watched: later ones have an answer that stands. */
function watched(deps: InvestigateIncidentDeps, { id }: Incident, latest: StoredAnalysis | null): ProgressWatch | null {
  if (latest !== null) return null;
  const names = deps.evidence.map(({ name }) => name);
  return deps.watchProgress?.(id, names) ?? null;
}

/** Asks every source at once, telling whoever watches when each has answered. */
async function readAll(
  { evidence: ports }: InvestigateIncidentDeps,
  query: EvidenceQuery,
  { signal, watch }: { signal: AbortSignal; watch: ProgressWatch | null },
): Promise<readonly SourceEvidence[]> {
  try {
    return await Promise.all(
      ports.map(async (port) => {
        const evidence = await port.gather(query, signal);
        watch?.ended(port.name, evidence);
        return { source: port.name, evidence };
      }),
    );
  } finally {
    watch?.stop();
  }
}

/** Rejects when the job is over: what the sources said then is about the job, not about them. */
async function gather(
  deps: InvestigateIncidentDeps,
  incident: Incident,
  reading: { signal: AbortSignal; watch: ProgressWatch | null },
): Promise<LookInput> {
  const { clock, weights, tenant } = deps;
  const begunMs = clock.nowMs();
  const query = planEvidence(incident, begunMs, deps.evidencePolicy);
  const [{ known, notes, corrections }, gathered, learned] = await Promise.all([
    ownKnowledge(deps, incident.id),
    readAll(deps, query, reading),
    weights.current(tenant),
  ]);
  reading.signal.throwIfAborted();
  const evidence = [...known, ...withoutToldTwice(gathered, notes)];
  reportGaps(deps.logger, incident.id, gathered);
  const { window, baseline } = query;
  const elapsedMs = clock.nowMs() - begunMs;
  return { incident, window, baseline, evidence, weights: learned, corrections, elapsedMs, readAtMs: begunMs };
}

/** What was read for the last answer, with what people said since; null when the sources have to be asked. */
async function fromStored(
  deps: InvestigateIncidentDeps,
  incident: Incident,
  latest: StoredAnalysis | null,
): Promise<LookInput | null> {
  const { clock, archive, weights, tenant } = deps;
  const begunMs = clock.nowMs();
  const [stored, ownNow, learned] = await Promise.all([
    archive.load(tenant, incident.id),
    ownKnowledge(deps, incident.id),
    weights.current(tenant),
  ]);
  const input = thoughtAgain({ stored, latest, own: ownNow });
  if (input === null) return null;
  return { ...input, incident, weights: learned, elapsedMs: clock.nowMs() - begunMs };
}

async function ownKnowledge(deps: InvestigateIncidentDeps, id: IncidentId): Promise<OwnKnowledge> {
  const { incidents, tenant, redactor } = deps;
  const [alerts, notes, facts] = await Promise.all([
    incidents.alerts(tenant, id),
    incidents.notes(tenant, id),
    deps.corrections.ofIncident(tenant, id),
  ]);
  const corrections = validCorrections(facts);
  return { known: ownEvidence(alerts, { notes, corrections }, redactor), notes, corrections };
}

function reportGaps(logger: Logger, id: IncidentId, gathered: readonly SourceEvidence[]): void {
  for (const { source, evidence } of gathered) {
    if (evidence.status !== "failed") continue;
    logger.warn({ incidentId: id, source, reason: evidence.reason }, "evidence source failed");
  }
}

function causesOf(deps: InvestigateIncidentDeps, incident: Incident, analysis: Analysis): readonly JobRequest[] {
  const publishes = publishRequests(deps, incident.id);
  const notBeforeMs = nextLookAt(incident, analysis, deps.clock.nowMs());
  if (notBeforeMs === null) return publishes;
  const payload = { incidentId: incident.id, revision: incident.revision, sinceMs: notBeforeMs };
  return [...publishes, { name: "incident.investigate", payload, notBeforeMs }];
}
