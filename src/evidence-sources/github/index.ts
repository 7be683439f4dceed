import type { Evidence, EvidenceQuery, TimeWindow } from "../../core/evidence.ts";
import { isoTime } from "../../core/time.ts";
import { defineEvidenceSource } from "../define.ts";
import { createReader, type ReaderOptions } from "./client.ts";
import type { Problem } from "./problem.ts";
import { type RepositoryReading, readRepository } from "./read-repository.ts";
import { githubEnv, parseRepositories, type WatchedRepository } from "./settings.ts";

const DEADLINE_MS = 15_000;
/** Kept free so that what was read until then can still be told. */
const RESERVE_MS = 2000;

/** Deployments, their changed files and pull requests; merged is not deployed. */
export const github = defineEvidenceSource({
  env: githubEnv,
  title: "GitHub",
  deadlineMs: DEADLINE_MS,
  tellsChanges: true,
  howToConfigure:
    "Set GITHUB_TOKEN (fine-grained, read access to Contents, Deployments and Pull requests) and GITHUB_REPOS=owner/repository=service.",
  create: (env) => {
    const settings = settingsOf(env);
    return (
      settings && {
        gather: (query, signal) => gatherChanges({ ...settings, deadlineMs: DEADLINE_MS - RESERVE_MS }, query, signal),
      }
    );
  },
  check: async (env, { clock }, signal) => {
    const settings = settingsOf(env);
    if (!settings) return null;
    const range: TimeWindow = { fromMs: clock.nowMs(), toMs: clock.nowMs() };
    const { problems } = merge(await readAll(settings, range, signal));
    return problems.length === 0 ? null : sentences(problems);
  },
});

interface Settings {
  readonly reader: ReaderOptions;
  readonly repositories: readonly WatchedRepository[];
}

function settingsOf(env: {
  GITHUB_TOKEN?: string | undefined;
  GITHUB_REPOS?: string | undefined;
  GITHUB_API_URL: string;
}): Settings | null {
  const repositories = parseRepositories(env.GITHUB_REPOS ?? "") ?? [];
  if (!env.GITHUB_TOKEN || repositories.length === 0) return null;
  return { reader: { token: env.GITHUB_TOKEN, apiUrl: env.GITHUB_API_URL }, repositories };
}

export interface GatherSettings extends Settings {
  readonly deadlineMs: number;
}

/** Reads all repositories at once. One that fails is a stated gap beside the others. */
export async function gatherChanges(
  settings: GatherSettings,
  query: EvidenceQuery,
  signal: AbortSignal,
): Promise<Evidence<string>> {
  const range: TimeWindow = { fromMs: query.baseline.fromMs, toMs: query.window.toMs };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(settings.deadlineMs)]);
  const { events, problems, read } = merge(await readAll(settings, range, limited));
  const [first] = problems;
  if (first && read === 0) return { status: "failed", reason: first.reason, detail: sentences(problems) };
  if (events.length === 0 && !first) {
    const names = settings.repositories.map(({ owner, repo }) => `${owner}/${repo}`).join(", ");
    return {
      status: "empty",
      searched: `deployments and merges of ${names}, ${isoTime(range.fromMs)} to ${isoTime(range.toMs)}`,
    };
  }
  return { status: "found", events, read, partial: first ? sentences(problems) : null };
}

function readAll(settings: Settings, range: TimeWindow, signal: AbortSignal): Promise<readonly RepositoryReading[]> {
  const reader = createReader(settings.reader, signal);
  return Promise.all(settings.repositories.map((at) => readRepository(reader, at, { range, signal })));
}

function merge(readings: readonly RepositoryReading[]) {
  return {
    events: readings.flatMap(({ events }) => events),
    problems: readings.flatMap(({ problems }) => problems),
    read: readings.reduce((sum, { read }) => sum + read, 0),
  };
}

const MAX_SENTENCES = 4;

function sentences(problems: readonly Problem[]): string {
  const details = [...new Set(problems.map(({ detail }) => detail))];
  const more = details.length - MAX_SENTENCES;
  return `${details.slice(0, MAX_SENTENCES).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
