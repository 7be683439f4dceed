import { z } from "zod";

export interface WatchedRepository {
  readonly owner: string;
  readonly repo: string;
  readonly service: string;
}

const ENTRY = /^([\w.-]+)\/([\w.-]+)(?:=([^\s,=]+))?$/u;
const MAX_REPOSITORIES = 50;

export const githubEnv = {
  GITHUB_TOKEN: z
    .string()
    .optional()
    .describe("Fine-grained token with read access to Metadata, Contents, Deployments and Pull requests."),
  GITHUB_REPOS: z
    .string()
    .optional()
    .refine((list) => list === undefined || parseRepositories(list) !== null, {
      message: "must be a list like owner/repository=service,owner/other",
    })
    .describe(
      "Repositories and the services they hold: owner/repository=service,owner/other. Without =, the repository's name is the service.",
    ),
  GITHUB_API_URL: z
    .url({ protocol: /^https?$/u })
    .default("https://api.github.com")
    .describe("Address of GitHub's REST API; GitHub Enterprise Server has its own."),
} as const;

/** Repositories from their setting; null when an entry is not understood. */
export function parseRepositories(list: string): readonly WatchedRepository[] | null {
  const entries = list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const parsed = entries.map((entry) => ENTRY.exec(entry));
  if (parsed.includes(null) || parsed.length > MAX_REPOSITORIES) return null;
  return parsed.flatMap((match) => {
    const [, owner, repo, service] = match ?? [];
    return owner && repo ? [{ owner, repo, service: service ?? repo }] : [];
  });
}
