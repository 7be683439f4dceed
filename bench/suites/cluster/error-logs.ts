import { z } from "zod";
import type { LogEvent } from "../../../src/core/event.ts";
import type { EpochMs } from "../../../src/core/ids.ts";
import { pointer } from "./cache.ts";
import { toLog } from "./records.ts";

const FILE = "tool_cache.json";
const Asked = z.object({ service_name: z.string() });
const Patterns = z.object({
  patterns: z.array(z.looseObject({ sample: z.string().optional(), pattern: z.string().optional() })),
});
const Lines = z.record(z.string(), z.array(z.string()));

/** The error logs that were asked for: samples of patterns, or lines per container. For cases without the logs themselves. */
export function errorLogsOf(
  cache: Readonly<Record<string, unknown>>,
  collectedMs: EpochMs,
): readonly LogEvent<string>[] {
  return Object.entries(cache).flatMap(([key, answer]) => {
    if (!key.startsWith("GetErrorLogs:")) return [];
    const { service_name: service } = Asked.parse(JSON.parse(key.slice("GetErrorLogs:".length)));
    const isText = typeof answer === "string";
    return entriesIn(isText ? parsed(answer) : answer).flatMap(({ path, text }, index) => {
      const ref = isText ? pointer(FILE, key) : pointer(FILE, key, ...path);
      return text.trim() === ""
        ? []
        : [toLog(text, { ref, part: String(index), atMs: timeIn(text) ?? collectedMs, service })];
    });
  });
}

interface Entry {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function entriesIn(answer: unknown): readonly Entry[] {
  const counted = Patterns.safeParse(answer);
  if (counted.success)
    return counted.data.patterns.map(({ sample, pattern }, index) => ({
      path: ["patterns", index],
      text: sample ?? pattern ?? "",
    }));
  const lines = Lines.safeParse(answer);
  if (!lines.success) return [];
  return Object.entries(lines.data).flatMap(([container, texts]) =>
    texts.map((text, index) => ({ path: [container, index], text })),
  );
}

/** The container runtime's stamp, with its zone. */
function timeIn(text: string): number | null {
  const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?\d*(?:Z|[+-]\d\d:\d\d)/u.exec(text)?.[0];
  const ms = stamp === undefined ? Number.NaN : Date.parse(stamp.replace(/(\.\d{3})\d+/u, "$1"));
  return Number.isNaN(ms) ? null : ms;
}
