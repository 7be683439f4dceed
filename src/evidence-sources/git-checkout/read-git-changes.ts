import { basename, resolve } from "node:path";
import type { Change, ChangedFile, ChangeEvent } from "../../core/event.ts";
import type { Evidence, TimeWindow } from "../../core/evidence.ts";
import { type EpochMs, epochMs, eventId } from "../../core/ids.ts";
import { isoTime, msToNs } from "../../core/time.ts";
import { COMMIT_FORMAT, type Commit, parseCommits, parsePatch, parseRefs, REF_FORMAT, type Ref } from "./parse-log.ts";
import { type GitAnswer, runGit } from "./run-git.ts";

const MAX_RELEASES = 10;
const PATCH = ["-p", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];
const PREFIXES = ["--src-prefix=a/", "--dst-prefix=b/"];

/**
 * What a git checkout says was changed in a window. Commits are merged, not deployed, unless a tag, a ref under
 * `deploy/` or a git note says so; tags made in the window are releases. Diffs are bounded. Never throws.
 */
export async function readGitChanges(path: string, window: TimeWindow, signal: AbortSignal): Promise<Evidence<string>> {
  const checkout = resolve(path);
  const log = await readCommits(checkout, window, signal);
  if (log.answer.status === "failed") return failure(path, log.answer);
  const refs = await readRefs(checkout, signal);
  const commits = log.answer.status === "ok" ? parseCommits(log.answer.text) : [];
  const service = await repositoryName(checkout, signal);
  const releases = await describeReleases({ checkout, window, refs, signal });
  const events = [
    ...commits.map((commit) => commitEvent(commit, { service, window, refs })),
    ...releases
      .filter(({ ref }) => !commits.some((commit) => commit.sha === ref.sha))
      .map((release) => releaseEvent(release, service)),
  ];
  if (events.length === 0) {
    return {
      status: "empty",
      searched: `git log and tags of ${path} from ${isoTime(window.fromMs)} to ${isoTime(window.toMs)}`,
    };
  }
  return { status: "found", events, read: events.length, partial: log.partial };
}

/** The repository's name by its remote, else the name of the folder. */
async function repositoryName(checkout: string, signal: AbortSignal): Promise<string> {
  const answer = await runGit(checkout, ["config", "--local", "--get", "remote.origin.url"], signal);
  const url = answer.status === "ok" ? answer.text.trim() : "";
  return /([\w.-]{1,100}?)(?:\.git)?\/*$/u.exec(url)?.[1] ?? basename(checkout);
}

async function readCommits(
  checkout: string,
  window: TimeWindow,
  signal: AbortSignal,
): Promise<{ answer: GitAnswer; partial: string | null }> {
  const range = [`--since=${isoTime(window.fromMs)}`, `--until=${isoTime(window.toMs)}`, "--max-count=200"];
  const base = ["log", "--first-parent", "-m", `--format=${COMMIT_FORMAT}`, ...range];
  const full = await runGit(checkout, [...base, ...PATCH, ...PREFIXES, "--end-of-options", "HEAD", "--", "."], signal);
  if (full.status !== "too-long") return { answer: full, partial: null };
  const short = await runGit(checkout, [...base, "--no-patch", "--end-of-options", "HEAD", "--", "."], signal);
  return { answer: short, partial: "the diffs are too long and were not read" };
}

async function readRefs(checkout: string, signal: AbortSignal): Promise<readonly Ref[]> {
  const args = [
    "for-each-ref",
    "--sort=-creatordate",
    "--count=500",
    `--format=${REF_FORMAT}`,
    "refs/tags",
    "refs/heads",
    "refs/remotes",
    "refs/deploy",
  ];
  const answer = await runGit(checkout, args, signal);
  return answer.status === "ok" ? parseRefs(answer.text).filter(({ name }) => isRelease(name)) : [];
}

/** Tags, and refs such as refs/heads/deploy/production. */
function isRelease(name: string): boolean {
  return name.startsWith("refs/tags/") || /(?:^|\/)deploy(?:ed|ments?)?\//u.test(name);
}

interface Release {
  readonly ref: Ref;
  readonly previous: Ref | null;
  readonly files: readonly ChangedFile<string>[];
}

interface Releases {
  readonly checkout: string;
  readonly window: TimeWindow;
  /** Newest first. */
  readonly refs: readonly Ref[];
  readonly signal: AbortSignal;
}

async function describeReleases({ checkout, window, refs, signal }: Releases): Promise<readonly Release[]> {
  const tags = refs.filter(({ name }) => name.startsWith("refs/tags/"));
  const recent = tags.filter((tag) => isInside(tag.createdAtMs, window)).slice(0, MAX_RELEASES);
  const releases: Release[] = [];
  for (const ref of recent) {
    const previous = tags.find((tag) => tag.createdAtMs < ref.createdAtMs && tag.sha !== ref.sha) ?? null;
    releases.push({ ref, previous, files: await filesBetween(checkout, { ref, previous }, signal) });
  }
  return releases;
}

async function filesBetween(
  checkout: string,
  { ref, previous }: { ref: Ref; previous: Ref | null },
  signal: AbortSignal,
): Promise<readonly ChangedFile<string>[]> {
  if (previous === null) return [];
  // Object names, never ref names: a ref may be called anything.
  const args = ["diff", ...PATCH, ...PREFIXES, "--end-of-options", previous.sha, ref.sha, "--"];
  const answer = await runGit(checkout, args, signal);
  return answer.status === "ok" ? parsePatch(answer.text) : [];
}

interface CommitContext {
  readonly service: string;
  readonly window: TimeWindow;
  readonly refs: readonly Ref[];
}

function commitEvent(commit: Commit, { service, window, refs }: CommitContext): ChangeEvent<string> {
  const ref = refs.find((each) => each.sha === commit.sha);
  const deployed = ref !== undefined || saysDeployed(commit.note);
  const at = ref && isInside(ref.createdAtMs, window) ? ref.createdAtMs : commit.committedAtMs;
  const number = /\(#(\d{1,9})\)\s*$|^Merge pull request #(\d{1,9})/u.exec(commit.subject);
  return changeEvent(epochMs(at), `${service}@${commit.sha.slice(0, 12)}`, {
    service,
    change: {
      kind: deployed ? "deploy" : "merge",
      status: deployed ? "deployed" : "merged",
      version: ref ? shortName(ref.name) : commit.sha.slice(0, 12),
      previousVersion: null,
      environment: null,
      by: commit.author,
      url: null,
      summary: commit.subject,
      files: commit.files,
      pullRequest: number ? { number: Number(number[1] ?? number[2]), title: commit.subject, url: null } : null,
    },
  });
}

/** A note such as "deployed to production" or "Deployed-At: 2026-11-21T01:45:00Z"; "not deployed" does not count. */
function saysDeployed(note: string): boolean {
  return /^\s*deployed\b/imu.test(note);
}

function releaseEvent({ ref, previous, files }: Release, service: string): ChangeEvent<string> {
  const version = shortName(ref.name);
  return changeEvent(epochMs(ref.createdAtMs), `${service}@tag/${version}`, {
    service,
    change: {
      kind: "deploy",
      status: "deployed",
      version,
      previousVersion: previous ? shortName(previous.name) : null,
      environment: null,
      by: null,
      url: null,
      summary: ref.subject === "" ? `Release ${version}` : ref.subject,
      files,
      pullRequest: null,
    },
  });
}

function changeEvent(
  at: EpochMs,
  ref: string,
  { service, change }: { service: string; change: Change<string> },
): ChangeEvent<string> {
  return {
    kind: "change",
    id: eventId("git-checkout", ref),
    source: "git-checkout",
    ref,
    atNs: msToNs(at),
    observedNs: null,
    service,
    host: null,
    traceId: null,
    spanId: null,
    requestId: null,
    change,
  };
}

function shortName(name: string): string {
  return name.replace(/^refs\/(?:tags|heads|remotes\/[^/]+|deploy)\//u, "");
}

function isInside(atMs: number, window: TimeWindow): boolean {
  return atMs >= window.fromMs && atMs <= window.toMs;
}

type FailedAnswer = Extract<GitAnswer, { status: "failed" }>;

function failure(path: string, { reason, detail }: FailedAnswer): Evidence<string> {
  if (reason === "timeout") return { status: "failed", reason: "timeout", detail: `${path}: ${detail}` };
  if (reason === "missing") {
    return {
      status: "failed",
      reason: "unavailable",
      detail: `git or the folder ${path} was not found: install git or check the path`,
    };
  }
  if (/dubious ownership/iu.test(detail)) {
    return {
      status: "failed",
      reason: "unauthorized",
      detail: `${path} belongs to another user, so git refuses to read it`,
    };
  }
  if (/does not have any commits|(?:bad|unknown) revision|ambiguous argument 'HEAD'/iu.test(detail)) {
    return { status: "empty", searched: `${path}: a git checkout without commits` };
  }
  return { status: "failed", reason: "invalid", detail: `${path} is not a git checkout that can be read: ${detail}` };
}
