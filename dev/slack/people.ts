import type { Courier, Receipt } from "./courier.ts";
import { personToken } from "./emulated-team.ts";
import { isJson, type Json, text } from "./json.ts";
import { post } from "./methods/chat.ts";
import { react } from "./methods/registry.ts";
import { globalShortcut, messageShortcut, press, pressInView, slashCommand } from "./payloads/acts.ts";
import { directMessage, homeOpened, linkShared, mention, reaction } from "./payloads/events.ts";
import type { Sent } from "./payloads/sent.ts";
import { type Found, find, readValue } from "./pressed.ts";
import type { Origin } from "./response-urls.ts";
import type { Team } from "./team.ts";

/** A message or whisper, a window, or the App Home. */
export type Where =
  | { readonly kind: "message"; readonly channel: string; readonly ts: string; readonly isWhisper: boolean }
  | { readonly kind: "view"; readonly viewId: string }
  | { readonly kind: "home" };

export interface Press {
  readonly user: string;
  readonly where: Where;
  readonly actionId: string;
  readonly blockId?: string;
  /** The chosen option, or which of two votes. */
  readonly chosen?: string;
}

export interface PeopleOptions {
  /** Domains whose links the app unfurls. */
  readonly unfurlDomains?: readonly string[];
  readonly command?: string;
  /** The events that the app subscribes to, as its manifest names them; every one when not given. */
  readonly events?: readonly string[];
}

/** What people do in a workspace, with everything that Slack then tells the program. */
export class People {
  readonly #team: Team;
  readonly #courier: Courier;
  readonly #options: PeopleOptions;
  #events = 0;

  constructor(team: Team, courier: Courier, options: PeopleOptions = {}) {
    this.#team = team;
    this.#courier = courier;
    this.#options = options;
  }

  /** Writes a message; a mention of the bot, a direct message and known links are reported. The message's time. */
  async say(said: { user: string; channel: string; text: string; threadTs?: string | undefined }): Promise<string> {
    const { user, channel } = said;
    const threadTs = said.threadTs;
    const written = said.text.replaceAll(/@traceops\b/giu, `<@${this.#team.seed.bot.userId}>`);
    const body = { channel, text: written, thread_ts: threadTs };
    const answer = await post(this.#team, { body, user, token: personToken(user) });
    const ts = text(answer["ts"]);
    if (answer["ok"] !== true) throw new Error(`Slack refused the message: ${text(answer["error"])}`);
    await this.#report({ user, channel, text: written, ts, ...(threadTs === undefined ? {} : { threadTs }) });
    return ts;
  }

  /** Types the slash command. */
  async command(typed: { user: string; channel: string; text: string }): Promise<Receipt> {
    const { user, channel } = typed;
    return this.#courier.deliver(
      slashCommand({
        user,
        channel,
        text: typed.text,
        ...(this.#options.command === undefined ? {} : { command: this.#options.command }),
        team: this.#ref,
        triggerId: this.#team.triggers.issue(user),
        responseUrl: this.#responseUrl({ channel, user, threadTs: null, ts: null, isWhisper: false }),
      }),
    );
  }

  /** Presses a button or chooses from a menu; null when there is no such element. */
  async press(pressed: Press): Promise<Receipt | null> {
    const blocks = this.#blocksOf(pressed);
    const found = find(blocks, pressed);
    if (found === null) return null;
    if (pressed.where.kind === "message") return this.#pressInMessage(pressed, pressed.where, found);
    const view = this.#viewOf(pressed);
    if (view === undefined) return null;
    return this.#courier.deliver(
      pressInView({
        ...this.#base(pressed.user, text(view["id"])),
        view,
        ...readValue(found, pressed.chosen),
      }),
    );
  }

  /** Adds or takes back a reaction. */
  async react(given: { user: string; channel: string; ts: string; name: string; on: boolean }): Promise<Receipt> {
    const { user, channel, ts, name, on } = given;
    const body = { channel, timestamp: ts, name };
    await react(this.#team, { body, user, isOn: on, token: personToken(user) });
    const sent = reaction({ user, channel, ts, name, on, team: this.#ref, eventId: this.#eventId() });
    return this.#tell(on ? "reaction_added" : "reaction_removed", sent);
  }

  /** Chooses a shortcut from the menu of a message, or from the global one when no message is given. */
  async shortcut(given: { user: string; callbackId: string; channel?: string; ts?: string }): Promise<Receipt | null> {
    const { user, callbackId, channel = "", ts } = given;
    const base = { ...this.#base(user), callbackId };
    if (ts === undefined) return this.#courier.deliver(globalShortcut(base));
    const message = this.#team.workspace.find(channel, ts);
    if (message === undefined) return null;
    const { threadTs } = message;
    const origin = { channel, user, threadTs, ts, isWhisper: false };
    return this.#courier.deliver(
      messageShortcut({
        ...base,
        channel,
        responseUrl: this.#responseUrl(origin),
        message: { ts, user: message.user, text: message.text, ...(threadTs === null ? {} : { threadTs }) },
      }),
    );
  }

  /** Opens the App Home. */
  async openHome(user: string): Promise<Receipt> {
    const channel = await this.directChannel(user);
    return this.#tell("app_home_opened", homeOpened({ user, channel, team: this.#ref, eventId: this.#eventId() }));
  }

  /** The direct messages of a person and the bot. */
  async directChannel(user: string): Promise<string> {
    const ours = `D0${user.slice(2)}00`;
    const answer = await this.#team.emulated.call("conversations.open", { users: user });
    const channel = answer["channel"];
    // From the second time on the emulator's id is known, and comes back as ours.
    if (isJson(channel) && channel["id"] !== ours) this.#team.emulated.names.bind(ours, text(channel["id"]));
    return ours;
  }

  async #report(said: { user: string; channel: string; text: string; ts: string; threadTs?: string }): Promise<void> {
    const bot = `<@${this.#team.seed.bot.userId}>`;
    const base = { ...said, team: this.#ref, eventId: this.#eventId() };
    if (said.channel.startsWith("D")) await this.#tell("message.im", directMessage(base));
    else if (said.text.includes(bot)) {
      const asked = said.text.replace(bot, "").trim();
      await this.#tell("app_mention", mention({ ...base, text: asked, botUser: this.#team.seed.bot.userId }));
    }
    const urls = [...said.text.matchAll(/https?:\/\/[^\s>|]+/gu)].map(([url]) => url);
    const known = urls.filter((url) => this.#options.unfurlDomains?.includes(new URL(url).hostname));
    if (known.length === 0) return;
    await this.#tell("link_shared", linkShared({ ...base, urls: known, eventId: this.#eventId() }));
  }

  /** Slack sends only the events that an app asked for. */
  async #tell(event: string, sent: Sent): Promise<Receipt> {
    const { events } = this.#options;
    if (events !== undefined && !events.includes(event)) return { status: 200, body: undefined, tookMs: 0 };
    return this.#courier.deliver(sent);
  }

  async #pressInMessage(pressed: Press, where: Where & { kind: "message" }, found: Found): Promise<Receipt> {
    const { workspace } = this.#team;
    const whisper = where.isWhisper ? workspace.whispers.find(({ ts }) => ts === where.ts) : undefined;
    const message = workspace.find(where.channel, where.ts);
    const threadTs = (whisper ?? message)?.threadTs ?? null;
    const origin = { channel: where.channel, user: pressed.user, threadTs, ts: where.ts, isWhisper: where.isWhisper };
    return this.#courier.deliver(
      press({
        ...this.#base(pressed.user),
        ...readValue(found, pressed.chosen),
        responseUrl: this.#responseUrl(origin),
        ephemeral: where.isWhisper,
        within: {
          channel: where.channel,
          messageTs: where.ts,
          ...(threadTs === null ? {} : { threadTs }),
          ...(message === undefined
            ? {}
            : { message: { type: "message", user: message.user, text: message.text, blocks: message.blocks } }),
        },
      }),
    );
  }

  #blocksOf(pressed: Press): unknown {
    const { where } = pressed;
    const { workspace } = this.#team;
    if (where.kind !== "message") return this.#viewOf(pressed)?.["blocks"];
    if (where.isWhisper) return workspace.whispers.find(({ ts }) => ts === where.ts)?.blocks;
    return workspace.find(where.channel, where.ts)?.blocks;
  }

  #viewOf({ user, where }: Press): Json | undefined {
    const { workspace } = this.#team;
    if (where.kind === "home") return workspace.homes.get(user);
    return workspace.openViews.find((each) => where.kind === "view" && each.id === where.viewId)?.view;
  }

  get #ref() {
    return { id: this.#team.seed.id, domain: this.#team.seed.domain };
  }

  #base(user: string, viewId: string | null = null) {
    return { user, team: this.#ref, triggerId: this.#team.triggers.issue(user, viewId) };
  }

  #responseUrl(origin: Origin): string {
    return this.#team.responseUrls.issue(this.#team.seed.id, origin);
  }

  #eventId(): string {
    this.#events += 1;
    return `Ev${this.#team.seed.id}${String(this.#events).padStart(6, "0")}`;
  }
}
