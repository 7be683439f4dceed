import type { IncidentAnswer } from "../../app/verbs.ts";
import type { Analysis, GraphEdge } from "../../core/analysis.ts";
import { edgesOfAnalysis, knownEdge } from "../../core/graph/known-edge.ts";
import { type Neighbour, neighbourhood } from "../../core/graph/neighbourhood.ts";
import type { Safe } from "../../core/safe.ts";

/** What is drawn around the alerted service: who calls it, whom it calls, and what stands out. */
export interface Scene {
  readonly centre: Safe;
  readonly nodes: readonly SceneNode[];
  /** Calls between two drawn nodes, at most 60. */
  readonly calls: readonly SceneCall[];
  /** Services that the graph of this answer knows and that found no room. */
  readonly hidden: number;
  readonly suspectsNotDrawn: readonly { readonly service: Safe; readonly rank: number }[];
}

export interface SceneNode {
  readonly service: Safe;
  /** Calls away from the centre: below zero for callers, above for those it calls, 0 for itself. */
  readonly step: number;
  /** The node next to it on the way to the centre; null for the centre. */
  readonly towards: Safe | null;
  readonly marks: Marks;
}

/** Why a node stands out. */
export interface Marks {
  readonly isAlerted: boolean;
  /** Rank of the first cause that names it. */
  readonly suspect: number | null;
  readonly hasErrors: boolean;
}

export interface SceneCall {
  readonly caller: Safe;
  readonly callee: Safe;
  /** Errors were seen at both ends: the trouble may have come this way. */
  readonly isFailing: boolean;
}

const MAX_NODES = 25;
const MAX_CALLS = 60;
const MAX_STEPS = 2;
const MAX_SUSPECTS = 3;
const MAX_LOOKED_AT = 300;

/** Null when the answer knows no call between two services. */
export function sceneOf({ incident, analysis }: Pick<IncidentAnswer, "incident" | "analysis">): Scene | null {
  const edges = analysis?.graph.filter(({ caller, callee }) => caller !== callee) ?? [];
  if (analysis === null || edges.length === 0) return null;
  const suspects = suspectsOf(analysis);
  const centre = centreOf(edges, [incident.service, ...suspects.keys()]);
  const troubled = troubledServices(analysis);
  const marksOf = (service: Safe): Marks => ({
    isAlerted: service === incident.service || incident.services.includes(service),
    suspect: suspects.get(service) ?? null,
    hasErrors: troubled.has(service),
  });
  const nodes = chosen(analysis, centre, marksOf);
  const drawn = new Set(nodes.map(({ service }) => service));
  const known = new Set(edges.flatMap(({ caller, callee }) => [caller, callee]));
  return {
    centre,
    nodes,
    calls: edges
      .filter(({ caller, callee }) => drawn.has(caller) && drawn.has(callee))
      .slice(0, MAX_CALLS)
      .map(({ caller, callee }) => ({ caller, callee, isFailing: troubled.has(caller) && troubled.has(callee) })),
    hidden: [...known].filter((service) => !drawn.has(service)).length,
    suspectsNotDrawn: [...suspects].flatMap(([service, rank]) => (drawn.has(service) ? [] : [{ service, rank }])),
  };
}

/** Services that the first causes name, each with the rank of its best one. */
function suspectsOf({ hypotheses }: Analysis): ReadonlyMap<Safe, number> {
  const ranks = new Map<Safe, number>();
  for (const { cause, rank } of hypotheses.slice(0, MAX_SUSPECTS)) {
    if (cause.service !== null && !ranks.has(cause.service)) ranks.set(cause.service, rank);
  }
  return ranks;
}

function troubledServices({ timeline, chart }: Analysis): ReadonlySet<Safe> {
  const rows = timeline.filter(({ role }) => role === "first-symptom" || role === "spread");
  const loud = chart.byService.filter(({ errors }) => errors.some((count) => count > 0));
  return new Set([...rows, ...loud].flatMap(({ service }) => service ?? []));
}

/** The alerted service, else the first suspect, else whoever has the most calls. */
function centreOf(edges: readonly GraphEdge[], wished: readonly (Safe | null)[]): Safe {
  const degree = new Map<Safe, number>();
  for (const end of edges.flatMap(({ caller, callee }) => [caller, callee]))
    degree.set(end, (degree.get(end) ?? 0) + 1);
  const named = wished.find((service): service is Safe => service !== null && degree.has(service));
  const [busiest] = [...degree].toSorted(([, a], [, b]) => b - a);
  return named ?? busiest?.[0] ?? edges[0]?.caller ?? wished.find((service) => service !== null) ?? emptyGraph();
}

function emptyGraph(): never {
  throw new TypeError("a graph without a call has no centre");
}

/** What stands out first, then what is near; a node never comes without those between it and the centre. */
function chosen(analysis: Analysis, centre: Safe, marksOf: (service: Safe) => Marks): readonly SceneNode[] {
  const around = neighbourhood(edgesOfAnalysis(analysis).map(knownEdge), centre, {
    depth: MAX_STEPS,
    max: MAX_LOOKED_AT,
  });
  const candidates = eachOnce([...sided(around.callers, centre, -1), ...sided(around.callees, centre, 1)]).map(
    (node) => ({ ...node, marks: marksOf(node.service) }),
  );
  const byName = new Map(candidates.map((node) => [node.service, node]));
  const kept = new Set<Safe>();
  for (const node of inTurns(candidates)) {
    const path = [node, byName.get(node.towards ?? centre)].flatMap((one) => one ?? []);
    const missing = path.filter(({ service }) => !kept.has(service));
    if (kept.size + missing.length < MAX_NODES) for (const { service } of missing) kept.add(service);
  }
  const middle: SceneNode = { service: centre, step: 0, towards: null, marks: marksOf(centre) };
  return [middle, ...candidates.filter(({ service }) => kept.has(service))];
}

/** The most urgent first; of equally urgent ones a caller and a called service in turns, so that neither side is lost. */
function inTurns(nodes: readonly SceneNode[]): readonly SceneNode[] {
  const side = (sign: number) =>
    nodes
      .filter(({ step }) => Math.sign(step) === sign)
      .toSorted((a, b) => urgency(b) - urgency(a))
      .map((node, turn) => ({ node, turn }));
  return [...side(-1), ...side(1)]
    .toSorted((a, b) => urgency(b.node) - urgency(a.node) || a.turn - b.turn)
    .map(({ node }) => node);
}

function urgency({ step, marks }: SceneNode): number {
  const told = (marks.suspect === null ? 0 : 8) + (marks.isAlerted ? 4 : 0) + (marks.hasErrors ? 2 : 0);
  return told + (Math.abs(step) === 1 ? 1 : 0);
}

function sided(neighbours: readonly Neighbour[], towards: Safe, side: 1 | -1): readonly Omit<SceneNode, "marks">[] {
  return neighbours.flatMap(({ service, step, next }) => [
    { service, step: step * side, towards },
    ...sided(next, service, side),
  ]);
}

/** Who stands on both sides is drawn where it is nearer, a caller when it is as near. */
function eachOnce(nodes: readonly Omit<SceneNode, "marks">[]): readonly Omit<SceneNode, "marks">[] {
  const nearest = new Map<Safe, Omit<SceneNode, "marks">>();
  for (const node of nodes) {
    const known = nearest.get(node.service);
    if (known === undefined || Math.abs(node.step) < Math.abs(known.step)) nearest.set(node.service, node);
  }
  return nodes.filter((node) => nearest.get(node.service) === node);
}
