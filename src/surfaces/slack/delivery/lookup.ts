import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { EpochMs } from "../../../core/ids.ts";
import { type CallFailure, classify } from "./slack-errors.ts";
import { METADATA_TYPE } from "./wire.ts";

/** Whether a message whose answer got lost stands in the channel. */
export type Lookup =
  /** `doubles` are further messages with the same nonce: a call that was carried out twice. */
  | { readonly status: "found"; readonly ts: string; readonly doubles: readonly string[] }
  | { readonly status: "not-found" }
  /** Asking again later may work. */
  | { readonly status: "later"; readonly waitMs: number }
  /** No scope, no such channel, or more pages than we may read: a person has to look. */
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
const LATER_MS = 15_000;

const Page = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z
          .object({
            event_type: z.string().optional(),
            event_payload: z.object({ nonce: z.string().optional() }).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  has_more: z.boolean().default(false),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Searches the channel, or the thread, from just before the attempt on for the message that carries this nonce. */
export async function lookUp(client: WebClient, request: LookupRequest): Promise<Lookup> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const found = await readPage(client, request, cursor);
    if (found.status !== "page") return found;
    const hits = found.page.messages.filter(({ metadata }) => isOurs(metadata, request.nonce)).map(({ ts }) => ts);
    const [ts, ...doubles] = hits.toSorted();
    if (ts !== undefined) return { status: "found", ts, doubles };
    cursor = found.page.response_metadata?.next_cursor;
    if (!found.page.has_more || cursor === undefined || cursor === "") return { status: "not-found" };
  }
  return { status: "cannot-look", because: `more than ${MAX_PAGES * PAGE} messages since the attempt` };
}

function isOurs(metadata: z.infer<typeof Page>["messages"][number]["metadata"], nonce: string): boolean {
  return metadata?.event_type === METADATA_TYPE && metadata.event_payload?.nonce === nonce;
}

async function readPage(
  client: WebClient,
  request: LookupRequest,
  cursor: string | undefined,
): Promise<{ readonly status: "page"; readonly page: z.infer<typeof Page> } | Exclude<Lookup, { status: "found" }>> {
  const { channel, threadTs, attemptAtMs } = request;
  const query = {
    channel,
    oldest: ((attemptAtMs - CLOCK_SLACK_MS) / 1000).toFixed(6),
    limit: PAGE,
    include_all_metadata: true,
    ...(cursor === undefined ? {} : { cursor }),
  };
  try {
    const answer =
      threadTs === null
        ? await client.conversations.history(query)
        : await client.conversations.replies({ ...query, ts: threadTs });
    return { status: "page", page: Page.parse(answer) };
  } catch (error) {
    return unreadable(classify(error));
  }
}

function unreadable(failure: CallFailure): Exclude<Lookup, { status: "found" }> {
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
      return { status: "cannot-look", because: failure.code };
    default:
      return failure satisfies never;
  }
}
