import type { ChangedFile } from "../../core/event.ts";

/** One commit as `git log` prints it in our format. */
export interface Commit {
  readonly sha: string;
  readonly committedAtMs: number;
  readonly author: string;
  readonly subject: string;
  readonly note: string;
  readonly files: readonly ChangedFile<string>[];
}

export interface Ref {
  readonly name: string;
  /** The commit, also for annotated tags. */
  readonly sha: string;
  readonly createdAtMs: number;
  readonly subject: string;
}

const RECORD = "\u001e";
const FIELD = "\u001f";
const MAX_FILES = 50;
const MAX_DIFF_LINES = 40;
const MAX_LINE = 400;
const MAX_COMMITS = 200;

/** The format that `parseCommits` reads. Separators are control characters that a commit message cannot hold. */
export const COMMIT_FORMAT = "%x1e%H%x1f%cI%x1f%an%x1f%s%x1f%N%x1f";
export const REF_FORMAT = "%1e%(refname)%1f%(objectname)%1f%(*objectname)%1f%(creatordate:iso-strict)%1f%(subject)";

/** Reads `git log --format=COMMIT_FORMAT -p`; at most 200 commits, 50 files each, 40 lines a file. */
export function parseCommits(text: string): readonly Commit[] {
  return text
    .split(RECORD)
    .slice(1, MAX_COMMITS + 1)
    .flatMap((record) => {
      const [sha = "", committedAt = "", author = "", subject = "", note = "", ...patch] = record.split(FIELD);
      const committedAtMs = Date.parse(committedAt);
      if (!/^[0-9a-f]{40,64}$/u.test(sha) || Number.isNaN(committedAtMs)) return [];
      const files = parsePatch(patch.join(FIELD));
      return [{ sha, committedAtMs, author, subject, note, files }];
    });
}

/** Reads `git for-each-ref --format=REF_FORMAT`. */
export function parseRefs(text: string): readonly Ref[] {
  return text
    .split(RECORD)
    .slice(1)
    .flatMap((record) => {
      const [name = "", object = "", target = "", createdAt = "", subject = ""] = record.trimEnd().split(FIELD);
      const createdAtMs = Date.parse(createdAt);
      return Number.isNaN(createdAtMs) ? [] : [{ name, sha: target || object, createdAtMs, subject }];
    });
}

/** Reads a patch without context lines: which files changed, and their first added and removed lines. */
export function parsePatch(text: string): readonly ChangedFile<string>[] {
  return text
    .split(/^diff --git /mu)
    .slice(1, MAX_FILES + 1)
    .map((part) => {
      const [head = "", ...lines] = part.split("\n");
      return { path: pathOf(head, lines), diff: changedLines(lines) };
    })
    .filter(({ path }) => path !== "");
}

function pathOf(head: string, lines: readonly string[]): string {
  const named = (mark: string): string | undefined =>
    lines
      .find((line) => line.startsWith(mark))
      ?.slice(mark.length)
      .replace(/\t$/u, "");
  // A removed file has no new name, a binary one has neither line.
  return named("+++ b/") ?? named("--- a/") ?? / b\/(.+)$/u.exec(head)?.[1] ?? "";
}

function changedLines(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => line.startsWith("@@"));
  if (start < 0) return [];
  return lines
    .slice(start)
    .filter((line) => line.startsWith("+") || line.startsWith("-"))
    .slice(0, MAX_DIFF_LINES)
    .map((line) => line.slice(0, MAX_LINE));
}
