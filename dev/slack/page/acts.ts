import type { Receipt } from "../courier.ts";
import { isJson, type Json, text, textOrNone } from "../json.ts";
import type { FieldState } from "../payloads/acts.ts";
import { entityDetailsRequested } from "../payloads/events.ts";
import { People, type Where } from "../people.ts";
import type { SlackServer } from "../server.ts";
import { close, submit, type Values } from "../windows.ts";

/** An entry in the menu of messages or in the global one. */
export interface Shortcut {
  readonly id: string;
  readonly name: string;
  readonly type: "message" | "global";
}

/** Something that happens outside of Slack when a person asks for it; a sentence when it could not. */
export interface DemoStep {
  readonly name: string;
  readonly run: () => Promise<string | null>;
}

/** What the page offers besides Slack itself. */
export interface AppEntries {
  readonly demo?: () => readonly DemoStep[];
  readonly shortcuts: readonly Shortcut[];
  /** Every event when not given. */
  readonly events?: readonly string[];
}

type Answer = Readonly<Record<string, unknown>>;
type Act = (body: Json) => Promise<Answer>;

/** What the page asks for, done as a person of the workspace. */
export class Acts {
  readonly #slack: SlackServer;
  readonly #people: People;
  readonly #acts: Readonly<Record<string, Act>>;

  constructor(slack: SlackServer, { shortcuts, events, demo = () => [] }: AppEntries) {
    this.#slack = slack;
    const unfurlDomains = ["127.0.0.1", "localhost"];
    this.#people = new People(slack.team(), slack.courier, {
      unfurlDomains,
      ...(events === undefined ? {} : { events }),
    });
    this.#acts = {
      shortcuts: async () => ({ shortcuts, demo: demo().map(({ name }) => name) }),
      demo: async ({ name }) => {
        const step = demo().find((each) => each.name === name);
        const problem = step === undefined ? "The demo is not told yet." : await step.run();
        return problem === null ? {} : { problem };
      },
      direct: async ({ me }) => ({ channel: await this.#people.directChannel(text(me)) }),
      say: (body) => this.#say(body),
      press: async (body) => told(await this.#press(body)),
      react: async ({ me, channel, ts, name, on }) =>
        told(
          await this.#people.react({
            user: text(me),
            channel: text(channel),
            ts: text(ts),
            name: text(name),
            on: on === true,
          }),
        ),
      shortcut: async (body) => told(await this.#shortcut(body)),
      home: async ({ me }) => told(await this.#people.openHome(text(me))),
      submit: async ({ viewId, values }) =>
        submit(this.#at, { viewId: text(viewId), values: isJson(values) ? valuesOf(values) : {} }),
      close: async ({ viewId }) => {
        await close(this.#at, text(viewId));
        return {};
      },
      details: async (body) => told(await this.#details(body)),
      canvas: async ({ id, markdown }) => {
        const found = slack.team().workspace.canvases.find((canvas) => canvas.id === id);
        if (found === undefined) return { problem: "That canvas is not there any more." };
        found.markdown = text(markdown);
        slack.team().workspace.onChange();
        return {};
      },
      delete: async ({ ts }) => {
        slack.team().workspace.deleteByPerson(text(ts));
        return {};
      },
    };
  }

  /** Does one thing; what the page has to show about it. */
  async perform(body: Json): Promise<Answer> {
    const act = this.#acts[text(body["do"])];
    return act === undefined ? { problem: "The page asked for something unknown." } : act(body);
  }

  get #at() {
    return { team: this.#slack.team(), courier: this.#slack.courier };
  }

  async #say(body: Json): Promise<Answer> {
    const [user, channel, words] = [text(body["me"]), text(body["channel"]), text(body["text"]).trim()];
    if (words === "") return {};
    const command = /^\/traceops\b\s*/u.exec(words);
    if (command !== null) {
      return told(await this.#people.command({ user, channel, text: words.slice(command[0].length) }));
    }
    if (words.startsWith("/")) return { problem: "This workspace knows one command: /traceops." };
    await this.#people.say({ user, channel, text: words, threadTs: textOrNone(body["threadTs"]) });
    return {};
  }

  #press(body: Json): Promise<Receipt | null> {
    const blockId = textOrNone(body["blockId"]);
    const chosen = textOrNone(body["chosen"]);
    return this.#people.press({
      user: text(body["me"]),
      where: whereOf(body),
      actionId: text(body["actionId"]),
      ...(blockId === undefined ? {} : { blockId }),
      ...(chosen === undefined ? {} : { chosen }),
    });
  }

  #shortcut(body: Json): Promise<Receipt | null> {
    const ts = textOrNone(body["ts"]);
    const base = { user: text(body["me"]), callbackId: text(body["id"]) };
    return this.#people.shortcut(ts === undefined ? base : { ...base, channel: text(body["channel"]), ts });
  }

  #details(body: Json): Promise<Receipt> {
    const team = this.#slack.team();
    const user = text(body["me"]);
    return this.#slack.courier.deliver(
      entityDetailsRequested({
        user,
        url: text(body["url"]),
        channel: text(body["channel"]),
        ts: text(body["ts"]),
        triggerId: team.triggers.issue(user),
        eventId: `EvDetails${team.workspace.nextTs()}`,
      }),
    );
  }
}

/** A press that nobody took is worth a word: in Slack a warning sign appears. */
function told(receipt: Receipt | null): Answer {
  if (receipt === null) return { problem: "That button is not there any more." };
  if (receipt.status === 200) return { ackMs: Math.round(receipt.tookMs) };
  return { problem: "TraceOps did not answer within 3 seconds. Is it still running?" };
}

function whereOf(body: Json): Where {
  if (body["where"] === "home") return { kind: "home" };
  if (body["where"] === "view") return { kind: "view", viewId: text(body["viewId"]) };
  return {
    kind: "message",
    channel: text(body["channel"]),
    ts: text(body["ts"]),
    isWhisper: body["where"] === "whisper",
  };
}

function valuesOf(given: Json): Values {
  return Object.fromEntries(
    Object.entries(given).map(([block, actions]) => [block, isJson(actions) ? fieldsOf(actions) : {}]),
  );
}

function fieldsOf(actions: Json): Readonly<Record<string, FieldState>> {
  return Object.fromEntries(
    Object.entries(actions).flatMap(([action, state]) =>
      isJson(state) ? [[action, { ...state, type: text(state["type"]) }]] : [],
    ),
  );
}
