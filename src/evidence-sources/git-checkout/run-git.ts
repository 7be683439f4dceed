import { execFile } from "node:child_process";
import { platform } from "node:os";

export type GitAnswer =
  | { readonly status: "ok"; readonly text: string }
  | { readonly status: "too-long" }
  | { readonly status: "failed"; readonly reason: "missing" | "refused" | "timeout"; readonly detail: string };

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const MAX_DETAIL = 300;

/**
 * A checkout may come from a stranger, and its own configuration can name programs to run: switch all of them off.
 * Nothing here reaches the network, asks for a password or writes.
 */
const SETTINGS = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.quotePath=false",
  "log.showSignature=false",
  "log.mailmap=false",
  "diff.external=",
  "diff.trustExitCode=false",
  "protocol.allow=never",
  "notes.displayRef=refs/notes/*",
];

const ENVIRONMENT = [
  "GIT_TERMINAL_PROMPT=0",
  "GIT_OPTIONAL_LOCKS=0",
  "GIT_NO_LAZY_FETCH=1",
  "GIT_ALLOW_PROTOCOL=none",
  "GIT_PAGER=cat",
  "LC_ALL=C",
];
/** A calling hook's variables must not point us at its own repository. */
const FORGOTTEN = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND"];

/** Runs one read-only git command in a checkout: no shell, no prompt, at most ten seconds and 16 MiB of output. */
export async function runGit(checkout: string, args: readonly string[], signal: AbortSignal): Promise<GitAnswer> {
  const git = ["--no-pager", ...SETTINGS.flatMap((setting) => ["-c", setting]), ...args];
  // `env` adds to the inherited environment, which only `main` may read. Windows has no `env`.
  const [command, words] =
    platform() === "win32"
      ? ["git", git]
      : ["env", [...FORGOTTEN.flatMap((name) => ["-u", name]), ...ENVIRONMENT, "git", ...git]];
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return new Promise((resolve) => {
    execFile(
      command,
      words,
      { cwd: checkout, signal: deadline, maxBuffer: MAX_OUTPUT_BYTES, encoding: "utf8", killSignal: "SIGKILL" },
      (error, stdout, stderr) => {
        resolve(error ? answerOf(error, stderr, deadline) : { status: "ok", text: stdout });
      },
    );
  });
}

function answerOf(error: Error & { code?: unknown }, stderr: string, deadline: AbortSignal): GitAnswer {
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return { status: "too-long" };
  const detail = (stderr.trim() || error.message).slice(0, MAX_DETAIL);
  if (deadline.aborted) return { status: "failed", reason: "timeout", detail: "git did not answer in time" };
  // `env` ends with 127 when there is no git.
  const isMissing = error.code === "ENOENT" || error.code === 127;
  return { status: "failed", reason: isMissing ? "missing" : "refused", detail };
}
