import { z } from "zod";
import type { EvidenceQuery } from "../../core/evidence.ts";
import { defineEvidenceSource } from "../define.ts";
import { readBundle } from "./read-bundle.ts";

/** Incident bundles, folders and log files on this machine, read fresh for every investigation. */
export const bundle = defineEvidenceSource({
  env: {
    TRACEOPS_BUNDLE: z
      .string()
      .optional()
      .describe("Incident bundles, folders or log files to read, separated by commas"),
  },
  title: "Incident bundle",
  deadlineMs: 20_000,
  tellsChanges: true,
  howToConfigure: "set TRACEOPS_BUNDLE to a bundle folder, a folder of logs or a log file (several with commas)",
  create: ({ TRACEOPS_BUNDLE }) => {
    const paths = pathsOf(TRACEOPS_BUNDLE);
    if (paths.length === 0) return null;
    return {
      gather: async (query, signal) => {
        const options = { range: rangeOf(query), collectedAt: query.window.toMs };
        return (await readBundle(paths, options, signal)).evidence;
      },
    };
  },
  check: async ({ TRACEOPS_BUNDLE }, deps, signal) => {
    const options = { range: null, collectedAt: deps.clock.nowMs() };
    const reading = await readBundle(pathsOf(TRACEOPS_BUNDLE), options, signal);
    return reading.analysable ? null : reading.problems.join(" ");
  },
});

/** Baseline and window together: the engine tells them apart. */
function rangeOf({ window, baseline }: EvidenceQuery): { fromMs: number; toMs: number } {
  return { fromMs: Math.min(baseline.fromMs, window.fromMs), toMs: Math.max(baseline.toMs, window.toMs) };
}

function pathsOf(setting: string | undefined): readonly string[] {
  return (setting ?? "")
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "");
}
