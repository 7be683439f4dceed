import { type Json, text } from "./json.ts";
import { post, refusalOfContent, whisper } from "./methods/chat.ts";
import { perform } from "./methods/registry.ts";
import type { Origin } from "./response-urls.ts";
import type { Team } from "./team.ts";

interface Said {
  readonly status: number;
  readonly said: string | Json;
}

/** Takes an answer to a press or a command, as Slack's response addresses do. */
export async function answerThrough(team: Team, key: string, body: Json): Promise<Said> {
  const refusal = body["delete_original"] === true ? null : refusalOfContent(team, body);
  if (key === "") {
    team.workspace.responses.push(body);
    team.workspace.onChange();
    return refusal === null ? { status: 200, said: { ok: true } } : { status: 400, said: refusal };
  }
  const origin = team.responseUrls.use(key);
  if (typeof origin === "string") return { status: 404, said: { ok: false, error: origin } };
  if (refusal !== null) return { status: 400, said: refusal };
  team.workspace.responses.push(body);
  await place(team, origin, body);
  team.workspace.onChange();
  return { status: 200, said: "ok" };
}

async function place(team: Team, origin: Origin, body: Json): Promise<void> {
  const { channel, user, threadTs } = origin;
  if (body["delete_original"] === true) return remove(team, origin);
  // Slack replaces the original unless told otherwise only when it is the message of the press.
  if (body["replace_original"] === true && origin.ts !== null) return replace(team, origin, body);
  const thread = text(body["thread_ts"]) || (threadTs ?? undefined);
  const shown = { ...body, channel, thread_ts: thread };
  if (body["response_type"] === "in_channel") await post(team, { body: shown, user: team.seed.bot.userId });
  else whisper(team, { ...shown, user });
}

async function remove(team: Team, { channel, ts, isWhisper }: Origin): Promise<void> {
  if (!isWhisper) return void (await perform(team, "chat.delete", { channel, ts }));
  const found = team.workspace.whispers.find((each) => each.ts === ts);
  if (found !== undefined) found.deleted = true;
}

async function replace(team: Team, { channel, ts, isWhisper }: Origin, body: Json): Promise<void> {
  if (!isWhisper) return void (await perform(team, "chat.update", { ...body, channel, ts }));
  const found = team.workspace.whispers.find((each) => each.ts === ts);
  if (found === undefined) return;
  found.text = text(body["text"]);
  found.blocks = body["blocks"];
}
