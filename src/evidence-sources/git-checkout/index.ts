import { z } from "zod";
import type { Event } from "../../core/event.ts";
import type { Evidence, TimeWindow } from "../../core/evidence.ts";
import { epochMs } from "../../core/ids.ts";
import { defineEvidenceSource } from "../define.ts";
import { readGitChanges } from "./read-git-changes.ts";

/** Commits and tags of git checkouts on this machine. */
export const gitCheckout = defineEvidenceSource({
  env: {
    TRACEOPS_GIT_CHECKOUT: z
      .string()
      .optional()
      .describe("Git checkouts whose commits and tags are changes, separated by commas"),
  },
  title: "Git checkout",
  deadlineMs: 15_000,
  tellsChanges: true,
  howToConfigure: "set TRACEOPS_GIT_CHECKOUT to the folder of a git checkout (several with commas)",
  create: ({ TRACEOPS_GIT_CHECKOUT }) => {
    const paths = pathsOf(TRACEOPS_GIT_CHECKOUT);
    if (paths.length === 0) return null;
    return {
      gather: async ({ window, baseline }, signal) => {
        const range = { fromMs: epochMs(Math.min(window.fromMs, baseline.fromMs)), toMs: window.toMs };
        return joinChanges(await readAll(paths, range, signal));
      },
    };
  },
  check: async ({ TRACEOPS_GIT_CHECKOUT }, deps, signal) => {
    const now = deps.clock.nowMs();
    const read = await readAll(pathsOf(TRACEOPS_GIT_CHECKOUT), { fromMs: epochMs(now - 1), toMs: now }, signal);
    const failed = read.flatMap((each) => (each.status === "failed" ? [each.detail] : []));
    return failed.length > 0 ? failed.join("; ") : null;
  },
});

async function readAll(
  paths: readonly string[],
  range: TimeWindow,
  signal: AbortSignal,
): Promise<readonly Evidence<string>[]> {
  return Promise.all(paths.map((path) => readGitChanges(path, range, signal)));
}

/** One answer for several checkouts: what one could not give is told, what another found is kept. */
function joinChanges(answers: readonly Evidence<string>[]): Evidence<string> {
  const events: Event<string>[] = [];
  const untold: string[] = [];
  const searched: string[] = [];
  let failed: Evidence<string> | null = null;
  for (const answer of answers) {
    if (answer.status === "found") {
      events.push(...answer.events);
      if (answer.partial !== null) untold.push(answer.partial);
    } else if (answer.status === "empty") searched.push(answer.searched);
    else {
      failed ??= answer;
      untold.push(answer.detail);
    }
  }
  if (events.length > 0) return { status: "found", events, read: events.length, partial: untold.join("; ") || null };
  return failed ?? { status: "empty", searched: searched.join("; ") };
}

function pathsOf(setting: string | undefined): readonly string[] {
  return (setting ?? "")
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "");
}
