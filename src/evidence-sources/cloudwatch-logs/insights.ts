import { setTimeout as wait } from "node:timers/promises";
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { z } from "zod";
import type { TimeWindow } from "../../core/evidence.ts";
import { untilAborted } from "../../platform/until-aborted.ts";
import { QueryEnded } from "./problem.ts";
import type { LogGroup } from "./settings.ts";

/** One line as Insights gives it, by field name. */
export type Row = Readonly<Record<string, string>>;

export interface QueryAnswer {
  readonly rows: readonly Row[];
  /** False when the deadline came first: the rows are what was found until then. */
  readonly isComplete: boolean;
  readonly matched: number;
  readonly bytesScanned: number;
}

export interface Question {
  readonly groups: readonly LogGroup[];
  readonly range: TimeWindow;
  readonly query: string;
}

export interface InsightsOptions {
  readonly client: CloudWatchLogsClient;
  /** Between the first looks; grows to four times that. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

const STOP_TIMEOUT_MS = 2000;

/** Runs one query to its end or to the deadline. A query that is left is stopped, because it costs money. */
export async function runQuery(question: Question, options: InsightsOptions): Promise<QueryAnswer> {
  const { client, signal } = options;
  const queryId = await start(question, options);
  const state: Polled = { answer: { rows: [], isComplete: false, matched: 0, bytesScanned: 0 }, ended: false };
  try {
    await poll(queryId, options, state);
    return state.answer;
  } catch (error) {
    // Rows that came before the deadline are worth keeping.
    if (signal.aborted && state.answer.rows.length > 0) return state.answer;
    throw error;
  } finally {
    if (!state.ended) await stop(client, queryId);
  }
}

async function start({ groups, range, query }: Question, { client, signal }: InsightsOptions): Promise<string> {
  const names = groups.map(({ group }) => group);
  const where = names.some((name) => name.startsWith("arn:"))
    ? { logGroupIdentifiers: names }
    : { logGroupNames: names };
  const starting = client.send(
    new StartQueryCommand({
      ...where,
      // Whole seconds, both ends included.
      startTime: Math.floor(range.fromMs / 1000),
      endTime: Math.ceil(range.toMs / 1000),
      queryString: query,
    }),
    { abortSignal: signal },
  );
  const started = await untilAborted(starting, signal);
  return z.string().parse(started.queryId);
}

interface Polled {
  answer: QueryAnswer;
  ended: boolean;
}

const MAX_POLLS = 200;

async function poll(queryId: string, options: InsightsOptions, state: Polled): Promise<void> {
  for (let polls = 0; polls < MAX_POLLS && !state.ended; polls++) {
    await wait(options.pollMs * Math.min(4, 1 + polls / 2), undefined, { signal: options.signal });
    const { status, answer } = await look(queryId, options);
    state.answer = answer;
    state.ended = !GOES_ON.has(status);
    if (state.ended && !answer.isComplete) throw new QueryEnded(status);
  }
}

const GOES_ON: ReadonlySet<string> = new Set(["Running", "Scheduled", "Unknown"]);

async function look(
  queryId: string,
  { client, signal }: InsightsOptions,
): Promise<{ status: string; answer: QueryAnswer }> {
  const looking = client.send(new GetQueryResultsCommand({ queryId }), { abortSignal: signal });
  const { status = "Unknown", results = [], statistics } = await untilAborted(looking, signal);
  const rows = results.map((fields) =>
    Object.fromEntries(fields.map(({ field = "", value = "" }): [string, string] => [field, value])),
  );
  const { recordsMatched: matched = rows.length, bytesScanned = 0 } = statistics ?? {};
  return { status, answer: { rows, isComplete: status === "Complete", matched, bytesScanned } };
}

async function stop(client: CloudWatchLogsClient, queryId: string): Promise<void> {
  try {
    await client.send(new StopQueryCommand({ queryId }), { abortSignal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
  } catch {
    // It may have ended in between, or the role may not stop queries; CloudWatch ends it after an hour.
  }
}
