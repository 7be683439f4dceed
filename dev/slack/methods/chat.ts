import { type Json, objects, text, textOrNone } from "../json.ts";
import { problemsOfMessage } from "../oracle/problems.ts";
import type { Team } from "../team.ts";
import type { StoredMessage } from "../workspace.ts";
import { type Method, refused } from "./method.ts";

/** Posting, editing, deleting and whispering. */
export const CHAT: Readonly<Record<string, Method>> = {
  "chat.postMessage": (team, body) => post(team, { body, user: team.seed.bot.userId }),
  "chat.update": update,
  "chat.delete": remove,
  "chat.postEphemeral": async (team, body) => {
    const refusal = await refusalOf(team, body);
    if (refusal !== null) return refusal;
    if (textOrNone(body["user"]) === undefined) return refused("user_not_found");
    return { ok: true, message_ts: whisper(team, body) };
  },
  "chat.unfurl": (team, body) => {
    // Either the message is named, or the link's own id: "C0INCIDENTS-1795000000.000001-1".
    const [channel = "", ts = ""] = textOrNone(body["unfurl_id"])?.split("-") ?? [
      text(body["channel"]),
      text(body["ts"]),
    ];
    const message = team.workspace.find(channel, ts);
    if (message === undefined) return refused("cannot_find_message");
    const shown = body["unfurls"];
    if (typeof shown === "object" && shown !== null) {
      for (const [url, what] of Object.entries(shown)) message.unfurls.set(url, what);
    }
    return { ok: true };
  },
};

/** Posts for the bot or a person. A reply to a deleted message lands in the channel, without an error, as in Slack. */
export async function post(team: Team, act: { body: Json; user: string; token?: string }): Promise<Json> {
  const { workspace, emulated } = team;
  const refusal = await refusalOf(team, act.body);
  if (refusal !== null) return refusal;
  const parent = textOrNone(act.body["thread_ts"]);
  const isReply = parent !== undefined && workspace.find(text(act.body["channel"]), parent) !== undefined;
  const { thread_ts: _, ...rest } = act.body;
  const answer = await emulated.call("chat.postMessage", isReply ? { ...rest, thread_ts: parent } : rest, act.token);
  if (answer["ok"] !== true) return answer;
  const ts = workspace.nextTs();
  emulated.names.bind(ts, text(answer["ts"]));
  const message: StoredMessage = {
    channel: text(answer["channel"]),
    ts,
    threadTs: isReply ? parent : null,
    user: act.user,
    text: text(act.body["text"]),
    blocks: act.body["blocks"],
    metadata: act.body["metadata"],
    edits: 0,
    deleted: false,
    reactions: new Map(),
    unfurls: new Map(),
  };
  workspace.messages.push(message);
  workspace.onChange();
  const translated: unknown = JSON.parse(emulated.names.toOurs(JSON.stringify(answer)));
  return { ...answer, ...(typeof translated === "object" ? translated : {}), bot_id: undefined };
}

async function update(team: Team, body: Json): Promise<Json> {
  const message = team.workspace.find(text(body["channel"]), text(body["ts"]));
  if (message === undefined) return refused("message_not_found");
  const refusal = await refusalOf(team, { ...body, text: textOrNone(body["text"]) ?? message.text });
  if (refusal !== null) return refusal;
  // Slack keeps the blocks of a message when an edit names none; the emulator would drop them.
  const blocks = body["blocks"] ?? message.blocks;
  const answer = await team.emulated.call("chat.update", blocks === undefined ? body : { ...body, blocks });
  if (answer["ok"] !== true) return answer;
  message.text = textOrNone(body["text"]) ?? message.text;
  message.blocks = blocks;
  message.metadata = body["metadata"] ?? message.metadata;
  message.edits += 1;
  team.workspace.onChange();
  return answer;
}

async function remove(team: Team, body: Json): Promise<Json> {
  const message = team.workspace.find(text(body["channel"]), text(body["ts"]));
  if (message === undefined) return refused("message_not_found");
  const answer = await team.emulated.call("chat.delete", body);
  if (answer["ok"] === true) message.deleted = true;
  team.workspace.onChange();
  return answer;
}

/** Shows a message to one person; its time. */
export function whisper(team: Team, body: Json): string {
  const ts = team.workspace.nextTs();
  const threadTs = textOrNone(body["thread_ts"]) ?? null;
  team.workspace.whispers.push({
    ts,
    channel: text(body["channel"]),
    user: text(body["user"]),
    threadTs,
    text: text(body["text"]),
    blocks: body["blocks"],
    deleted: false,
  });
  team.workspace.onChange();
  return ts;
}

/** Why Slack would not take this message; null when it would. */
export async function refusalOf(team: Team, body: Json): Promise<Json | null> {
  const channel = text(body["channel"]);
  const trouble = team.workspace.refusingChannels.get(channel);
  if (trouble !== undefined) return refused(trouble);
  const isChannel = /^[CDG]/u.test(channel);
  if (isChannel && !(await team.hasChannel(channel))) return refused("channel_not_found");
  return refusalOfContent(team, body);
}

/** Why Slack would not take this content wherever it is shown; null when it would. */
export function refusalOfContent({ workspace }: Team, body: Json): Json | null {
  const serialised = JSON.stringify(body["blocks"] ?? []);
  const unknown = [...workspace.unknownBlocks].filter((type) => serialised.includes(`"type":"${type}"`));
  const problems = [
    ...unknown.map((type) => `unsupported type: ${type}`),
    ...problemsOfMessage(body["blocks"]),
    ...missingFiles(body["blocks"], workspace.files),
  ];
  if (problems.length > 0) return refused("invalid_blocks", problems);
  if (text(body["text"]) === "" && objects(body["blocks"]).length === 0) return refused("no_text");
  return null;
}

/** Images by file id must name a file whose upload was completed. */
function missingFiles(blocks: unknown, files: readonly { readonly id: string; readonly ts: string | null }[]) {
  const named = [...JSON.stringify(blocks ?? []).matchAll(/"slack_file":\{"id":"([^"]+)"/gu)].map(([, id]) => id);
  return named.filter((id) => !files.some((file) => file.id === id)).map(() => "invalid slack file");
}
