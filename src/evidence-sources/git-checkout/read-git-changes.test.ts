import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChangeEvent } from "../../core/event.ts";
import { epochMs } from "../../core/ids.ts";
import { readGitChanges } from "./read-git-changes.ts";

const WINDOW = { fromMs: epochMs(Date.UTC(2026, 10, 21, 1)), toMs: epochMs(Date.UTC(2026, 10, 21, 2)) };

let folder = "";
let checkout = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "git-checkout-"));
  checkout = join(folder, "pay");
  mkdirSync(checkout);
  git(["init", "--quiet", "--initial-branch=main"]);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function git(args: readonly string[], at = "2026-11-21T00:00:00Z"): void {
  const who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.net"];
  const env = { PATH: "/usr/bin:/bin", HOME: folder, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
  execFileSync("git", [...who, ...args], { cwd: checkout, env, stdio: "ignore" });
}

function commit(message: string, files: Readonly<Record<string, string>>, at: string): void {
  for (const [path, content] of Object.entries(files)) writeFileSync(join(checkout, path), content);
  git(["add", "."], at);
  git(["commit", "--quiet", "-m", message], at);
}

function read(path: string) {
  return readGitChanges(path, WINDOW, AbortSignal.timeout(20_000));
}

async function changes(path = checkout): Promise<readonly ChangeEvent<string>[]> {
  const evidence = await read(path);
  return evidence.status === "found" ? evidence.events.filter((event) => event.kind === "change") : [];
}

describe("commits", () => {
  test("in the window are merged, not deployed, with their diff and pull request", async () => {
    commit("Start", { "a.yaml": "pool: 40\n" }, "2026-11-20T10:00:00Z");
    commit("Smaller pool (#7)", { "a.yaml": "pool: 4\n" }, "2026-11-21T01:40:00Z");

    const [change, ...others] = await changes();

    expect(others).toEqual([]);
    expect(change).toMatchObject({
      service: "pay",
      atNs: BigInt(Date.UTC(2026, 10, 21, 1, 40)) * 1_000_000n,
      change: {
        kind: "merge",
        status: "merged",
        by: "Ana",
        summary: "Smaller pool (#7)",
        files: [{ path: "a.yaml", diff: ["-pool: 40", "+pool: 4"] }],
        pullRequest: { number: 7 },
      },
    });
  });

  test.each([
    ["a tag", () => git(["tag", "v2"]), "v2"],
    ["a deploy branch", () => git(["branch", "deploy/production"]), "deploy/production"],
    ["a note", () => git(["notes", "add", "-m", "Deployed-To: production"]), null],
  ])("that %s calls deployed are deployed", async (_what, mark, version) => {
    commit("Start", { "a.yaml": "1\n" }, "2026-11-21T01:40:00Z");
    mark();

    const [change] = await changes();

    expect(change?.change.status).toBe("deployed");
    expect(version === null || change?.change.version === version).toBe(true);
  });

  test("a note that says not deployed does not make it deployed", async () => {
    commit("Start", { "a.yaml": "1\n" }, "2026-11-21T01:40:00Z");
    git(["notes", "add", "-m", "not deployed yet"]);

    const [change] = await changes();

    expect(change?.change.status).toBe("merged");
  });

  test("long diffs and many files are bounded", async () => {
    const long = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}.txt`, long]));
    commit("Big", files, "2026-11-21T01:40:00Z");

    const [change] = await changes();

    expect(change?.change.files).toHaveLength(50);
    expect(change?.change.files.every(({ diff }) => diff.length === 40)).toBe(true);
  });
});

test("a tag made in the window on an old commit is a release, compared with the tag before", async () => {
  commit("Start", { "a.yaml": "pool: 40\n" }, "2026-11-19T10:00:00Z");
  git(["tag", "-a", "v1", "-m", "One"], "2026-11-19T11:00:00Z");
  commit("Pool", { "a.yaml": "pool: 4\n" }, "2026-11-20T10:00:00Z");
  git(["tag", "-a", "v2", "-m", "Two"], "2026-11-21T01:45:00Z");

  const found = await changes();

  expect(found).toMatchObject([
    {
      change: {
        kind: "deploy",
        status: "deployed",
        version: "v2",
        previousVersion: "v1",
        summary: "Two",
        files: [{ path: "a.yaml", diff: ["-pool: 40", "+pool: 4"] }],
      },
    },
  ]);
});

describe("a checkout from a stranger", () => {
  test("runs none of the programs that its configuration names", async () => {
    const mark = join(folder, "was-run");
    const program = join(folder, "program.sh");
    writeFileSync(program, `#!/bin/sh\ntouch ${mark}\ncat "$@" 2>/dev/null\nexit 0\n`, { mode: 0o755 });
    commit("Start", { "a.txt": "1\n", ".gitattributes": "*.txt diff=evil\n" }, "2026-11-20T10:00:00Z");
    commit("Next", { "a.txt": "2\n" }, "2026-11-21T01:40:00Z");
    for (const name of [
      "core.fsmonitor",
      "diff.external",
      "diff.evil.textconv",
      "diff.evil.command",
      "core.pager",
      "gpg.program",
    ])
      git(["config", name, program]);
    git(["config", "log.showSignature", "true"]);

    const found = await changes();

    expect(found).toHaveLength(1);
    expect(existsSync(mark)).toBe(false);
  });

  test("may have refs that look like options", async () => {
    commit("Start", { "a.yaml": "1\n" }, "2026-11-21T01:40:00Z");
    git(["update-ref", "refs/tags/--output=stolen", "HEAD"]);

    const found = await changes();

    expect(found).toHaveLength(1);
    expect(existsSync(join(checkout, "stolen"))).toBe(false);
  });
});

describe("what cannot be read is said", () => {
  test("no repository, no folder, no commits", async () => {
    expect(await read(folder)).toMatchObject({ status: "failed", reason: "invalid" });
    expect(await read(join(folder, "nope"))).toMatchObject({ status: "failed", reason: "unavailable" });
    expect(await read(checkout)).toMatchObject({
      status: "empty",
      searched: expect.stringContaining("without commits"),
    });
  });

  test("nothing in the window is empty, with what was searched", async () => {
    commit("Old", { "a.yaml": "1\n" }, "2026-11-20T10:00:00Z");

    const evidence = await read(checkout);

    expect(evidence).toMatchObject({ status: "empty", searched: expect.stringContaining("2026-11-21T01:00:00.000Z") });
  });
});
