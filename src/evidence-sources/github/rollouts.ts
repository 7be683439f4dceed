import type { TimeWindow } from "../../core/evidence.ts";
import type { Deployment, DeploymentStatus } from "./answers.ts";

/** One deployment that ended, with what ran in its environment before. */
export interface Rollout {
  readonly deployment: Deployment;
  readonly outcome: "deployed" | "failed";
  readonly atMs: number;
  readonly logUrl: string | null;
  /** The last success before it in the same environment; null when none is known. */
  readonly previous: Deployment | null;
}

export interface DeploymentHistory {
  readonly deployment: Deployment;
  readonly statuses: readonly DeploymentStatus[];
}

/** True for an environment whose deploys users feel. */
export function isProduction({ environment, production_environment: isMarked }: Deployment): boolean {
  return isMarked === true || /\b(?:prod|production|live)\b|^prod/iu.test(environment);
}

/** Deployments that ended between the two instants, oldest first. What never ended is no change. */
export function rolloutsIn(histories: readonly DeploymentHistory[], range: TimeWindow): readonly Rollout[] {
  const ended = histories.flatMap((history) => endOf(history) ?? []).toSorted((a, b) => a.atMs - b.atMs);
  return ended
    .map((rollout, index) => ({ ...rollout, previous: previousSuccess(ended.slice(0, index), rollout) }))
    .filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs);
}

type Ended = Omit<Rollout, "previous">;

/** The first success decides; later states ("inactive") only say that something newer came. */
function endOf({ deployment, statuses }: DeploymentHistory): Ended | null {
  const inOrder = statuses.toSorted((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  const success = inOrder.find(({ state }) => state === "success");
  const end = success ?? inOrder.find(({ state }) => state === "failure" || state === "error");
  if (!end) return null;
  const logUrl = end.log_url || end.target_url || null;
  return { deployment, outcome: success ? "deployed" : "failed", atMs: Date.parse(end.created_at), logUrl };
}

function previousSuccess(earlier: readonly Ended[], { deployment }: Ended): Deployment | null {
  const same = earlier.filter(
    (each) => each.outcome === "deployed" && each.deployment.environment === deployment.environment,
  );
  return same.at(-1)?.deployment ?? null;
}
