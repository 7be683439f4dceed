import { setTimeout as wait } from "node:timers/promises";
import { Courier } from "../../dev/slack/courier.ts";
import { press } from "../../dev/slack/payloads/acts.ts";
import { SocketLine } from "../../dev/slack/socket-line.ts";
import { eventually } from "../support/install.ts";
import type { StormSlack } from "./storm-slack.ts";

const PRESS_EVERY_MS = 2_000;
const PRESS_ANSWER_WITHIN_MS = 30_000;

/** One press: from sending it to Slack's acknowledgement, and to the answer that the person sees. */
export interface Press {
  readonly status: number;
  readonly ackMs: number;
  readonly effectMs: number;
}

export interface Button {
  readonly action: string;
  readonly value: string;
  readonly channel: string;
  readonly messageTs: string;
}

/** The first button to vote with that stands anywhere. */
export function voteButton({ store }: StormSlack): Button | null {
  for (const { blocks, channel, ts } of store.standing()) {
    const found = elementsOf(blocks).find(({ action_id: action }) => action.startsWith("hyp.feedback"));
    if (found !== undefined) return { action: found.action_id, value: found.value, channel, messageTs: ts };
  }
  return null;
}

interface Element {
  readonly action_id: string;
  readonly value: string;
}

function elementsOf(node: unknown): readonly Element[] {
  if (typeof node !== "object" || node === null) return [];
  const own = "action_id" in node && typeof node.action_id === "string" ? [elementOf(node)] : [];
  return [...own, ...Object.values(node).flatMap(elementsOf)];
}

/** Feedback buttons carry their values one level deeper. */
function elementOf(node: object): Element {
  const value = read(node, "value") ?? read(read(node, "positive_button"), "value");
  return { action_id: String(read(node, "action_id")), value: typeof value === "string" ? value : "" };
}

/** Somebody votes every two seconds, each time another person; resolves when the storm is over. */
export async function keepPressing(
  { url, slack }: { readonly url: string; readonly slack: StormSlack },
  button: Button,
  { signingSecret, stop }: { readonly signingSecret: string; readonly stop: AbortSignal },
): Promise<readonly Press[]> {
  const courier = new Courier(new SocketLine());
  courier.target = { url: `${url}/slack/events`, signingSecret };
  const presses: Promise<Press>[] = [];
  while (!stop.aborted) {
    presses.push(pressOnce(courier, slack, { button, name: `press-${presses.length}` }));
    await wait(PRESS_EVERY_MS, null, { signal: stop }).catch(() => undefined);
  }
  return Promise.all(presses);
}

async function pressOnce(
  courier: Courier,
  slack: StormSlack,
  { button, name }: { readonly button: Button; readonly name: string },
): Promise<Press> {
  const { action, value, channel, messageTs } = button;
  const user = `U0${name.toUpperCase().replace("-", "")}`;
  const begunMs = performance.now();
  const { status, tookMs } = await courier.deliver(
    press({ user, action, value, responseUrl: slack.responseUrl(name), within: { channel, messageTs } }),
  );
  const answeredMs = await eventually(() => slack.responses.get(name) ?? null, PRESS_ANSWER_WITHIN_MS).catch(
    () => Number.POSITIVE_INFINITY,
  );
  return { status, ackMs: tookMs, effectMs: answeredMs - begunMs };
}

function read(from: unknown, name: string): unknown {
  return typeof from === "object" && from !== null
    ? Object.entries(from).find(([key]) => key === name)?.[1]
    : undefined;
}
