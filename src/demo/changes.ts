import { epochMs, stableHash } from "../core/ids.ts";
import { isoTime } from "../core/time.ts";

export interface ToldChange {
  readonly atMs: number;
  readonly service: string;
  readonly kind: string;
  readonly ref: string;
  readonly previous?: string;
  readonly by: string;
  readonly summary: string;
  /** For a step of a gradual rollout. */
  readonly rollout?: {
    readonly newPods: readonly string[];
    readonly oldReplicas: number;
    readonly newReplicas: number;
    readonly completedAt: string;
  };
  readonly files?: readonly { readonly path: string; readonly diff: readonly string[] }[];
}

/** A change in the plain form of `changes.jsonl`. */
export function plainChange({ atMs, previous, ...change }: ToldChange): object {
  return {
    at: isoTime(epochMs(atMs)),
    ...change,
    ...(previous ? { previous } : {}),
    environment: "production",
    url: `https://github.example/shop/${change.service}/releases/${change.ref}`,
  };
}

/** The body of GitHub's `deployment_status` webhook for a deployment that succeeded. */
export function githubDeployment(change: ToldChange): object {
  const at = isoTime(epochMs(change.atMs));
  const creator = { login: change.by, type: "User" };
  return {
    action: "created",
    deployment_status: {
      id: numberFrom(`${change.ref}/status`),
      state: "success",
      environment: "production",
      description: change.summary,
      log_url: `https://github.example/shop/${change.service}/actions/runs/${numberFrom(change.ref)}`,
      creator,
      created_at: at,
      updated_at: at,
    },
    deployment: {
      id: numberFrom(change.ref),
      sha: shaFrom(change.ref),
      ref: change.ref,
      task: "deploy",
      environment: "production",
      description: change.summary,
      creator,
      created_at: isoTime(epochMs(change.atMs - 95_000)),
    },
    repository: repository(change.service),
    sender: creator,
  };
}

export interface ToldMerge {
  readonly atMs: number;
  readonly service: string;
  readonly pullRequest: number;
  readonly title: string;
  readonly by: string;
  readonly files: readonly string[];
}

/** The body of GitHub's `push` webhook for a merged pull request: merged, which is not deployed. */
export function githubMerge(merge: ToldMerge): object {
  const sha = shaFrom(`${merge.service}#${merge.pullRequest}`);
  const commit = {
    id: sha,
    message: `${merge.title} (#${merge.pullRequest})`,
    timestamp: isoTime(epochMs(merge.atMs)),
    url: `https://github.example/shop/${merge.service}/commit/${sha}`,
    author: { name: merge.by, username: merge.by },
    added: [],
    removed: [],
    modified: merge.files,
  };
  return {
    ref: "refs/heads/main",
    before: shaFrom(`${merge.service}#${merge.pullRequest - 1}`),
    after: sha,
    compare: `https://github.example/shop/${merge.service}/compare/${sha.slice(0, 12)}`,
    pusher: { name: merge.by },
    head_commit: commit,
    commits: [commit],
    repository: repository(merge.service),
  };
}

function repository(service: string): object {
  return {
    name: service,
    full_name: `shop/${service}`,
    html_url: `https://github.example/shop/${service}`,
    default_branch: "main",
  };
}

function numberFrom(text: string): number {
  return Number.parseInt(stableHash(text).slice(0, 6), 36);
}

/** Forty hexadecimal digits that always belong to the same text. */
export function shaFrom(text: string): string {
  return [0, 1, 2, 3, 4].map((part) => (numberFrom(`${part}/${text}`) + 0x10000000).toString(16).slice(-8)).join("");
}
