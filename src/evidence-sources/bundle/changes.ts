import { z } from "zod";
import type { Change, ChangedFile, ChangeKind } from "../../core/event.ts";
import { instantOf } from "../../platform/records/instants.ts";
import { rolloutStepOf, ToldRollout } from "../../platform/records/rollout-step.ts";
import type { UnnamedEvent } from "./sink.ts";

const MAX_FILES = 50;
const MAX_DIFF_LINES = 40;

const named = z.object({ name: z.string() });
const login = z.object({ login: z.string() }).nullish();

const deploymentStatus = z.object({
  deployment_status: z.object({
    state: z.string(),
    created_at: z.string(),
    environment: z.string().nullish(),
    description: z.string().nullish(),
    log_url: z.string().nullish(),
    target_url: z.string().nullish(),
    creator: login,
  }),
  deployment: z.object({
    sha: z.string(),
    ref: z.string().nullish(),
    environment: z.string().nullish(),
    description: z.string().nullish(),
  }),
  repository: named,
});

const push = z.object({
  ref: z.string(),
  after: z.string(),
  compare: z.string().nullish(),
  pusher: named.nullish(),
  head_commit: z
    .object({
      message: z.string(),
      timestamp: z.string(),
      url: z.string().nullish(),
      added: z.array(z.string()).default([]),
      removed: z.array(z.string()).default([]),
      modified: z.array(z.string()).default([]),
    })
    .nullable(),
  repository: named.extend({ default_branch: z.string().nullish() }),
});

const release = z.object({
  action: z.string(),
  release: z.object({
    tag_name: z.string(),
    name: z.string().nullish(),
    published_at: z.string().nullable(),
    html_url: z.string().nullish(),
    author: login,
  }),
  repository: named,
});

const pagerDutyChange = z.object({
  payload: z.object({
    summary: z.string(),
    timestamp: z.string().nullish(),
    source: z.string().nullish(),
    custom_details: z.record(z.string(), z.unknown()).nullish(),
  }),
  links: z.array(z.object({ href: z.string() })).nullish(),
});

const plain = z.object({
  at: z.union([z.string(), z.number()]),
  service: z.string(),
  kind: z.string().default("deploy"),
  ref: z.string().default(""),
  status: z.string().nullish(),
  previous: z.string().nullish(),
  environment: z.string().nullish(),
  by: z.string().nullish(),
  url: z.string().nullish(),
  summary: z.string().nullish(),
  files: z
    .array(z.union([z.string(), z.object({ path: z.string(), diff: z.array(z.string()).default([]) })]))
    .default([]),
  rollout: ToldRollout.nullish(),
});

/** Reads one change in any form that `changes.jsonl` may hold; null when it is none of them or has no believable time. */
export function readChange(value: unknown): UnnamedEvent | null {
  for (const read of READERS) {
    const change = read(value);
    if (change !== null) return change;
  }
  return null;
}

const READERS: readonly ((value: unknown) => UnnamedEvent | null)[] = [
  fromDeploymentStatus,
  fromPush,
  fromRelease,
  fromPagerDuty,
  fromPlain,
];

function fromDeploymentStatus(value: unknown): UnnamedEvent | null {
  const read = deploymentStatus.safeParse(value);
  if (!read.success) return null;
  const { deployment_status: status, deployment, repository } = read.data;
  const outcome = OUTCOMES[status.state];
  if (outcome === undefined) return null;
  const sha = deployment.sha.slice(0, 12);
  return changeEvent(status.created_at, repository.name, {
    kind: "deploy",
    status: outcome,
    version: deployment.ref ?? sha,
    environment: firstText(status.environment, deployment.environment),
    by: firstText(status.creator?.login),
    url: firstText(status.log_url, status.target_url),
    summary: firstText(deployment.description, status.description) ?? `Deployment of ${sha}`,
  });
}

/** Queued, in progress and inactive say nothing about what runs. */
const OUTCOMES: Readonly<Record<string, Change["status"]>> = {
  success: "deployed",
  failure: "failed",
  error: "failed",
};

function firstText(...values: readonly (string | null | undefined)[]): string | null {
  return values.find((value) => typeof value === "string" && value !== "") ?? null;
}

/** A push to a branch is a merge at most: nothing says that it runs anywhere. */
function fromPush(value: unknown): UnnamedEvent | null {
  const read = push.safeParse(value);
  if (!read.success || !read.data.head_commit) return null;
  const { head_commit: commit, repository, pusher, compare, after } = read.data;
  const [title = ""] = commit.message.split("\n");
  const number = /\(#(\d{1,9})\)\s*$|^Merge pull request #(\d{1,9})/u.exec(title);
  return changeEvent(commit.timestamp, repository.name, {
    kind: "merge",
    status: "merged",
    version: after.slice(0, 12),
    by: pusher?.name ?? null,
    url: compare ?? commit.url ?? null,
    summary: title,
    files: [...commit.modified, ...commit.added, ...commit.removed].map((path) => ({ path, diff: [] })),
    pullRequest: number ? { number: Number(number[1] ?? number[2]), title, url: null } : null,
  });
}

function fromRelease(value: unknown): UnnamedEvent | null {
  const read = release.safeParse(value);
  if (!read.success || !read.data.release.published_at) return null;
  const { release: told, repository } = read.data;
  return changeEvent(told.published_at, repository.name, {
    kind: "deploy",
    status: "deployed",
    version: told.tag_name,
    by: told.author?.login ?? null,
    url: told.html_url ?? null,
    summary: `Release ${told.name ?? told.tag_name}`,
  });
}

function fromPagerDuty(value: unknown): UnnamedEvent | null {
  const read = pagerDutyChange.safeParse(value);
  if (!read.success) return null;
  const { payload, links } = read.data;
  const details = payload.custom_details ?? {};
  const detail = (...names: readonly string[]): string | null => {
    const found = names.map((name) => details[name]).find((each) => typeof each === "string");
    return typeof found === "string" ? found : null;
  };
  return changeEvent(payload.timestamp, detail("service", "service_name") ?? payload.source ?? null, {
    kind: kindOf(detail("kind", "type") ?? "deploy"),
    status: "deployed",
    version: detail("version", "ref", "sha", "commit", "build") ?? "",
    environment: detail("environment", "env"),
    by: detail("by", "user", "author", "deployed_by"),
    url: links?.[0]?.href ?? null,
    summary: payload.summary,
  });
}

function fromPlain(value: unknown): UnnamedEvent | null {
  const read = plain.safeParse(value);
  if (!read.success) return null;
  const { at, service, files, ...told } = read.data;
  const kind = kindOf(told.kind);
  return changeEvent(at, service, {
    kind,
    status: statusOf(told.status ?? null, kind),
    version: told.ref,
    previousVersion: told.previous ?? null,
    environment: told.environment ?? null,
    by: told.by ?? null,
    url: told.url ?? null,
    summary: told.summary ?? `${told.kind} ${told.ref}`.trim(),
    files: files.map((file) => (typeof file === "string" ? { path: file, diff: [] } : file)),
    ...(told.rollout ? { rollout: rolloutStepOf(told.rollout) } : {}),
  });
}

type ToldChange = Pick<Change<string>, "kind" | "status" | "version" | "summary"> & Partial<Change<string>>;

function changeEvent(at: unknown, service: string | null, told: ToldChange): UnnamedEvent | null {
  const instant = instantOf(at);
  if (!instant) return null;
  return {
    kind: "change",
    atNs: instant.ns,
    observedNs: null,
    service,
    host: null,
    traceId: null,
    spanId: null,
    requestId: null,
    change: {
      previousVersion: null,
      environment: null,
      by: null,
      url: null,
      pullRequest: null,
      ...told,
      files: boundedFiles(told.files ?? []),
    },
  };
}

function boundedFiles(files: readonly ChangedFile<string>[]): readonly ChangedFile<string>[] {
  return files.slice(0, MAX_FILES).map(({ path, diff }) => ({
    path,
    diff: diff.slice(0, MAX_DIFF_LINES).map((line) => line.slice(0, 400)),
  }));
}

const KINDS: Readonly<Record<string, ChangeKind>> = {
  deploy: "deploy",
  deployment: "deploy",
  release: "deploy",
  rollout: "rollout",
  canary: "rollout",
  config: "config",
  configuration: "config",
  configmap: "config",
  setting: "config",
  flag: "flag",
  "feature-flag": "flag",
  scaling: "scaling",
  scale: "scaling",
  migration: "migration",
  certificate: "certificate",
  cert: "certificate",
  infrastructure: "infrastructure",
  infra: "infrastructure",
  merge: "merge",
  merged: "merge",
  push: "merge",
};

/** The kind of change that a word names; an unknown word is a deploy, the most common change there is. */
export function kindOf(word: string): ChangeKind {
  return KINDS[word.toLowerCase()] ?? "deploy";
}

function statusOf(status: string | null, kind: ChangeKind): Change["status"] {
  if (kind === "merge") return "merged";
  if (status === "failed" || status === "merged" || status === "rolled-back") return status;
  return "deployed";
}
