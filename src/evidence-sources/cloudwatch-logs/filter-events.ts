import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { z } from "zod";
import type { TimeWindow } from "../../core/evidence.ts";
import { untilAborted } from "../../platform/until-aborted.ts";
import type { LogGroup } from "./settings.ts";

export interface FilteredLine {
  readonly group: LogGroup;
  readonly stream: string;
  readonly eventId: string;
  readonly atMs: number;
  readonly ingestedMs: number | null;
  readonly message: string;
}

export interface FilterRequest {
  readonly client: CloudWatchLogsClient;
  readonly group: LogGroup;
  readonly range: TimeWindow;
  readonly pattern: string;
  readonly signal: AbortSignal;
  /** Lines that came, also when a later page fails. */
  readonly into: FilteredLine[];
}

const MAX_PAGES = 40;
const MAX_LINES = 10_000;

/** Reads matching lines page by page. An empty page with a token is not the end. False when a limit came before the end. */
export async function filterEvents(request: FilterRequest): Promise<boolean> {
  const { group, into } = request;
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES && into.length < MAX_LINES; page++) {
    const found = await readPage(request, nextToken);
    for (const {
      logStreamName: stream,
      eventId,
      timestamp,
      ingestionTime: ingestedMs = null,
      message,
    } of found.events) {
      into.push({ group, stream, eventId, atMs: timestamp, ingestedMs, message });
    }
    nextToken = found.nextToken;
    if (!nextToken) return true;
  }
  return false;
}

const Page = z.object({
  events: z
    .array(
      z.object({
        logStreamName: z.string().default(""),
        eventId: z.string().default(""),
        timestamp: z.number().default(0),
        ingestionTime: z.number().optional(),
        message: z.string().default(""),
      }),
    )
    .default([]),
  nextToken: z.string().optional(),
});

async function readPage(request: FilterRequest, nextToken: string | undefined): Promise<z.infer<typeof Page>> {
  const { client, group, range, pattern, signal } = request;
  const name = group.group.startsWith("arn:") ? { logGroupIdentifier: group.group } : { logGroupName: group.group };
  const command = new FilterLogEventsCommand({
    ...name,
    // Milliseconds here, seconds in Insights.
    startTime: range.fromMs,
    endTime: range.toMs,
    filterPattern: pattern,
    ...(nextToken ? { nextToken } : {}),
  });
  return Page.parse(await untilAborted(client.send(command, { abortSignal: signal }), signal));
}
