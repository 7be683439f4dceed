import { directMessage, mention, press, slashCommand } from "./deliveries.ts";
import type { Stage } from "./stage.ts";

/** A message as somebody sees it. */
export interface Shown {
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
}

/** How a button is pressed, when not by Ada on a message for everybody; and how many answers to wait for. */
export interface Pressing {
  readonly answers?: number;
  readonly user?: string;
  readonly ephemeral?: boolean;
  readonly kind?: "button" | "static_select";
}

/** Somebody who types words to the program and looks at what comes back. */
export class Typist {
  readonly #stage: Stage;
  #events = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** What the person sees after typing this behind the slash command. */
  async typed(text: string, channel = "C0INCIDENTS"): Promise<Shown> {
    const { fake } = this.#stage;
    const before = fake.workspace.responses.length;
    await this.#stage.send(slashCommand({ user: "U0ADA", text, channel, responseUrl: fake.responseUrl }));
    return shown(await this.#stage.until(() => fake.workspace.responses[before]));
  }

  /** What stands in the thread after a mention with this text. */
  async mentioned(text: string, threadTs: string, channel = "C0INCIDENTS"): Promise<Shown> {
    const { workspace } = this.#stage.fake;
    const before = workspace.replies(threadTs).length;
    const next = this.#next();
    await this.#stage.send(mention({ user: "U0ADA", text, threadTs, channel, ...next }));
    return shown(await this.#stage.until(() => workspace.replies(threadTs)[before]));
  }

  /** What the bot writes back into the direct message, as it was sent: the workspace has no such conversation. */
  async wrote(text: string, channel = "D0ADA"): Promise<Shown> {
    const { workspace } = this.#stage.fake;
    const before = workspace.callsOf("chat.postMessage").length;
    await this.#stage.send(directMessage({ user: "U0ADA", text, channel, ...this.#next() }));
    const { body } = await this.#stage.until(() => workspace.callsOf("chat.postMessage")[before]);
    if (body["channel"] !== channel || body["thread_ts"] !== undefined) throw new TypeError("said somewhere else");
    return shown({ text: body["text"], blocks: JSON.parse(body["blocks"] ?? "[]") });
  }

  /** Everything that comes back through the response address after a press, in order. */
  async pressed(action: string, value: string, more: Pressing = {}) {
    const { answers = 1, ...rest } = more;
    const { fake } = this.#stage;
    const before = fake.workspace.responses.length;
    const sent = press({ user: "U0ADA", action, value, responseUrl: fake.responseUrl, ...rest });
    await this.#stage.send(sent);
    await this.#stage.until(() => fake.workspace.responses[before + answers - 1]);
    return fake.workspace.responses.slice(before);
  }

  #next(): { readonly ts: string; readonly eventId: string } {
    this.#events += 1;
    return { ts: `1795000000.${String(this.#events).padStart(6, "0")}`, eventId: `EvT${this.#events}` };
  }
}

function shown(value: unknown): Shown {
  if (!isShown(value)) throw new TypeError("that is no message");
  return { text: value.text, blocks: value.blocks };
}

function isShown(value: unknown): value is Shown {
  return typeof value === "object" && value !== null && "text" in value && "blocks" in value;
}

/** The whole message as one text to search in. */
export function words(answer: unknown): string {
  return JSON.stringify(answer);
}

/** The value that the first button or option of this action carries. */
export function valueOf(answer: Shown, action: string): string {
  for (const block of answer.blocks) {
    const elements: unknown = block["elements"];
    const found = Array.isArray(elements) ? elements.find((each) => each?.action_id === action) : undefined;
    const value: unknown = found?.value ?? found?.options?.[0]?.value;
    if (typeof value === "string") return value;
  }
  throw new TypeError(`no ${action} in this message`);
}
