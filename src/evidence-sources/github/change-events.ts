import type { Change, ChangeEvent } from "../../core/event.ts";
import { eventId } from "../../core/ids.ts";
import { msToNs } from "../../core/time.ts";
import type { Comparison, Deployment, Pull } from "./answers.ts";
import { changedFiles } from "./diff.ts";
import type { Rollout } from "./rollouts.ts";
import type { WatchedRepository } from "./settings.ts";

/** What could be read about a rollout beyond its status. Null for what could not. */
export interface RolloutDetail {
  /** From the previous version to this one; for a way back, from this one to the previous. */
  readonly comparison: Comparison | null;
  readonly isRollback: boolean;
  readonly pull: Pull | null;
}

/** A deployment that ended, as a change of its service at the moment of its last status. */
export function rolloutEvent(at: WatchedRepository, rollout: Rollout, detail: RolloutDetail): ChangeEvent<string> {
  const { deployment, previous } = rollout;
  const { comparison, isRollback, pull } = detail;
  return changeEvent(at, {
    ref: `${at.owner}/${at.repo} deployment ${deployment.id}`,
    atMs: rollout.atMs,
    change: {
      kind: "deploy",
      status: statusOf(rollout, isRollback),
      version: versionOf(deployment),
      previousVersion: previous && versionOf(previous),
      environment: deployment.environment,
      by: authorOf(deployment, pull),
      url: comparison?.html_url ?? pull?.html_url ?? rollout.logUrl,
      summary: summaryOf(deployment, detail),
      files: comparison ? changedFiles(comparison, isRollback ? "reversed" : "forward") : [],
      pullRequest: pull && pullRequestOf(pull),
    },
  });
}

function statusOf({ outcome }: Rollout, isRollback: boolean): Change["status"] {
  if (outcome === "failed") return "failed";
  return isRollback ? "rolled-back" : "deployed";
}

const pullRequestOf = ({ number, title, html_url: url }: Pull) => ({ number, title, url });

function authorOf({ creator }: Deployment, pull: Pull | null): string | null {
  return creator?.login ?? pull?.user?.login ?? null;
}

function summaryOf(deployment: Deployment, { pull, comparison }: RolloutDetail): string {
  const said = [deployment.description, pull?.title, subjectOf(comparison)].find((text) => text);
  return said ?? `deployment of ${versionOf(deployment)}`;
}

/** A pull request that was merged and is in no deployment: context, never a cause. */
export function mergeEvent(at: WatchedRepository, pull: Pull & { readonly merged_at: string }): ChangeEvent<string> {
  return changeEvent(at, {
    ref: `${at.owner}/${at.repo} pull request ${pull.number}`,
    atMs: Date.parse(pull.merged_at),
    change: {
      kind: "merge",
      status: "merged",
      version: (pull.merge_commit_sha ?? "").slice(0, SHORT) || `#${pull.number}`,
      previousVersion: null,
      environment: null,
      by: pull.user?.login ?? null,
      url: pull.html_url,
      summary: `${pull.title} (merged, no deployment of it found)`,
      files: [],
      pullRequest: pullRequestOf(pull),
    },
  });
}

interface Happened {
  readonly ref: string;
  readonly atMs: number;
  readonly change: Change<string>;
}

function changeEvent(at: WatchedRepository, { ref, atMs, change }: Happened): ChangeEvent<string> {
  return {
    kind: "change",
    id: eventId("github", ref),
    atNs: msToNs(atMs),
    observedNs: null,
    service: at.service,
    host: null,
    source: "github",
    ref,
    traceId: null,
    spanId: null,
    requestId: null,
    change,
  };
}

const SHORT = 12;

/** A tag says more than a commit; a branch says nothing about what ran. */
function versionOf({ ref, sha }: Deployment): string {
  return /^v?\d+[\w.+-]*$/u.test(ref) && !sha.startsWith(ref) ? ref : sha.slice(0, SHORT);
}

function subjectOf(comparison: Comparison | null): string | undefined {
  return comparison?.commits.at(-1)?.commit.message.split("\n")[0];
}
