import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { Clock, Logger, MessageKey, OutboundMessage, OutboundMessages } from "../../app/ports.ts";
import { stableHash } from "../../core/ids.ts";
import type { Safe } from "../../core/safe.ts";
import { type PagerDutyClient, PagerDutyError } from "../../platform/clients/pagerduty.ts";
import { withMark } from "./render.ts";

/** What writing one note needs. */
export interface Notebook {
  readonly client: PagerDutyClient;
  /** E-mail of the PagerDuty user in whose name notes are written. */
  readonly from: string | null;
  readonly messages: OutboundMessages;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newNonce: () => string;
}

export interface NoteDraft {
  readonly key: MessageKey;
  /** PagerDuty's incident. */
  readonly externalId: string;
  readonly text: Safe;
  readonly signal: AbortSignal;
}

export const DONE: JobOutcome = { status: "done" };
/** A claim older than this is given back before the call, and an edit is not made: the lock behind it may be lost. */
export const CLAIM_VALID_MS = 2000;
/** How long PagerDuty may need to store what it already accepted. */
export const SETTLE_MS = 30_000;
/** A PagerDuty that is back has every note within this, and far fewer calls than its limit of 960 a minute until then. */
const MAX_PAUSE_MS = 5 * 60_000;
const NO_TIME_MS = 1000;

export type Change = Parameters<OutboundMessages["move"]>[1];

/** The row after the change; null when somebody else changed it first. */
export async function moved({ messages }: Notebook, row: OutboundMessage, to: Change): Promise<OutboundMessage | null> {
  return (await messages.move(row, to)) ? { ...row, ...to } : null;
}

export function again({ clock }: Notebook, inMs: number, because: string): JobOutcome {
  return { status: "again", notBeforeMs: clock.nowMs() + inMs, because };
}

/** What is due first of two. */
export function sooner(a: JobOutcome, b: JobOutcome): JobOutcome {
  if (a.status === "done") return b;
  return b.status === "again" && b.notBeforeMs < a.notBeforeMs ? b : a;
}

/** Said before a call is claimed or made: one without time would fail by itself and count as lost. */
export function outOfTime(book: Notebook): JobOutcome {
  return again(book, NO_TIME_MS, "no time was left for a note");
}

/** The pause after so many calls in a row without an answer: twice as long each time. */
export function pauseAfter(firstMs: number, times: number): number {
  return Math.min(MAX_PAUSE_MS, firstMs * 2 ** Math.max(0, times - 1));
}

/** PagerDuty's refusal, which nothing but a change makes good; null when the call may have worked, or may work later. */
export function refusalIn(error: unknown): PagerDutyError | null {
  return error instanceof PagerDutyError && error.isRefusal && error.status !== 429 ? error : null;
}

export function isRateLimit(error: unknown): boolean {
  return error instanceof PagerDutyError && error.status === 429;
}

export const refusedBy = ({ status }: PagerDutyError): string =>
  `PagerDuty refused it with status ${status ?? "unknown"}`;
export const notesPath = (externalId: string): string => `/incidents/${encodeURIComponent(externalId)}/notes`;
export const hashOf = ({ text }: NoteDraft): string => stableHash(text);
export const contentOf = ({ text }: NoteDraft, nonce: string) => ({ note: { content: withMark(text, nonce) } });
