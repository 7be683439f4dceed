import type { ModalView } from "@slack/types";
import { z } from "zod";
import { type Safe, safe } from "../../../core/safe.ts";
import { answered } from "../answered.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped } from "../drawing/mrkdwn.ts";
import { say } from "../words/replies.ts";
import { type About, modal } from "./modal-parts.ts";
import { quietly } from "./pressed-body.ts";

const Opened = z.object({ view: z.object({ id: z.string().min(1) }) });
/** Windows without anything to send. */
const WORDS_MODAL = "words";

/** A window that shows words and nothing to fill in. */
export function wordsModal(title: Safe, { blocks }: Pick<Drawing, "blocks">): ModalView {
  return modal({ callback: WORDS_MODAL, title, close: safe`Close`, about: {}, blocks });
}

/** Stands there while the rest is being read: what opens a window lives three seconds only. */
export function loadingModal(title: Safe): ModalView {
  return wordsModal(title, { blocks: [section("loading", escaped(safe`Loading …`))] });
}

/** Opens a window that is ready. */
export async function openModal(desk: Desk, triggerId: string, view: ModalView): Promise<void> {
  await quietly(desk, () => desk.client.views.open({ trigger_id: triggerId, view }));
}

export interface LaterModal {
  readonly triggerId: string;
  readonly title: Safe;
  readonly build: (viewId: string) => Promise<ModalView>;
}

/** Opens a window at once and fills it when its content is there; a failure is told in the window. */
export async function openThenFill(desk: Desk, { triggerId, title, build }: LaterModal): Promise<void> {
  await quietly(desk, async () => {
    const opened = Opened.parse(await desk.client.views.open({ trigger_id: triggerId, view: loadingModal(title) }));
    const view_id = opened.view.id;
    await desk.client.views.update({ view_id, view: await builtView(desk, title, () => build(view_id)) });
  });
}

/** Replaces what a window shows; a failure is told in the window. */
export async function refill(
  desk: Desk,
  { viewId, title, build }: { readonly viewId: string; readonly title: Safe; readonly build: () => Promise<ModalView> },
): Promise<void> {
  await quietly(desk, async () => {
    await desk.client.views.update({ view_id: viewId, view: await builtView(desk, title, build) });
  });
}

/** The window, or the words about why it could not be made. */
export async function builtView(desk: Desk, title: Safe, build: () => Promise<ModalView>): Promise<ModalView> {
  const views: ModalView[] = [];
  const failure = await answered(desk, async () => {
    views.push(await build());
    return say(safe`Done.`);
  });
  return views[0] ?? wordsModal(title, failure);
}

/** The thread and the channel in which somebody looked, for the answer. */
export function lookedAt(channel: string | null, thread: string | null): Pick<About, "channel" | "thread"> {
  return { ...(channel === null ? {} : { channel }), ...(thread === null ? {} : { thread }) };
}
