import { problemsOf } from "./block-kit.ts";
import type { StoredMessage, Workspace } from "./state.ts";

type Body = Readonly<Record<string, string>>;
type Answer = Readonly<Record<string, unknown>>;

/** Where the fake itself stands: needed for addresses that Slack hands out. */
export interface Place {
  readonly url: string;
  readonly socketUrl: string;
}

const refused = (error: string): Answer => ({ ok: false, error });
const json = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));

/** The Web API methods that we use. Each does what Slack does to the workspace and gives Slack's answer. */
export const METHODS: Readonly<Record<string, (workspace: Workspace, body: Body, place: Place) => Answer>> = {
  "auth.test": () => ({
    ok: true,
    team: "Acme",
    team_id: "T0ACME",
    user: "traceops",
    user_id: "U0BOT",
    bot_id: "B0BOT",
  }),
  "apps.connections.open": (_, __, place) => ({ ok: true, url: place.socketUrl }),
  "chat.postMessage": postMessage,
  "chat.update": updateMessage,
  "chat.delete": deleteMessage,
  "chat.postEphemeral": (workspace, body) => {
    workspace.whispers.push({
      channel: body["channel"] ?? "",
      user: body["user"] ?? "",
      text: body["text"] ?? "",
      blocks: json(body["blocks"]),
    });
    return { ok: true, message_ts: workspace.nextTs() };
  },
  "conversations.history": (workspace, body) => page(workspace.roots(), body),
  "conversations.replies": (workspace, body) => {
    const ts = body["ts"] ?? "";
    if (workspace.find(body["channel"] ?? "", ts) === undefined) return refused("thread_not_found");
    return page([...workspace.roots().filter((root) => root.ts === ts), ...workspace.replies(ts)], body);
  },
  "users.info": (workspace, body) => {
    const user = workspace.users.get(body["user"] ?? "");
    if (user === undefined) return refused("user_not_found");
    return { ok: true, user: { id: body["user"], name: user.name, profile: { display_name: user.name } } };
  },
  "views.open": (workspace, body) => {
    workspace.views.push(json(body["view"]));
    return { ok: true, view: { id: "V1" } };
  },
  "files.getUploadURLExternal": (workspace, body, place) => {
    const id = `F${workspace.files.length + 1}`;
    workspace.files.push({ id, filename: body["filename"] ?? "", content: "", channel: null, threadTs: null });
    return { ok: true, upload_url: `${place.url}/upload/${id}`, file_id: id };
  },
  "files.completeUploadExternal": (workspace, body) => {
    const [first] = JSON.parse(body["files"] ?? "[]") as readonly { readonly id: string }[];
    const file = workspace.files.find(({ id }) => id === first?.id);
    if (file === undefined) return refused("file_not_found");
    file.channel = body["channel_id"] ?? null;
    file.threadTs = body["thread_ts"] ?? null;
    return { ok: true, files: [{ id: file.id, title: file.filename }] };
  },
};

function postMessage(workspace: Workspace, body: Body): Answer {
  const refusal = refusalOf(workspace, body);
  if (refusal !== null) return refusal;
  const channel = body["channel"] ?? "";
  const parent = body["thread_ts"];
  // Slack posts a reply to a deleted message into the channel, without an error.
  const threadTs = parent !== undefined && workspace.find(channel, parent) !== undefined ? parent : null;
  const message: StoredMessage = {
    channel,
    ts: workspace.nextTs(),
    threadTs,
    text: body["text"] ?? "",
    blocks: json(body["blocks"]),
    metadata: json(body["metadata"]),
    edits: 0,
    deleted: false,
  };
  workspace.messages.push(message);
  return { ok: true, channel, ts: message.ts, message: shown(message) };
}

function updateMessage(workspace: Workspace, body: Body): Answer {
  const message = workspace.find(body["channel"] ?? "", body["ts"] ?? "");
  if (message === undefined) return refused("message_not_found");
  const refusal = refusalOf(workspace, body);
  if (refusal !== null) return refusal;
  message.text = body["text"] ?? message.text;
  message.blocks = json(body["blocks"]) ?? message.blocks;
  message.metadata = json(body["metadata"]) ?? message.metadata;
  message.edits += 1;
  return { ok: true, channel: message.channel, ts: message.ts };
}

function deleteMessage(workspace: Workspace, body: Body): Answer {
  const message = workspace.find(body["channel"] ?? "", body["ts"] ?? "");
  if (message === undefined) return refused("message_not_found");
  message.deleted = true;
  return { ok: true };
}

function refusalOf(workspace: Workspace, body: Body): Answer | null {
  const blocks = json(body["blocks"]) ?? [];
  const unknown = [...workspace.unknownBlocks].some((type) => body["blocks"]?.includes(`"type":"${type}"`));
  const problems = problemsOf(blocks);
  if (unknown || problems.length > 0)
    return { ...refused("invalid_blocks"), response_metadata: { messages: problems } };
  if ((body["text"] ?? "") === "" && (Array.isArray(blocks) ? blocks.length : 0) === 0) return refused("no_text");
  return null;
}

function page(messages: readonly StoredMessage[], body: Body): Answer {
  const oldest = Number(body["oldest"] ?? 0);
  const limit = Number(body["limit"] ?? 100);
  const withMetadata = body["include_all_metadata"] === "true";
  const start = Number(body["cursor"] ?? 0);
  const found = messages.filter(({ ts }) => Number(ts) >= oldest);
  const slice = found.slice(start, start + limit);
  const more = start + limit < found.length;
  return {
    ok: true,
    messages: slice.map((message) => (withMetadata ? shown(message) : { ...shown(message), metadata: undefined })),
    has_more: more,
    ...(more ? { response_metadata: { next_cursor: String(start + limit) } } : {}),
  };
}

function shown(message: StoredMessage): Answer {
  const { ts, text, blocks, metadata, threadTs } = message;
  return { type: "message", ts, text, blocks, metadata, ...(threadTs === null ? {} : { thread_ts: threadTs }) };
}
