import { EmulatedTeam } from "./emulated-team.ts";
import { isJson, type Json, objects, text } from "./json.ts";
import { ResponseUrls } from "./response-urls.ts";
import { APP_ID, type TeamSeed } from "./seed.ts";
import { Triggers } from "./triggers.ts";
import { Workspace } from "./workspace.ts";

/** The most that the emulator gives at once. */
const PAGE = 1000;
const MAX_PAGES = 20;

/** Where the server itself stands: needed for addresses that Slack hands out. */
export interface Place {
  readonly url: string;
  readonly socketUrl: string;
}

/** One workspace: the emulator that keeps it, the record of what happened, and what is handed out for a short time. */
export class Team {
  readonly seed: TeamSeed;
  readonly workspace: Workspace;
  readonly emulated: EmulatedTeam;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly place: Place;
  /** Channels that a test names come into being when they are first used. */
  readonly makesChannels: boolean;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(given: {
    seed: TeamSeed;
    workspace: Workspace;
    emulated: EmulatedTeam;
    place: Place;
    makesChannels: boolean;
  }) {
    this.seed = given.seed;
    this.workspace = given.workspace;
    this.emulated = given.emulated;
    this.place = given.place;
    this.makesChannels = given.makesChannels;
    this.triggers = new Triggers(() => this.workspace.nowMs());
    this.responseUrls = new ResponseUrls(given.place.url, () => this.workspace.nowMs());
    this.workspace.onDelete = ({ channel, ts }) => this.#later(this.#forget(channel, ts));
  }

  /** Waits for what was told to the emulator without waiting. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** The person or the bot with this id. */
  nameOf(user: string): string {
    const known = this.workspace.users.get(user)?.name ?? this.seed.people.find(({ id }) => id === user)?.realName;
    return known ?? (user === this.seed.bot.userId ? "TraceOps" : user);
  }

  /** True when the channel is there, or came into being because a test named it. */
  async hasChannel(channel: string): Promise<boolean> {
    const found = await this.emulated.call("conversations.info", { channel });
    if (found["ok"] === true || found["error"] !== "channel_not_found") return true;
    if (!this.makesChannels || !/^[CG][A-Z0-9]{4,}$/u.test(channel)) return false;
    const made = await this.emulated.call("conversations.create", { name: channel.toLowerCase() });
    if (!isJson(made["channel"])) return false;
    this.emulated.names.bind(channel, text(made["channel"]["id"]));
    return true;
  }

  /** What the emulator holds of a channel or thread, oldest first, in our names. */
  async held(channel: string, threadTs: string | null): Promise<readonly Json[]> {
    if (threadTs !== null) {
      const answer = await this.emulated.call("conversations.replies", { channel, ts: threadTs, limit: 1000 });
      return objects(answer["messages"]);
    }
    const newestFirst: Json[] = [];
    let cursor = "";
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await this.emulated.call("conversations.history", { channel, limit: PAGE, cursor });
      newestFirst.push(...objects(answer["messages"]));
      const more = answer["response_metadata"];
      cursor = isJson(more) ? text(more["next_cursor"]) : "";
      if (cursor === "") break;
    }
    return newestFirst.toReversed();
  }

  get appId(): string {
    return APP_ID;
  }

  async #forget(channel: string, ts: string): Promise<void> {
    await this.emulated.call("chat.delete", { channel, ts });
  }

  #later(work: Promise<unknown>): void {
    const done = work.catch(() => undefined).finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }
}

/** Starts the emulator of one workspace. */
export async function startTeam(
  seed: TeamSeed,
  given: { nowMs: () => number; place: Place; workspace?: Workspace; makesChannels: boolean },
): Promise<Team> {
  const workspace = given.workspace ?? new Workspace(given.nowMs);
  return new Team({ ...given, seed, workspace, emulated: await EmulatedTeam.start(seed) });
}
