import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { createHostFetch } from "../../platform/safe-fetch-hosts.ts";
import { untilAborted } from "../../platform/until-aborted.ts";
import {
  Comparison,
  type Deployment,
  type DeploymentStatus,
  Deployments,
  type Pull,
  Pulls,
  Statuses,
} from "./answers.ts";
import type { WatchedRepository } from "./settings.ts";

const MAX_LIMIT_PAUSE_SECONDS = 3;
const PAGE = 30;
/** A comparison holds the patches of up to 300 files. */
const LIMITS = { timeoutMs: 30_000, maxBytes: 33_554_432 };

const BoundedOctokit = Octokit.plugin(throttling, retry);

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The five questions that are asked of GitHub, all reads, all bounded by the signal. */
export interface GitHubReader {
  /** Newest first. */
  deployments(at: WatchedRepository): Promise<readonly Deployment[]>;
  statuses(at: WatchedRepository, deploymentId: number): Promise<readonly DeploymentStatus[]>;
  compare(at: WatchedRepository, range: { base: string; head: string }): Promise<Comparison>;
  pullsOfCommit(at: WatchedRepository, sha: string): Promise<readonly Pull[]>;
  /** Closed ones, last touched first. */
  closedPulls(at: WatchedRepository): Promise<readonly Pull[]>;
}

export interface ReaderOptions {
  readonly token: string;
  readonly apiUrl: string;
  /** First pause before the one retry; tests shorten it. */
  readonly retryPauseMs?: number;
}

/** One short pause; a long one would outlast the deadline. */
function worthWaiting(...call: readonly [number, object, object, number]): boolean {
  const [pauseSeconds, , , tries] = call;
  return pauseSeconds <= MAX_LIMIT_PAUSE_SECONDS && tries < 1;
}

/** A reader with one retry on server errors and short pauses on rate limits. Throws what the client throws. */
export function createReader(options: ReaderOptions, signal: AbortSignal): GitHubReader {
  const octokit = new BoundedOctokit({
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/$/u, ""),
    userAgent: "traceops",
    log: QUIET,
    request: { signal, fetch: createHostFetch({ ...LIMITS, origins: [new URL(options.apiUrl).origin] }) },
    retry: {
      retries: 1,
      retryAfterBaseValue: options.retryPauseMs ?? 500,
      doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451],
    },
    throttle: {
      onRateLimit: worthWaiting,
      onSecondaryRateLimit: worthWaiting,
    },
  });
  const ask = async (call: Promise<{ readonly data: unknown }>): Promise<unknown> =>
    (await untilAborted(call, signal)).data;
  const { repos, pulls } = octokit.rest;
  return {
    deployments: async ({ owner, repo }) =>
      Deployments.parse(await ask(repos.listDeployments({ owner, repo, per_page: PAGE }))),
    statuses: async ({ owner, repo }, deployment_id) =>
      Statuses.parse(await ask(repos.listDeploymentStatuses({ owner, repo, deployment_id, per_page: PAGE }))),
    compare: async ({ owner, repo }, { base, head }) =>
      Comparison.parse(
        await ask(repos.compareCommitsWithBasehead({ owner, repo, basehead: `${base}...${head}`, per_page: 100 })),
      ),
    pullsOfCommit: async ({ owner, repo }, commit_sha) =>
      Pulls.parse(await ask(repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha, per_page: 5 }))),
    closedPulls: async ({ owner, repo }) =>
      Pulls.parse(
        await ask(pulls.list({ owner, repo, state: "closed", sort: "updated", direction: "desc", per_page: PAGE })),
      ),
  };
}
