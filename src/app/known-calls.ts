import type { IncidentId, TenantId } from "../core/ids.ts";
import type { OpenIncident } from "../core/incident.ts";
import type { Safe } from "../core/safe.ts";
import type { AnalysisStore, IncidentStore, StoredAnalysis } from "./ports.ts";

export interface KnownCallsDeps {
  readonly incidents: IncidentStore;
  readonly analyses: AnalysisStore;
}

const MAX_OPEN = 10;
const MAX_RECENT = 10;

/** Who calls whom [caller, callee], from the answers about running and recent incidents; bounded, empty when nothing was analysed yet. */
export async function knownCalls(
  deps: KnownCallsDeps,
  tenant: TenantId,
  open: readonly OpenIncident[],
): Promise<readonly (readonly [Safe, Safe])[]> {
  return deps.analyses.calls(tenant, await runningAndRecent(deps, tenant, open));
}

/** The latest answers about running and recent incidents, at most twenty. */
export async function recentAnswers(
  deps: KnownCallsDeps,
  tenant: TenantId,
  open: readonly OpenIncident[],
): Promise<readonly StoredAnalysis[]> {
  const ids = await runningAndRecent(deps, tenant, open);
  const answers = await Promise.all(ids.map((id) => deps.analyses.latest(tenant, id)));
  return answers.flatMap((answer) => answer ?? []);
}

async function runningAndRecent(
  { incidents }: KnownCallsDeps,
  tenant: TenantId,
  open: readonly OpenIncident[],
): Promise<readonly IncidentId[]> {
  const recent = await incidents.list(tenant, { limit: MAX_RECENT });
  const running = open.filter(({ status }) => status !== "resolved").slice(0, MAX_OPEN);
  return [...new Set([...running, ...recent].map(({ id }) => id))];
}
