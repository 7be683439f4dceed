import { edgesOfAnalysis, type KnownEdge, knownEdge, mergeEdges } from "../core/graph/known-edge.ts";
import { flatten, isUnknown, type Neighbourhood, namesLike, neighbourhood } from "../core/graph/neighbourhood.ts";
import { epochMs, type TenantId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { type KnownCallsDeps, recentAnswers } from "./known-calls.ts";
import type { Clock } from "./ports.ts";
import type { ServiceEdges } from "./service-edges-port.ts";

export interface DependenciesDeps extends KnownCallsDeps {
  readonly clock: Clock;
  /** Left out where no calls are kept: then the graphs of incidents are all there is. */
  readonly serviceEdges?: ServiceEdges;
}

/** Who calls a service and whom it calls, as calls seen lately and answers of running and recent incidents know it. */
export interface Dependencies {
  readonly service: Safe;
  /** Direct neighbours, sorted by name, at most 50. */
  readonly callers: readonly Safe[];
  readonly callees: readonly Safe[];
  /** False when nothing names this service at all: then nothing is known, which is not the same as no calls. */
  readonly isKnown: boolean;
  /** Both directions with what is known of each call, as deep as asked. */
  readonly around: Neighbourhood;
  /** Known names that may have been meant; empty for a service that is known. */
  readonly near: readonly Safe[];
}

export interface DependenciesRequest {
  /** 1 to 3 calls away; 1 when left out. */
  readonly depth?: number;
}

const MAX_NAMES = 50;
const MAX_AROUND = 300;
const LOOK_BACK_MS = 30 * 24 * 60 * 60_000;

/** Both directions of one service. */
export async function dependenciesOf(
  deps: DependenciesDeps,
  actor: Actor,
  { service, depth = 1 }: DependenciesRequest & { readonly service: Safe },
): Promise<Dependencies> {
  return dependenciesIn(await knownEdges(deps, actor.tenant), service, depth);
}

/** The same over edges that are at hand. */
export function dependenciesIn(edges: readonly KnownEdge[], service: Safe, depth: number): Dependencies {
  const around = neighbourhood(edges, service, { depth, max: MAX_AROUND });
  const isKnown = !isUnknown(around);
  return {
    service,
    callers: direct(around.callers),
    callees: direct(around.callees),
    isKnown,
    around,
    near: isKnown ? [] : namesLike(edges, service),
  };
}

/** Every edge that calls of the last 30 days or answers of running and recent incidents show. */
async function knownEdges(deps: DependenciesDeps, tenant: TenantId): Promise<readonly KnownEdge[]> {
  const [kept, answers] = await Promise.all([
    deps.serviceEdges?.read(tenant, epochMs(deps.clock.nowMs() - LOOK_BACK_MS)) ?? [],
    deps.incidents.findOpen(tenant).then((open) => recentAnswers(deps, tenant, open)),
  ]);
  return mergeEdges([...kept, ...answers.flatMap(({ analysis }) => edgesOfAnalysis(analysis).map(knownEdge))]);
}

function direct(neighbours: Neighbourhood["callers"]): readonly Safe[] {
  const names = flatten(neighbours).flatMap(({ service, step }) => (step === 1 ? [service] : []));
  return names.toSorted().slice(0, MAX_NAMES);
}
