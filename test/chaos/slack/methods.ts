import { type Json, text, textOrNone } from "../../../dev/slack/json.ts";
import { type HeldMessage, type MessageStore, wordsOf } from "./store.ts";

type Method = (store: MessageStore, body: Json, calledMs: number) => Json;

const refused = (error: string): Json => ({ ok: false, error });
const isOn = (value: unknown) => value === true || value === "true";

/** What the bot calls, with Slack's semantics as far as losses and doubles depend on them. Everything else succeeds. */
export const METHODS: Readonly<Record<string, Method>> = {
  "auth.test": () => ({ ok: true, user_id: "U0BOT", bot_id: "B0BOT", team_id: "T0ACME", team: "Acme" }),
  "chat.postMessage": (store, body, calledMs) => {
    const channel = text(body["channel"]);
    const threadTs = textOrNone(body["thread_ts"]) ?? null;
    const { blocks, metadata } = body;
    return answerOf(store.add({ channel, threadTs, metadata, blocks, text: text(body["text"]) }, calledMs));
  },
  "chat.update": (store, body, calledMs) => {
    const found = store.find(text(body["channel"]), text(body["ts"]));
    if (found === undefined) return refused("message_not_found");
    found.text = textOrNone(body["text"]) ?? found.text;
    found.blocks = body["blocks"] ?? found.blocks;
    found.edits += 1;
    found.history.push({ calledMs, storedMs: Date.now(), words: wordsOf(found) });
    return answerOf(found);
  },
  "chat.postEphemeral": (store, body) => {
    store.whisper(text(body["user"]), text(body["text"]));
    return { ok: true };
  },
  "chat.delete": (store, body) => {
    const found = store.find(text(body["channel"]), text(body["ts"]));
    if (found === undefined) return refused("message_not_found");
    found.deleted = true;
    return { ok: true };
  },
  "conversations.history": (store, body) => page(store.held(text(body["channel"]), null).toReversed(), body),
  "conversations.replies": (store, body) => {
    const [channel, ts] = [text(body["channel"]), text(body["ts"])];
    return store.find(channel, ts) === undefined ? refused("thread_not_found") : page(store.held(channel, ts), body);
  },
  "conversations.info": (_, body) => ({ ok: true, channel: { id: body["channel"], is_member: true } }),
  "users.info": (_, body) => ({ ok: true, user: { id: body["user"], name: "ada", real_name: "Ada", tz: "UTC" } }),
};

function answerOf({ channel, ts, threadTs }: HeldMessage): Json {
  return { ok: true, channel, ts, message: { ts, ...(threadTs === null ? {} : { thread_ts: threadTs }) } };
}

/** Newer than `oldest`, in pages; metadata only for those who ask for it. */
function page(messages: readonly HeldMessage[], body: Json): Json {
  const [oldest, limit] = [Number(body["oldest"] ?? 0), Number(body["limit"] ?? 100)];
  const start = Number(body["cursor"] ?? 0);
  const found = messages.filter(({ ts }) => Number(ts) > oldest);
  const withMetadata = isOn(body["include_all_metadata"]);
  const slice = found.slice(start, start + limit).map((message) => ({
    ts: message.ts,
    text: message.text,
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(withMetadata ? { metadata: message.metadata } : {}),
  }));
  const hasMore = start + limit < found.length;
  const cursor = hasMore ? { response_metadata: { next_cursor: String(start + limit) } } : {};
  return { ok: true, messages: slice, has_more: hasMore, ...cursor };
}
