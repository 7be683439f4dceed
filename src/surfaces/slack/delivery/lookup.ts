import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { EpochMs } from "../../../core/ids.ts";
import { scopeOfRefusal } from "./refusals.ts";
import { type CallFailure, classify } from "./slack-errors.ts";
import { METADATA_TYPE } from "./wire.ts";

/** Whether a message whose answer got lost stands in the channel. */
export type Lookup =
  /** `doubles` are further messages with the same nonce: a call that was carried out twice. */
  | { readonly status: "found"; readonly ts: string; readonly doubles: readonly string[] }
  | { readonly status: "not-found" }
  /** Asking again later may work. */
  | { readonly status: "later"; readonly waitMs: number }
  /** An answer came, and makes no sense. */
  | { readonly status: "unreadable" }
  /** The token, the workspace or the channel is refused, as it would be to a post. */
  | { readonly status: "closed"; readonly code: string }
  /** No scope, or more pages than we may read: a person has to look. */
  | { readonly status: "cannot-look"; readonly because: string };

export interface LookupRequest {
  readonly channel: string;
  readonly threadTs: string | null;
  readonly nonce: string;
  readonly attemptAtMs: EpochMs;
}

const PAGE = 200;
const MAX_PAGES = 5;
/** The clocks here and at Slack differ; this is more than they ever should. */
const CLOCK_SLACK_MS = 60_000;
const LATER_MS = 5_000;
/**
 * What Slack stored of an attempt it stored by then. Without an end, whatever people write until a worker runs again would
 * have to be read through.
 */
const STORED_BY_MS = 5 * 60_000;

const Page = z.object({
  messages: z.array(z.unknown()).default([]),
  has_more: z.boolean().default(false),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Other apps write what they like into the metadata of theirs: only a message that reads like this can be ours. */
const Ours = z.object({
  ts: z.string(),
  metadata: z.object({ event_type: z.literal(METADATA_TYPE), event_payload: z.object({ nonce: z.string() }) }),
});

/** Searches the channel, or the thread, around the time of the attempt for the message that carries this nonce. */
export async function lookUp(client: WebClient, request: LookupRequest): Promise<Lookup> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const found = await readPage(client, request, cursor);
    if (found.status !== "page") return found;
    const [ts, ...doubles] = found.page.messages.flatMap((message) => tsOfOurs(message, request.nonce)).toSorted();
    if (ts !== undefined) return { status: "found", ts, doubles };
    cursor = found.page.response_metadata?.next_cursor;
    if (!found.page.has_more || cursor === undefined || cursor === "") return { status: "not-found" };
  }
  return { status: "cannot-look", because: `more than ${MAX_PAGES * PAGE} messages around the attempt` };
}

function tsOfOurs(message: unknown, nonce: string): readonly string[] {
  const { success, data } = Ours.safeParse(message);
  return success && data.metadata.event_payload.nonce === nonce ? [data.ts] : [];
}

async function readPage(
  client: WebClient,
  request: LookupRequest,
  cursor: string | undefined,
): Promise<{ readonly status: "page"; readonly page: z.infer<typeof Page> } | Exclude<Lookup, { status: "found" }>> {
  const { channel, threadTs, attemptAtMs } = request;
  const query = {
    channel,
    oldest: secondsOf(attemptAtMs - CLOCK_SLACK_MS),
    latest: secondsOf(attemptAtMs + STORED_BY_MS),
    limit: PAGE,
    include_all_metadata: true,
    ...(cursor === undefined ? {} : { cursor }),
  };
  try {
    const answer =
      threadTs === null
        ? await client.conversations.history(query)
        : await client.conversations.replies({ ...query, ts: threadTs });
    const { success, data } = Page.safeParse(answer);
    return success ? { status: "page", page: data } : { status: "unreadable" };
  } catch (error) {
    return notRead(classify(error));
  }
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(6);
}

function refused(code: string): Exclude<Lookup, { status: "found" }> {
  // Posts need another scope than looks: they go on, and only this one stays unknown.
  const isShut = code !== "missing_scope" && scopeOfRefusal(code) !== "message";
  return isShut ? { status: "closed", code } : { status: "cannot-look", because: code };
}

function notRead(failure: CallFailure): Exclude<Lookup, { status: "found" }> {
  switch (failure.kind) {
    case "rate-limited":
      return { status: "later", waitMs: failure.waitMs };
    case "unknown":
      return { status: "later", waitMs: LATER_MS };
    case "gone":
      return { status: "not-found" };
    case "invalid-blocks":
      return { status: "cannot-look", because: "invalid_blocks" };
    case "permanent":
      return refused(failure.code);
    default:
      return failure satisfies never;
  }
}
