import { CloudWatchLogsClient, type CloudWatchLogsClientConfig } from "@aws-sdk/client-cloudwatch-logs";
import type { Logger } from "../../app/ports.ts";
import type { Evidence, EvidenceQuery } from "../../core/evidence.ts";
import { epochMs } from "../../core/ids.ts";
import { isoTime } from "../../core/time.ts";
import { defineEvidenceSource } from "../define.ts";
import { runQuery } from "./insights.ts";
import { problemOf } from "./problem.ts";
import { merge, type RegionReading, readRegion } from "./read-region.ts";
import { cloudwatchEnv, type LogGroup, parseLogGroups } from "./settings.ts";

const DEADLINE_MS = 22_000;
/** Kept free to stop queries and to tell what was read until then. */
const RESERVE_MS = 3000;
const POLL_MS = 500;
const MAX_GROUPS_A_QUERY = 50;

/** CloudWatch Logs of any number of groups and regions, with the usual AWS credentials. */
export const cloudwatchLogs = defineEvidenceSource({
  env: cloudwatchEnv,
  title: "CloudWatch Logs",
  deadlineMs: DEADLINE_MS,
  howToConfigure:
    "Set CLOUDWATCH_LOG_GROUPS=region:/log/group=service and give AWS credentials with logs:StartQuery, logs:GetQueryResults, logs:StopQuery and logs:FilterLogEvents.",
  create: (env, { logger }) => {
    const { groups, wrong } = parseLogGroups(env);
    if (groups.length === 0 && wrong.length === 0) return null;
    const clientFor = clientPerRegion({});
    return {
      gather: (query, signal) =>
        gatherLogs(
          { groups, wrong, clientFor, logger, deadlineMs: DEADLINE_MS - RESERVE_MS, pollMs: POLL_MS },
          query,
          signal,
        ),
    };
  },
  check: async (env, { clock }, signal) => {
    const { groups, wrong } = parseLogGroups(env);
    if (wrong.length > 0) return wrongEntries(wrong);
    const range = { fromMs: epochMs(clock.nowMs() - 60_000), toMs: clock.nowMs() };
    const clientFor = clientPerRegion({});
    for (const batch of batches(groups)) {
      const place = { region: batch[0]?.region ?? "", groups: batch };
      try {
        const options = { client: clientFor(place.region), pollMs: POLL_MS, signal };
        await runQuery({ groups: batch, range, query: "fields @timestamp | limit 1" }, options);
      } catch (error) {
        return problemOf(error, place, signal).detail;
      }
    }
    return null;
  },
});

export interface GatherSettings {
  readonly groups: readonly LogGroup[];
  /** Entries of the setting that were not understood. */
  readonly wrong: readonly string[];
  readonly clientFor: (region: string) => CloudWatchLogsClient;
  readonly logger: Logger;
  readonly deadlineMs: number;
  readonly pollMs: number;
}

/** Asks all regions at once. What could not be read is stated; lines that came in time are kept. */
export async function gatherLogs(
  settings: GatherSettings,
  query: EvidenceQuery,
  signal: AbortSignal,
): Promise<Evidence<string>> {
  const { clientFor, deadlineMs, pollMs, logger } = settings;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const readings = await Promise.all(
    batches(settings.groups).map((groups) => {
      const region = groups[0]?.region ?? "";
      const { window, baseline } = query;
      return readRegion({
        client: clientFor(region),
        place: { region, groups },
        window,
        baseline,
        pollMs,
        signal: limited,
      });
    }),
  );
  const all = merge(readings);
  logger.info({ source: "cloudwatch-logs", bytesScanned: all.bytesScanned, lines: all.read }, "log groups were read");
  return toEvidence(all, settings, query);
}

function toEvidence(all: RegionReading, { groups, wrong }: GatherSettings, query: EvidenceQuery): Evidence<string> {
  const wrongText = wrong.length > 0 ? [wrongEntries(wrong)] : [];
  const gaps = [...wrongText, ...new Set([...all.problems.map(({ detail }) => detail), ...all.limits])];
  const worst = all.problems[0];
  if (all.events.length === 0 && (worst || wrongText.length > 0)) {
    return { status: "failed", reason: worst?.reason ?? "invalid", detail: sentences(gaps) };
  }
  if (all.events.length === 0) {
    const names = [...new Set(groups.map(({ region, group }) => `${region}:${group}`))].slice(0, 10).join(", ");
    return {
      status: "empty",
      searched: `${names}, ${isoTime(query.baseline.fromMs)} to ${isoTime(query.window.toMs)}`,
    };
  }
  return { status: "found", events: all.events, read: all.read, partial: gaps.length > 0 ? sentences(gaps) : null };
}

const MAX_SENTENCES = 4;

function sentences(gaps: readonly string[]): string {
  const more = gaps.length - MAX_SENTENCES;
  return `${gaps.slice(0, MAX_SENTENCES).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function wrongEntries(wrong: readonly string[]): string {
  return `CLOUDWATCH_LOG_GROUPS has entries without a region or of another form (${wrong.length}): write region:/log/group=service or set CLOUDWATCH_REGIONS`;
}

/** Groups of one region together, at most fifty; names and ARNs cannot be mixed in one query. */
function batches(groups: readonly LogGroup[]): readonly (readonly LogGroup[])[] {
  const byKind = Object.groupBy(groups, ({ region, group }) => `${region} ${group.startsWith("arn:")}`);
  return Object.values(byKind).flatMap((together = []) => {
    const count = Math.ceil(together.length / MAX_GROUPS_A_QUERY);
    return Array.from({ length: count }, (_, index) =>
      together.slice(index * MAX_GROUPS_A_QUERY, (index + 1) * MAX_GROUPS_A_QUERY),
    );
  });
}

/** One client per region, made when it is first needed, with the default chain of credentials. */
export function clientPerRegion(config: CloudWatchLogsClientConfig): (region: string) => CloudWatchLogsClient {
  const clients = new Map<string, CloudWatchLogsClient>();
  return (region) => {
    const known =
      clients.get(region) ?? new CloudWatchLogsClient({ maxAttempts: 3, retryMode: "adaptive", ...config, region });
    clients.set(region, known);
    return known;
  };
}
