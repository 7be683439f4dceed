import { createEmulator, type Emulator } from "emulate";
import { isJson, type Json, objects, text } from "./json.ts";
import { Names } from "./names.ts";
import { APP_ID, type TeamSeed } from "./seed.ts";

const CALL_WITHIN_MS = 10_000;
/** The emulator knows one team, always under this id. */
const THEIR_TEAM = "T000000001";

/** One workspace, kept by the emulator: channels, messages, threads, reactions, files and views live there. */
export class EmulatedTeam {
  readonly names = new Names();
  readonly #emulator: Emulator;
  readonly #seed: TeamSeed;

  private constructor(emulator: Emulator, seed: TeamSeed) {
    this.#emulator = emulator;
    this.#seed = seed;
  }

  /** Starts an emulator of its own for this workspace. */
  static async start(seed: TeamSeed): Promise<EmulatedTeam> {
    const emulator = await createEmulator({ service: "slack", port: 0, seed: { slack: slackSeed(seed) } });
    const team = new EmulatedTeam(emulator, seed);
    await team.#learnIds();
    return team;
  }

  /** Asks the emulator, in its names, and answers in ours. */
  async call(method: string, body: Json, token = this.#seed.botToken): Promise<Json> {
    const response = await fetch(new URL(`/api/${method}`, this.#emulator.url), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: this.names.toTheirs(JSON.stringify(body)),
      signal: AbortSignal.timeout(CALL_WITHIN_MS),
    });
    if (response.status === 404) return { ok: false, error: "unknown_method" };
    const answer: unknown = JSON.parse(this.names.toOurs(await response.text()));
    return isJson(answer) ? answer : { ok: false, error: "fatal_error" };
  }

  /** Hands over the bytes of a file that was announced; what the emulator says to it. */
  async upload(id: string, sent: { readonly type: string; readonly bytes: Buffer }): Promise<number> {
    const response = await fetch(new URL(`/upload/v1/${this.names.toTheirs(id)}`, this.#emulator.url), {
      method: "POST",
      headers: { "content-type": sent.type },
      body: new Uint8Array(sent.bytes),
      signal: AbortSignal.timeout(CALL_WITHIN_MS),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async stop(): Promise<void> {
    await this.#emulator.close();
  }

  async #learnIds(): Promise<void> {
    this.names.bind(this.#seed.id, THEIR_TEAM);
    const members = objects((await this.call("users.list", {}))["members"]);
    for (const { id, name } of this.#seed.people) this.names.bind(id, idOf(members, name));
    const first = this.#seed.people[0];
    const types = "public_channel,private_channel";
    const token = first === undefined ? this.#seed.botToken : personToken(first.id);
    const channels = objects((await this.call("conversations.list", { types, limit: 1000 }, token))["channels"]);
    for (const { id, name } of this.#seed.channels) this.names.bind(id, idOf(channels, name));
    const open = this.#seed.channels.filter(({ isPrivate }) => isPrivate !== true);
    await Promise.all(open.map(({ id }) => this.call("conversations.join", { channel: id })));
  }
}

/** The token with which a person's own acts are told to the emulator. */
export const personToken = (id: string): string => `person-${id}`;

function idOf(found: readonly Json[], name: string): string {
  return text(found.find((each) => each["name"] === name)?.["id"]);
}

function slackSeed(seed: TeamSeed): object {
  return {
    team: { name: seed.name, domain: seed.domain },
    users: seed.people.map(({ name, realName, email }) => ({ name, real_name: realName, email })),
    channels: seed.channels.map(({ name, isPrivate }) => ({ name, is_private: isPrivate ?? false })),
    oauth_apps: [
      {
        client_id: `${seed.id}.app`,
        client_secret: "unused",
        name: "TraceOps",
        app_id: APP_ID,
        bot_id: seed.bot.botId,
        bot_user_id: seed.bot.userId,
        bot_name: seed.bot.name,
        redirect_uris: [],
      },
    ],
    tokens: [
      { token: seed.botToken, user: seed.bot.userId, bot_id: seed.bot.botId, app_id: APP_ID },
      ...seed.people.map(({ id, name }) => ({ token: personToken(id), user: name })),
    ],
  };
}
