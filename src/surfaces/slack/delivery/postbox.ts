import type { WebClient } from "@slack/web-api";
import type { Clock, Logger, MessageKey, OutboundMessage, OutboundMessages } from "../../../app/ports.ts";
import type { EpochMs } from "../../../core/ids.ts";
import type { MessageKind } from "../drawing/draw.ts";
import type { Form, SlackMessage } from "../drawing/message.ts";
import type { Cooldowns, Spot } from "./cooldown.ts";
import { scopeOfRefusal } from "./refusals.ts";
import type { RefusedForms } from "./refused-forms.ts";
import type { Turns } from "./turns.ts";

/** What sending one message needs. */
export interface Postbox {
  readonly messages: OutboundMessages;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newNonce: () => string;
  readonly cooldowns: Cooldowns;
  readonly turns: Turns;
  readonly refusedForms: RefusedForms;
}

/** One logical message as it should stand in Slack now. */
export interface Draft {
  readonly key: MessageKey;
  readonly kind: MessageKind;
  /** What it looks like: a refused block is remembered for this. */
  readonly look: string;
  /** Null for the first workspace. */
  readonly team: string | null;
  readonly client: WebClient;
  readonly channel: string;
  readonly threadTs: string | null;
  /** Changes exactly when people would see a difference. */
  readonly hash: string;
  readonly forms: readonly Form[];
  readonly draw: (form: Form) => SlackMessage;
  /** The same without the picture in it, for a workspace that does not take the picture; null when there is none. */
  readonly withoutPicture: (Pick<Draft, "hash" | "draw"> & { readonly onRefused: () => Promise<void> }) | null;
  /** Why it does not stand where it belongs: stays in `doctor` although it stands. */
  readonly problem: string | null;
  /** While Slack stores nothing, it is tried again until then. */
  readonly offeredUntilMs: number;
}

export type Delivered =
  /** It stands there. `due` says when it still has to be edited, and why not now. */
  | { readonly status: "posted"; readonly channel: string; readonly ts: string; readonly due: Due | null }
  /** `untold`: Slack stores nothing, so somebody else should say it meanwhile. */
  | ({ readonly status: "again"; readonly untold?: boolean } & Due)
  /** The message itself, or the thread it belongs to, was deleted in Slack. */
  | { readonly status: "gone" }
  /** The channel or the workspace takes nothing: another place may. */
  | { readonly status: "closed"; readonly code: string }
  /** Nothing more can be done without a person or a changed answer. */
  | { readonly status: "stuck" };

export interface Due {
  readonly notBeforeMs: number;
  readonly because: string;
}

type Change = Parameters<OutboundMessages["move"]>[1];

/** Moves the stored row and gives it as it is afterwards; null when another process moved it first. */
export async function moved(box: Postbox, row: OutboundMessage, to: Change): Promise<OutboundMessage | null> {
  return (await box.messages.move(row, to)) ? { ...row, ...to } : null;
}

/** Another process took this message: look again soon. */
export function takenByOther(box: Postbox): Extract<Delivered, { status: "again" }> {
  return again(box.clock.nowMs() + 1000, "another process moved this message");
}

/** Try again from `notBeforeMs` on. */
export function again(notBeforeMs: number, because: string): Extract<Delivered, { status: "again" }> {
  return { status: "again", notBeforeMs, because };
}

/** The channel of a draft, for limits and refusals. */
export function spotOf({ key, team, channel }: Pick<Draft, "key" | "team" | "channel">): Spot {
  return { tenant: key.tenant, team, channel };
}

/** Stores a refusal for good of the channel of a draft, or of its whole workspace, whatever it is about. */
export function shut(box: Postbox, spot: Spot, code: string): Promise<void> {
  return box.cooldowns.close(scopeOfRefusal(code) === "workspace" ? { ...spot, channel: "*" } : spot, code);
}

/** The forms that this workspace has not refused lately; at least the plainest. */
export function offeredForms(box: Postbox, { team, look, forms }: Draft): readonly Form[] {
  const open = forms.filter((form) => !box.refusedForms.has({ team, look, form }));
  return open.length > 0 ? open : ["plain"];
}

/** What to try one after the other while Slack does not take the blocks, newest first, each with the hash of what it shows. */
export function offers(box: Postbox, draft: Draft): readonly Offer[] {
  return offeredForms(box, draft).flatMap((form): readonly Offer[] => {
    const drawn = { form, hash: draft.hash, draw: draft.draw, isWithPicture: false };
    if (draft.withoutPicture === null || form !== "new") return [drawn];
    return [
      { ...drawn, isWithPicture: true },
      { ...drawn, hash: draft.withoutPicture.hash, draw: draft.withoutPicture.draw },
    ];
  });
}

export interface Offer extends Pick<Draft, "hash" | "draw"> {
  readonly form: Form;
  readonly isWithPicture: boolean;
}

/** Slack did not take this one: the next is tried. A picture is no fault of the form. */
export async function afterInvalidBlocks(box: Postbox, draft: Draft, { form, isWithPicture }: Offer): Promise<void> {
  const { team, look, kind } = draft;
  if (isWithPicture) await draft.withoutPicture?.onRefused();
  else box.refusedForms.add({ team, look, form });
  box.logger.warn({ kind, form, isWithPicture }, "slack refused these blocks, sending others");
}

/**
 * When the outcome of the last attempt may be looked up for the first or the next time. The first look comes early, so
 * that what stands is soon kept up to date; it can only find. The others wait until Slack must be done with the attempt.
 */
export function lookupDueMs(
  { attemptAtMs, settlesAtMs, lookups }: Pick<OutboundMessage, "attemptAtMs" | "settlesAtMs" | "lookups">,
  nowMs: EpochMs,
): number {
  const attemptMs = attemptAtMs ?? nowMs;
  const look = lookups % LOOKS;
  if (look === 0) return attemptMs + EARLY_LOOK_MS;
  const isKnown = settlesAtMs !== null && settlesAtMs > attemptMs;
  const settleMs = isKnown ? settlesAtMs - attemptMs : SETTLE_MS;
  return attemptMs + settleMs + ((look - 1) * settleMs) / 3;
}

/** How long Slack may still be at a call that it did not answer. */
export const SETTLE_MS = 30_000;
/** After an answer Slack is done with the call; what it stored may need this long to be seen. */
export const ANSWERED_SETTLE_MS = 6_000;
const EARLY_LOOK_MS = 2_000;
/** A claim older than this is given back before the call: the lock behind it may be lost. */
export const CLAIM_VALID_MS = 2000;
/**
 * An attempt is missing when it was not found this often: once early, twice when it must be there. `lookups` of a message counts on over its attempts, so that it
 * also says how many of them in a row are missing.
 */
export const LOOKS = 3;
