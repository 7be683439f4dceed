import { setTimeout as wait } from "node:timers/promises";
import { Courier } from "../../dev/slack/courier.ts";
import { isJson, text } from "../../dev/slack/json.ts";
import { submitView } from "../../dev/slack/payloads/acts.ts";
import { SocketLine } from "../../dev/slack/socket-line.ts";
import { stateOf } from "./count.ts";
import type { HeldMessage } from "./slack/store.ts";
import { type Case, SERVICE } from "./story.ts";
import { SIGNING_SECRET, type World } from "./world.ts";

const LOOK_EVERY_MS = 200;
/** Who sees no answer does it again. */
const ANSWER_WITHIN_MS = 6_000;
/** Anything else that a person reads means: please try again. */
const RECORDED = "Recorded for ";
const MOST_TRIES = 30;

/**
 * People who say "not an incident" in the window of a card while everything breaks. Like any person they do it again when
 * no answer comes, and what was answered has to stand on the card in the end.
 */
export class People {
  readonly #world: World;
  readonly #courier = new Courier(new SocketLine());
  /** Services of the cases whose dismissal was answered. */
  readonly answered = new Set<string>();
  tries = 0;

  constructor(world: World) {
    this.#world = world;
    this.#courier.target = { url: `${world.url}/slack/events`, signingSecret: SIGNING_SECRET };
  }

  /** Resolves when every one of them was answered, or the time is up. */
  async sayAll(cases: readonly Case[], stop: AbortSignal): Promise<void> {
    await Promise.all(cases.filter(({ expected }) => expected.isDismissed).map((told) => this.#say(told, stop)));
  }

  /** The cases as they have to end: who never got through has changed nothing, or something that nobody was told. */
  outcome(cases: readonly Case[]): readonly Case[] {
    return cases.map((told) =>
      told.expected.isDismissed && !this.answered.has(told.service)
        ? { ...told, expected: { ...told.expected, isDismissed: this.#saidOn(told.service) } }
        : told,
    );
  }

  #saidOn(service: string): boolean {
    const { messages } = this.#world.slack.store;
    const card = messages.find(
      ({ threadTs, text: words }) => threadTs === null && SERVICE.exec(words)?.[0] === service,
    );
    return card !== undefined && stateOf(card).isDismissed;
  }

  async #say({ service }: Case, stop: AbortSignal): Promise<void> {
    const card = await this.#cardOf(service, stop);
    if (card === null) return;
    const user = `U0${service.toUpperCase().replace("-", "")}`;
    for (let tries = 0; tries < MOST_TRIES && !stop.aborted; tries++) {
      this.tries += 1;
      await this.#courier.deliver(dismissal(user, card));
      if (await this.#isAnswered(user, stop)) {
        this.answered.add(service);
        return;
      }
    }
  }

  async #cardOf(service: string, stop: AbortSignal): Promise<HeldMessage | null> {
    const { store } = this.#world.slack;
    while (!stop.aborted) {
      const card = store.messages.find(
        (message) => message.threadTs === null && SERVICE.exec(message.text)?.[0] === service,
      );
      if (card !== undefined) return card;
      await pause(LOOK_EVERY_MS, stop);
    }
    return null;
  }

  async #isAnswered(user: string, stop: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + ANSWER_WITHIN_MS;
    while (Date.now() < deadline && !stop.aborted) {
      if (this.#world.slack.store.whispersTo(user).some((words) => words.startsWith(RECORDED))) return true;
      await pause(LOOK_EVERY_MS / 4, stop);
    }
    return false;
  }
}

function dismissal(user: string, { channel, metadata }: HeldMessage) {
  const payload = isJson(metadata) && isJson(metadata["event_payload"]) ? metadata["event_payload"] : {};
  const about = JSON.stringify({ v: 1, incident: text(payload["incident"]), channel });
  const view = { callback_id: "inc.dismiss", type: "modal", private_metadata: about };
  return submitView({ user, view, text: "" });
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await wait(ms, null, { signal: stop }).catch(() => undefined);
}
