import { type Json, text } from "../json.ts";
import type { Team } from "../team.ts";
import { type Method, refused } from "./method.ts";

const isOn = (value: unknown) => value === true || value === "true" || value === "1" || value === 1;

/** Reading channels, threads and people. */
export const READING: Readonly<Record<string, Method>> = {
  "conversations.history": async (team, body) => {
    const channel = text(body["channel"]);
    if (!(await team.hasChannel(channel))) return refused("channel_not_found");
    return page((await team.held(channel, null)).toReversed(), body);
  },
  "conversations.replies": async (team, body) => {
    const [channel, ts] = [text(body["channel"]), text(body["ts"])];
    if (team.workspace.find(channel, ts) === undefined) return refused("thread_not_found");
    return page(await team.held(channel, ts), body);
  },
  "users.info": userInfo,
  "users.lookupByEmail": async (team, body) => {
    const email = text(body["email"]).toLowerCase();
    const known = [...team.workspace.users].find(([, user]) => user.email?.toLowerCase() === email);
    if (known !== undefined) return userInfo(team, { user: known[0] });
    const answer = await team.emulated.call("users.lookupByEmail", { email });
    return answer["ok"] === true ? answer : refused("users_not_found");
  },
};

/** Some messages in Slack's pages: newer than `oldest`, metadata only for those who ask. */
function page(messages: readonly Json[], body: Json): Json {
  const isInclusive = isOn(body["inclusive"]);
  const [oldest, latest] = [Number(body["oldest"] ?? 0), Number(body["latest"] ?? Number.POSITIVE_INFINITY)];
  const limit = Number(body["limit"] ?? 100);
  const start = Number(body["cursor"] ?? 0);
  const found = messages.filter(({ ts }) => {
    const at = Number(ts);
    return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
  const more = start + limit < found.length;
  const slice = found.slice(start, start + limit);
  return {
    ok: true,
    messages: isOn(body["include_all_metadata"])
      ? slice
      : slice.map((message) => ({ ...message, metadata: undefined })),
    has_more: more,
    ...(more ? { response_metadata: { next_cursor: String(start + limit) } } : {}),
  };
}

/** A person as a test named them, else as the emulator knows them. */
async function userInfo(team: Team, body: Json): Promise<Json> {
  const id = text(body["user"]);
  const known = team.workspace.users.get(id);
  const seeded = team.seed.people.find((person) => person.id === id);
  if (known === undefined) {
    const answer = await team.emulated.call("users.info", { user: id });
    if (answer["ok"] !== true || seeded === undefined) return answer;
    const user = answer["user"];
    return { ok: true, user: { ...(typeof user === "object" ? user : {}), tz: seeded.tz } };
  }
  const { name, email, tz, isGuest } = known;
  return {
    ok: true,
    user: {
      id,
      team_id: team.seed.id,
      name: name.toLowerCase(),
      real_name: name,
      deleted: false,
      is_bot: false,
      is_restricted: isGuest,
      tz: tz ?? seeded?.tz ?? "Etc/UTC",
      profile: { display_name: name, real_name: name, email: email ?? seeded?.email },
    },
  };
}
