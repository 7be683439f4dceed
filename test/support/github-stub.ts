import nock from "nock";

interface Shipped {
  readonly sha: string;
  readonly atMs: number;
}

interface Merged {
  readonly number: number;
  readonly title: string;
  readonly sha: string;
  readonly mergedAtMs: number;
}

/** What a repository on GitHub holds for our questions. */
export interface KeptRepository {
  /** "owner/name". */
  readonly name: string;
  /** Production deployments that ended well, oldest first. */
  readonly deployments: readonly Shipped[];
  readonly pulls: readonly Merged[];
  /** What every comparison shows as changed. */
  readonly files: readonly { readonly filename: string; readonly patch: string }[];
}

const API = "https://api.github.com";
const USER = { login: "ann", id: 1, type: "User" };

/** Answers for this repository at GitHub's own address until `nock.cleanAll()`. */
export function keepRepository({ name, deployments, pulls, files }: KeptRepository): void {
  const reply = (path: string, body: object) =>
    nock(API).persist().get(`/repos/${name}/${path}`).query(true).reply(200, body);
  reply("deployments", deployments.map(deployment).toReversed());
  for (const [index, each] of deployments.entries()) {
    reply(`deployments/${index + 1}/statuses`, statuses(each));
    reply(
      `commits/${each.sha}/pulls`,
      pulls.filter(({ sha }) => sha === each.sha).map((pull) => pullRequest(name, pull)),
    );
    const previous = deployments[index - 1];
    if (previous) reply(`compare/${previous.sha}...${each.sha}`, comparison(name, { previous, each, files }));
  }
  reply(
    "pulls",
    pulls.map((pull) => pullRequest(name, pull)),
  );
}

function deployment({ sha, atMs }: Shipped, index: number): object {
  const createdAt = time(atMs - 60_000);
  return {
    id: index + 1,
    sha,
    ref: "main",
    task: "deploy",
    environment: "production",
    production_environment: true,
    description: null,
    created_at: createdAt,
    updated_at: createdAt,
    creator: USER,
  };
}

function statuses({ atMs }: Shipped): readonly object[] {
  return [
    { id: 2, state: "success", created_at: time(atMs), log_url: "https://ci.acme.example/7", creator: USER },
    { id: 1, state: "in_progress", created_at: time(atMs - 50_000), log_url: "", creator: USER },
  ];
}

function comparison(
  name: string,
  { previous, each, files }: { previous: Shipped; each: Shipped; files: KeptRepository["files"] },
): object {
  return {
    status: "ahead",
    html_url: `https://github.com/${name}/compare/${previous.sha}...${each.sha}`,
    ahead_by: 1,
    behind_by: 0,
    total_commits: 1,
    commits: [{ sha: each.sha, commit: { message: "Tune the connection pool\n\nLonger text." } }],
    files: files.map((file) => ({ ...file, status: "modified", additions: 1, deletions: 1, changes: 2 })),
  };
}

function pullRequest(name: string, { number, title, sha, mergedAtMs }: Merged): object {
  return {
    number,
    title,
    state: "closed",
    html_url: `https://github.com/${name}/pull/${number}`,
    merged_at: time(mergedAtMs),
    merge_commit_sha: sha,
    user: USER,
  };
}

/** GitHub writes whole seconds. */
function time(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/u, "Z");
}
