import { setTimeout as wait } from "node:timers/promises";
import { Courier } from "../../dev/slack/courier.ts";
import { isJson, text, textOrNone } from "../../dev/slack/json.ts";
import { press, submitView } from "../../dev/slack/payloads/acts.ts";
import type { Sent } from "../../dev/slack/payloads/sent.ts";
import { SocketLine } from "../../dev/slack/socket-line.ts";
import { saysVote, stateOf } from "./count.ts";
import type { HeldMessage } from "./slack/store.ts";
import { type Case, SERVICE } from "./story.ts";
import { SIGNING_SECRET, type World } from "./world.ts";

const LOOK_EVERY_MS = 200;
/** Who sees no answer does it again. */
const ANSWER_WITHIN_MS = 6_000;
/** Anything else that a person reads means: please try again. */
const RECORDED = /^Recorded(?: for |: )/u;
const MOST_TRIES = 30;

interface Said {
  /** Services of the cases in which what somebody said was answered. */
  readonly answered: Set<string>;
  tries: number;
}

/**
 * People who say "not an incident" in the window of a card, and others who vote on a cause in its thread, while everything
 * breaks. Like any person they do it again when no answer comes, and what was answered has to stand there in the end.
 */
export class People {
  readonly #world: World;
  readonly #courier = new Courier(new SocketLine());
  readonly dismissals: Said = { answered: new Set(), tries: 0 };
  readonly votes: Said = { answered: new Set(), tries: 0 };
  /** By service, as far as the messages were looked through. */
  readonly #cards = new Map<string, readonly HeldMessage[]>();
  #looked = 0;

  constructor(world: World) {
    this.#world = world;
    this.#courier.target = { url: `${world.url}/slack/events`, signingSecret: SIGNING_SECRET };
  }

  /** Resolves when every one of them was answered, or the time is up. */
  async sayAll(cases: readonly Case[], stop: AbortSignal): Promise<void> {
    await Promise.all(
      cases.flatMap((told) => [
        ...(told.expected.isDismissed ? [this.#say(told, { said: this.dismissals, act: dismissal }, stop)] : []),
        ...(told.expected.isConfirmed ? [this.#say(told, { said: this.votes, act: this.#vote }, stop)] : []),
      ]),
    );
  }

  /** The cases as they have to end: who never got through has changed nothing, or something that nobody was told. */
  outcome(cases: readonly Case[]): readonly Case[] {
    return cases.map((told) => {
      const { service, expected } = told;
      const card = this.#cardOf(service);
      const isDismissed =
        expected.isDismissed &&
        (this.dismissals.answered.has(service) || (card !== undefined && stateOf(card).isDismissed));
      const isConfirmed =
        expected.isConfirmed && (this.votes.answered.has(service) || saysVote(this.#causesUnder(card)));
      return { ...told, expected: { ...expected, isDismissed, isConfirmed } };
    });
  }

  /** What the card of a service says now; null while there is none. */
  stateOn(service: string): string | null {
    const card = this.#cardOf(service);
    return card === undefined ? null : stateOf(card).state;
  }

  async #say({ service }: Case, { said, act }: Saying, stop: AbortSignal): Promise<void> {
    const user = `U0${service.toUpperCase().replace("-", "")}`;
    for (let tries = 0; tries < MOST_TRIES && !stop.aborted; ) {
      const card = this.#cardOf(service);
      const sent = card === undefined ? null : act(user, card);
      if (sent === null) {
        await pause(LOOK_EVERY_MS, stop);
        continue;
      }
      tries += 1;
      said.tries += 1;
      await this.#courier.deliver(sent);
      if (await this.#isAnswered(user, stop)) {
        said.answered.add(service);
        return;
      }
    }
  }

  /** "This was it" under the first cause of the thread; null while none stands there. */
  readonly #vote = (user: string, card: HeldMessage): Sent | null => {
    const causes = this.#causesUnder(card);
    const button = causes === undefined ? null : yesButton(causes.blocks);
    if (causes === undefined || button === null) return null;
    const { apiUrl } = this.#world.slack;
    const within = { channel: card.channel, messageTs: causes.ts, threadTs: card.ts };
    return press({ user, ...button, within, responseUrl: new URL(`/respond/${user}`, apiUrl).href });
  };

  #cardOf(service: string): HeldMessage | undefined {
    const { messages } = this.#world.slack.store;
    for (; this.#looked < messages.length; this.#looked++) {
      const message = messages[this.#looked];
      const of = message?.threadTs === null ? SERVICE.exec(message.text)?.[0] : undefined;
      if (message !== undefined && of !== undefined) this.#cards.set(of, [...(this.#cards.get(of) ?? []), message]);
    }
    return this.#cards.get(service)?.find(({ deleted }) => !deleted);
  }

  #causesUnder(card: HeldMessage | undefined): HeldMessage | undefined {
    if (card === undefined) return undefined;
    const thread = this.#world.slack.store.held(card.channel, card.ts);
    return thread.find((message) => kindOf(message) === "hypotheses");
  }

  async #isAnswered(user: string, stop: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + ANSWER_WITHIN_MS;
    while (Date.now() < deadline && !stop.aborted) {
      if (this.#world.slack.store.whispersTo(user).some((words) => RECORDED.test(words))) return true;
      await pause(LOOK_EVERY_MS / 4, stop);
    }
    return false;
  }
}

interface Saying {
  readonly said: Said;
  /** Null when there is nothing to press yet. */
  readonly act: (user: string, card: HeldMessage) => Sent | null;
}

function kindOf({ metadata }: HeldMessage): string {
  return isJson(metadata) && isJson(metadata["event_payload"]) ? text(metadata["event_payload"]["kind"]) : "";
}

/** The first button that says "This was it", in either form of the message. */
function yesButton(blocks: unknown): { readonly action: string; readonly value: string } | null {
  if (Array.isArray(blocks)) {
    for (const block of blocks) {
      const found = yesButton(block);
      if (found !== null) return found;
    }
    return null;
  }
  if (!isJson(blocks)) return null;
  const action = textOrNone(blocks["action_id"]);
  const yes = action === "hyp.feedback" ? blocks["positive_button"] : blocks;
  if (isJson(yes) && (action === "hyp.feedback" || action === "hyp.feedback.yes")) {
    return { action, value: text(yes["value"]) };
  }
  return yesButton(blocks["elements"]);
}

function dismissal(user: string, { channel, metadata }: HeldMessage): Sent {
  const payload = isJson(metadata) && isJson(metadata["event_payload"]) ? metadata["event_payload"] : {};
  const about = JSON.stringify({ v: 1, incident: text(payload["incident"]), channel });
  const view = { callback_id: "inc.dismiss", type: "modal", private_metadata: about };
  return submitView({ user, view, text: "" });
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await wait(ms, null, { signal: stop }).catch(() => undefined);
}
