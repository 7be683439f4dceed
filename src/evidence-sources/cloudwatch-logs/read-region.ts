import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { LogEvent } from "../../core/event.ts";
import type { TimeWindow } from "../../core/evidence.ts";
import { type FilteredLine, filterEvents } from "./filter-events.ts";
import { type QueryAnswer, runQuery } from "./insights.ts";
import { eventOfLine, eventOfRow } from "./log-events.ts";
import { type Place, type Problem, problemOf } from "./problem.ts";
import { EVERYTHING, MAX_ROWS, TROUBLE_FIRST, TROUBLE_PATTERN, USUAL_TROUBLE } from "./queries.ts";

export interface RegionReading {
  readonly events: readonly LogEvent<string>[];
  readonly read: number;
  readonly problems: readonly Problem[];
  /** Limits that were met, as sentences; they make the answer partial, not failed. */
  readonly limits: readonly string[];
  readonly bytesScanned: number;
}

export interface RegionRequest {
  readonly client: CloudWatchLogsClient;
  /** At most fifty groups of one region. */
  readonly place: Place;
  readonly window: TimeWindow;
  readonly baseline: TimeWindow;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** Errors after which FilterLogEvents may still work: it has its own permission, its own limits, and asks group by group. */
const FALLBACK = new Set([
  "AccessDeniedException",
  "AccessDenied",
  "LimitExceededException",
  "ResourceNotFoundException",
]);

/** Reads incident window and baseline of up to fifty groups, by Insights or, when that is refused, by FilterLogEvents. */
export async function readRegion(request: RegionRequest): Promise<RegionReading> {
  const [window, baseline] = await Promise.all([
    readRange(request, request.window, () => queryWindow(request)),
    readRange(request, request.baseline, () => query(request, request.baseline, USUAL_TROUBLE)),
  ]);
  return merge([window, baseline]);
}

async function readRange(
  request: RegionRequest,
  range: TimeWindow,
  insights: () => Promise<RegionReading>,
): Promise<RegionReading> {
  try {
    return await insights();
  } catch (error) {
    const problem = problemOf(error, request.place, request.signal);
    if (request.signal.aborted || !(error instanceof Error && FALLBACK.has(error.name)))
      return { ...NOTHING, problems: [problem] };
    return readWithoutInsights(request, range, problem);
  }
}

/** All lines when they fit, else those that sound like trouble too. */
async function queryWindow(request: RegionRequest): Promise<RegionReading> {
  const all = await query(request, request.window, EVERYTHING);
  if (all.read < MAX_ROWS || request.signal.aborted) return all;
  try {
    return merge([all, await query(request, request.window, TROUBLE_FIRST)]);
  } catch (error) {
    return merge([all, { ...NOTHING, problems: [problemOf(error, request.place, request.signal)] }]);
  }
}

async function query(request: RegionRequest, range: TimeWindow, text: string): Promise<RegionReading> {
  const { client, place, pollMs, signal } = request;
  const answer = await runQuery({ groups: place.groups, range, query: text }, { client, pollMs, signal });
  const events = answer.rows.flatMap((row) => eventOfRow(row, place.groups) ?? []);
  return {
    ...NOTHING,
    events,
    read: answer.rows.length,
    limits: limitsOf(answer, place),
    bytesScanned: answer.bytesScanned,
  };
}

function limitsOf(answer: QueryAnswer, { region }: Place): readonly string[] {
  if (!answer.isComplete) return [`CloudWatch Logs in ${region} was partly read: the query was not done in time`];
  if (answer.matched <= answer.rows.length) return [];
  return [`${answer.rows.length} of ${answer.matched} matching lines were read in ${region}`];
}

async function readWithoutInsights(
  request: RegionRequest,
  range: TimeWindow,
  insights: Problem,
): Promise<RegionReading> {
  const { client, place, signal } = request;
  const readings = await Promise.all(
    place.groups.map(async (group): Promise<RegionReading> => {
      const lines: FilteredLine[] = [];
      const only: Place = { region: place.region, groups: [group] };
      try {
        const isAll = await filterEvents({ client, group, range, pattern: TROUBLE_PATTERN, signal, into: lines });
        return {
          ...ofLines(lines),
          limits: isAll ? [] : [`only the first ${lines.length} matching lines of ${group.group} were read`],
        };
      } catch (error) {
        return { ...ofLines(lines), problems: [problemOf(error, only, signal)] };
      }
    }),
  );
  const merged = merge(readings);
  const wasMissingGroup = insights.reason === "invalid" && merged.problems.length > 0;
  return { ...merged, problems: wasMissingGroup ? merged.problems : [insights, ...merged.problems] };
}

const ofLines = (lines: readonly FilteredLine[]): RegionReading => ({
  ...NOTHING,
  events: lines.map(eventOfLine),
  read: lines.length,
});

const NOTHING: RegionReading = { events: [], read: 0, problems: [], limits: [], bytesScanned: 0 };

/** Several readings as one; a line that two queries found counts once. */
export function merge(readings: readonly RegionReading[]): RegionReading {
  const byId = new Map(readings.flatMap(({ events }) => events.map((event) => [event.id, event] as const)));
  return {
    events: [...byId.values()],
    read: readings.reduce((sum, { read }) => sum + read, 0),
    problems: readings.flatMap(({ problems }) => problems),
    limits: readings.flatMap(({ limits }) => limits),
    bytesScanned: readings.reduce((sum, each) => sum + each.bytesScanned, 0),
  };
}
