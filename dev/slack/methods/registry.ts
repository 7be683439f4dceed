import { isJson, type Json, text, textOrNone } from "../json.ts";
import { problemsOfMessage, problemsOfView } from "../oracle/problems.ts";
import type { Team } from "../team.ts";
import { CHAT } from "./chat.ts";
import { FILES } from "./files.ts";
import { type Method, refused } from "./method.ts";
import { READING } from "./reading.ts";
import { VIEWS } from "./views.ts";

/** The methods that the front answers itself or adds something to. Every other one goes to the emulator as it is. */
export const METHODS: Readonly<Record<string, Method>> = {
  ...CHAT,
  ...READING,
  ...VIEWS,
  ...FILES,
  "apps.connections.open": (team) => ({ ok: true, url: team.place.socketUrl }),
  "apps.manifest.validate": (_, body) =>
    isJson(body["manifest"]) && isJson(body["manifest"]["display_information"])
      ? { ok: true, errors: [] }
      : { ...refused("invalid_manifest"), errors: [{ message: "no display_information", pointer: "/" }] },
  "blocks.validate": (_, body) => {
    const problems = body["view"] === undefined ? problemsOfMessage(body["blocks"]) : problemsOfView(body["view"]);
    return problems.length === 0 ? { ok: true } : refused("invalid_blocks", problems);
  },
  "entity.presentDetails": (team, body) => {
    team.workspace.entityDetails.push(body);
    team.workspace.onChange();
    return { ok: true };
  },
  "reactions.add": (team, body) => react(team, { body, user: team.seed.bot.userId, isOn: true }),
  "reactions.remove": (team, body) => react(team, { body, user: team.seed.bot.userId, isOn: false }),
  "assistant.threads.setStatus": () => ({ ok: true }),
  "assistant.threads.setTitle": () => ({ ok: true }),
  "assistant.threads.setSuggestedPrompts": () => ({ ok: true }),
  "agents.sessions.setStatus": () => ({ ok: true }),
};

/** Adds or takes back a reaction of the bot or a person. */
export async function react(
  team: Team,
  act: { body: Json; user: string; isOn: boolean; token?: string },
): Promise<Json> {
  const { body, user, isOn, token } = act;
  const answer = await team.emulated.call(isOn ? "reactions.add" : "reactions.remove", body, token);
  const message = team.workspace.find(text(body["channel"]), text(body["timestamp"]));
  if (answer["ok"] !== true || message === undefined) return answer;
  const name = text(body["name"]);
  const users = message.reactions.get(name) ?? new Set<string>();
  if (isOn) users.add(user);
  else users.delete(user);
  if (users.size === 0) message.reactions.delete(name);
  else message.reactions.set(name, users);
  team.workspace.onChange();
  return answer;
}

/** Carries out one call against a workspace. */
export async function perform(team: Team, method: string, body: Json): Promise<Json> {
  await team.settled();
  const own = METHODS[method];
  if (own !== undefined) return own(team, body);
  const channel = textOrNone(body["channel"]) ?? textOrNone(body["channel_id"]);
  if (channel !== undefined && /^[CG]/u.test(channel)) await team.hasChannel(channel);
  return team.emulated.call(method, body);
}
