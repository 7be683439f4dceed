import type { WebClient } from "@slack/web-api";
import type { Clock, Logger, MessageKey, OutboundMessage, OutboundMessages } from "../../app/ports.ts";
import type { EpochMs } from "../../core/ids.ts";
import type { Cooldowns } from "./cooldown.ts";
import type { MessageKind } from "./draw.ts";
import type { Form, SlackMessage } from "./message.ts";

/** What sending one message needs. */
export interface Postbox {
  readonly client: WebClient;
  readonly messages: OutboundMessages;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newNonce: () => string;
  readonly cooldowns: Cooldowns;
  /** Forms that this workspace refused, as "kind/form": not offered again while the process lives. */
  readonly refusedForms: Set<string>;
}

/** One logical message as it should stand in Slack now. */
export interface Draft {
  readonly key: MessageKey;
  readonly kind: MessageKind;
  readonly channel: string;
  readonly threadTs: string | null;
  /** Changes exactly when people would see a difference. */
  readonly hash: string;
  readonly forms: readonly Form[];
  readonly draw: (form: Form) => SlackMessage;
}

export type Delivered =
  | { readonly status: "posted"; readonly channel: string; readonly ts: string }
  | { readonly status: "again"; readonly notBeforeMs: number; readonly because: string }
  /** The message itself, or the thread it belongs to, was deleted in Slack. */
  | { readonly status: "gone" }
  /** Nothing more can be done without a person or a changed answer. */
  | { readonly status: "stuck" };

type Change = Parameters<OutboundMessages["move"]>[1];

/** Moves the stored row and gives it as it is afterwards; null when another process moved it first. */
export async function moved(box: Postbox, row: OutboundMessage, to: Change): Promise<OutboundMessage | null> {
  return (await box.messages.move(row, to)) ? { ...row, ...to } : null;
}

/** Another process took this message: look again soon. */
export function takenByOther(box: Postbox): Delivered {
  return again(box.clock.nowMs() + 1000, "another process moved this message");
}

/** Try again from `notBeforeMs` on. */
export function again(notBeforeMs: number, because: string): Delivered {
  return { status: "again", notBeforeMs, because };
}

/** Where a message stands, as stored: its channel, and for a reply also its thread. */
export function placeOf(draft: Pick<Draft, "channel" | "threadTs">): string {
  return draft.threadTs === null ? draft.channel : `${draft.channel}/${draft.threadTs}`;
}

/** The channel of a stored place. */
export function channelOf(place: string): string {
  return place.split("/")[0] ?? place;
}

/** The forms that this workspace has not refused yet; at least the plainest. */
export function offeredForms(box: Postbox, draft: Draft): readonly Form[] {
  const open = draft.forms.filter((form) => !box.refusedForms.has(`${draft.kind}/${form}`));
  return open.length > 0 ? open : ["plain"];
}

/** When the outcome of an attempt may be looked up for the first or the next time. */
export function lookupDueMs(attemptAtMs: EpochMs, lookups: number): number {
  return attemptAtMs + SETTLE_MS + lookups * BETWEEN_LOOKUPS_MS;
}

/** How long Slack may need to store what it already accepted. */
export const SETTLE_MS = 30_000;
export const BETWEEN_LOOKUPS_MS = 10_000;
/** A claim older than this is given back before the call: the lock behind it may be lost. */
export const CLAIM_VALID_MS = 2000;
export const MAX_ATTEMPTS = 50;
