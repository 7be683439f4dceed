import type { ChangeEvent } from "../../core/event.ts";
import type { TimeWindow } from "../../core/evidence.ts";
import { epochMs } from "../../core/ids.ts";
import type { Comparison, Deployment, Pull } from "./answers.ts";
import { mergeEvent, type RolloutDetail, rolloutEvent } from "./change-events.ts";
import type { GitHubReader } from "./client.ts";
import { type Problem, problemOf } from "./problem.ts";
import { type DeploymentHistory, isProduction, type Rollout, rolloutsIn } from "./rollouts.ts";
import type { WatchedRepository } from "./settings.ts";

export interface RepositoryReading {
  readonly events: readonly ChangeEvent<string>[];
  readonly problems: readonly Problem[];
  /** Deployments and pull requests that were looked at. */
  readonly read: number;
}

const MAX_DEPLOYMENTS = 12;
/** A deployment may start long before it ends. */
const LONGEST_ROLLOUT_MS = 2 * 60 * 60_000;

/** Everything that was deployed or merged in the range. Details that cannot be read become problems, not failures. */
export async function readRepository(
  reader: GitHubReader,
  at: WatchedRepository,
  { range, signal }: { readonly range: TimeWindow; readonly signal: AbortSignal },
): Promise<RepositoryReading> {
  const problems: Problem[] = [];
  const repository = `${at.owner}/${at.repo}`;
  const attempt = async <Value>(
    what: string,
    permission: string,
    read: () => Promise<Value>,
  ): Promise<Value | null> => {
    try {
      return await read();
    } catch (error) {
      problems.push(problemOf(error, { repository, what, permission }, signal));
      return null;
    }
  };
  const all = await attempt("deployments", "Deployments: read", () => reader.deployments(at));
  // Without the list of deployments "merged, not deployed" would be a guess.
  if (!all) return { events: [], problems, read: 0 };
  const histories = await Promise.all(
    relevant(all.filter(isProduction), range).map(async (deployment): Promise<DeploymentHistory> => {
      const statuses = await attempt("deployment statuses", "Deployments: read", () =>
        reader.statuses(at, deployment.id),
      );
      return { deployment, statuses: statuses ?? [] };
    }),
  );
  const rollouts = rolloutsIn(histories, range);
  const details = await Promise.all(rollouts.map((rollout) => detailOf(reader, { at, rollout, attempt })));
  const merged = (await attempt("pull requests", "Pull requests: read", () => reader.closedPulls(at))) ?? [];
  const events = rollouts.map((rollout, index) => rolloutEvent(at, rollout, details[index] ?? UNKNOWN));
  const undeployed = undeployedPulls(merged, { range, rollouts, details }).map((pull) => mergeEvent(at, pull));
  return { events: [...events, ...undeployed], problems, read: all.length + merged.length };
}

const UNKNOWN: RolloutDetail = { comparison: null, isRollback: false, pull: null };

/** Those that can have ended in the range, and a few before them to know what ran earlier. */
function relevant(newestFirst: readonly Deployment[], range: TimeWindow): readonly Deployment[] {
  const notAfter = newestFirst.filter(({ created_at: at }) => Date.parse(at) <= range.toMs);
  const cut = notAfter.findIndex(({ created_at: at }) => Date.parse(at) < range.fromMs - LONGEST_ROLLOUT_MS);
  const inside = cut === -1 ? notAfter : notAfter.slice(0, cut);
  return notAfter.slice(0, Math.min(MAX_DEPLOYMENTS, inside.length + 3));
}

type Attempt = <Value>(what: string, permission: string, read: () => Promise<Value>) => Promise<Value | null>;

interface DetailRequest {
  readonly at: WatchedRepository;
  readonly rollout: Rollout;
  readonly attempt: Attempt;
}

async function detailOf(reader: GitHubReader, { at, rollout, attempt }: DetailRequest): Promise<RolloutDetail> {
  const head = rollout.deployment.sha;
  const base = rollout.previous?.sha ?? null;
  const compare = (range: { base: string; head: string }): Promise<Comparison | null> =>
    attempt("changed files", "Contents: read", () => reader.compare(at, range));
  const [forward, pulls] = await Promise.all([
    base === null || base === head ? null : compare({ base, head }),
    attempt("pull requests of a commit", "Pull requests: read", () => reader.pullsOfCommit(at, head)),
  ]);
  const pull = pulls?.find(({ merged_at: mergedAt }) => mergedAt) ?? null;
  if (forward?.status !== "behind" || base === null) return { comparison: forward, isRollback: false, pull };
  // GitHub lists no files on the way back, so the way forward is read and turned around.
  return { comparison: await compare({ base: head, head: base }), isRollback: true, pull };
}

interface Shipped {
  readonly range: TimeWindow;
  readonly rollouts: readonly Rollout[];
  readonly details: readonly RolloutDetail[];
}

type MergedPull = Pull & { readonly merged_at: string };

function undeployedPulls(pulls: readonly Pull[], { range, rollouts, details }: Shipped): readonly MergedPull[] {
  const shipped = new Set([
    ...rollouts.filter(({ outcome }) => outcome === "deployed").map(({ deployment }) => deployment.sha),
    ...details.flatMap(({ comparison, isRollback }) =>
      isRollback ? [] : (comparison?.commits ?? []).map(({ sha }) => sha),
    ),
  ]);
  const shippedPulls = new Set(details.flatMap(({ pull }) => (pull ? [pull.number] : [])));
  // Where a rollout's commits are not known, what was merged before it may be in it.
  const unknownUntilMs = Math.max(
    0,
    ...rollouts.filter((rollout, index) => hasUnknownCommits(rollout, details[index])).map(({ atMs }) => atMs),
  );
  return pulls.flatMap((pull) => {
    const mergedAt = pull.merged_at;
    if (!mergedAt || Date.parse(mergedAt) <= unknownUntilMs) return [];
    if (shippedPulls.has(pull.number) || shipped.has(pull.merge_commit_sha ?? "")) return [];
    const atMs = epochMs(Date.parse(mergedAt));
    return atMs >= range.fromMs && atMs <= range.toMs ? [{ ...pull, merged_at: mergedAt }] : [];
  });
}

function hasUnknownCommits(rollout: Rollout, detail: RolloutDetail | undefined): boolean {
  const isSameAgain = rollout.previous?.sha === rollout.deployment.sha;
  return rollout.outcome === "deployed" && !isSameAgain && !detail?.comparison;
}
