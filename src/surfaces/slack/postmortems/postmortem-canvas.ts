import { z } from "zod";
import type { Actor } from "../../../app/actor.ts";
import type { PostmortemDocument } from "../../../app/people-ports.ts";
import type { OutboundMessage } from "../../../app/ports.ts";
import { type Safe, safe, sliceSafe } from "../../../core/safe.ts";
import { isoTime } from "../../../core/time.ts";
import { type CallFailure, classify } from "../delivery/slack-errors.ts";
import type { Desk } from "../desk.ts";
import type { Place } from "../threads.ts";
import { type Canvas, createCanvas, isForgetful, openToChannel, refusedHere, rememberRefusal } from "./canvases.ts";

/** What became of putting the document onto a canvas. */
export type OnCanvas =
  /** A new canvas; `isShared` says whether everybody in the channel may open it. */
  | { readonly kind: "created"; readonly canvas: Canvas; readonly isShared: boolean }
  /** It was there; `added` when there were new facts to put at its end. */
  | { readonly kind: "there"; readonly canvas: Canvas; readonly added: boolean }
  | { readonly kind: "not-added"; readonly canvas: Canvas }
  /** This workspace has no canvases for us. */
  | { readonly kind: "refused" }
  /** Slack may have taken it or not. */
  | { readonly kind: "unclear" }
  | { readonly kind: "busy" }
  | { readonly kind: "later"; readonly waitMs: number };

export interface CanvasAsk {
  readonly actor: Actor;
  readonly document: PostmortemDocument;
  readonly place: Place;
}

const SURFACE = "slack";
/** Longer than one call may take: a claim older than this was left by a process that is gone. */
const CLAIM_MS = 30_000;

/**
 * One canvas per incident. The first time it gets the whole document; afterwards only new facts are added at its end,
 * because what people wrote in it cannot be read back and must not be replaced. The stored row is claimed before a call.
 */
export async function putOnCanvas(desk: Desk, ask: CanvasAsk): Promise<OnCanvas> {
  const row = await desk.messages.open({
    tenant: ask.actor.tenant,
    incidentId: ask.document.incidentId,
    surface: SURFACE,
    // A canvas opens in its own workspace only. The first workspace of an install has no name here, like its messages.
    kind: desk.team === null ? "postmortem" : `postmortem ${desk.team}`,
    ordinal: 0,
  });
  const age = desk.clock.nowMs() - (row.attemptAtMs ?? 0);
  if (row.state === "sending" && age < CLAIM_MS) return { kind: "busy" };
  if (row.remote !== null) return bringUpToDate(desk, ask, { row, canvas: { id: row.remote.id } });
  if (row.state === "sending") {
    // A process ended inside the call: nobody knows whether there is a canvas, so a person has to look first.
    await desk.messages.move(row, { state: "ambiguous" });
    return { kind: "unclear" };
  }
  return refusedHere(desk) ? { kind: "refused" } : create(desk, ask, row);
}

async function create(desk: Desk, ask: CanvasAsk, row: OutboundMessage): Promise<OnCanvas> {
  const claimed = await claim(desk, row);
  if (claimed === null) return { kind: "busy" };
  const { document, place } = ask;
  const made = await createCanvas(desk, { document, channel: place.channel });
  if (made.status === "refused") {
    const { failure } = made;
    desk.logger.warn({ incidentId: document.incidentId, failure }, "slack made no canvas for a postmortem");
    const isUnclear = failure.kind === "unknown";
    await desk.messages.move(claimed, { state: isUnclear ? "ambiguous" : "pending" });
    if (isUnclear) return { kind: "unclear" };
    if (failure.kind === "rate-limited") return { kind: "later", waitMs: failure.waitMs };
    if (!isForgetful(failure)) rememberRefusal(desk);
    return { kind: "refused" };
  }
  const remote = {
    place: [...(desk.team === null ? [] : [desk.team]), place.channel].join("/"),
    id: made.canvas.id,
  };
  await desk.messages.move(claimed, { state: "posted", remote, bodyHash: String(document.version) });
  await desk.verbs.placePostmortem(ask.actor, { incidentId: document.incidentId, canvas: remote });
  const isShared = made.isTab || (await openToChannel(desk, made.canvas, place.channel));
  return { kind: "created", canvas: made.canvas, isShared };
}

/** Moves the row to "sending"; null when somebody else was first. */
async function claim(desk: Desk, row: OutboundMessage): Promise<OutboundMessage | null> {
  const to = {
    state: "sending",
    nonce: desk.newNonce(),
    attempt: row.attempt + 1,
    attemptAtMs: desk.clock.nowMs(),
  } as const;
  return (await desk.messages.move(row, to)) ? { ...row, ...to } : null;
}

async function bringUpToDate(
  desk: Desk,
  ask: CanvasAsk,
  { row, canvas }: { readonly row: OutboundMessage; readonly canvas: Canvas },
): Promise<OnCanvas> {
  const { incidentId, version } = ask.document;
  const since = Number(row.bodyHash ?? version);
  const news = await desk.verbs.postmortemNews(ask.actor, { incidentId, since });
  if (news === null) return { kind: "there", canvas, added: false };
  const claimed = await claim(desk, row);
  if (claimed === null) return { kind: "busy" };
  const failure = await addAtEnd(desk, canvas, safe`## Updated ${minuteOf(desk)}: what changed since\n\n${news}`);
  if (failure === null) {
    await desk.messages.move(claimed, { state: "posted", bodyHash: String(version) });
    return { kind: "there", canvas, added: true };
  }
  desk.logger.warn({ incidentId, failure }, "slack added nothing to the canvas of a postmortem");
  return notAdded(desk, ask, { claimed, canvas, failure });
}

interface NotAdded {
  readonly claimed: OutboundMessage;
  readonly canvas: Canvas;
  readonly failure: CallFailure;
}

/** Gives the claim back. Only a canvas that is gone is made anew; what is unknown is for a person to look at. */
async function notAdded(desk: Desk, ask: CanvasAsk, { claimed, canvas, failure }: NotAdded): Promise<OnCanvas> {
  if (isDeleted(failure)) {
    await desk.messages.move(claimed, { state: "pending", remote: null, bodyHash: null });
    const fresh = { ...claimed, state: "pending", remote: null, bodyHash: null } as const;
    return refusedHere(desk) ? { kind: "refused" } : create(desk, ask, fresh);
  }
  await desk.messages.move(claimed, { state: "posted" });
  if (failure.kind === "unknown") return { kind: "unclear" };
  return failure.kind === "rate-limited" ? { kind: "later", waitMs: failure.waitMs } : { kind: "not-added", canvas };
}

/** A person deleted the canvas. That happens once more at most: the next one is new. */
function isDeleted(failure: CallFailure): boolean {
  return failure.kind === "permanent" && /^(?:canvas|file)_(?:not_found|deleted)$/u.test(failure.code);
}

const Edited = z.object({ ok: z.literal(true) });

async function addAtEnd(desk: Desk, canvas: Canvas, markdown: Safe): Promise<CallFailure | null> {
  try {
    Edited.parse(
      await desk.client.canvases.edit({
        canvas_id: canvas.id,
        changes: [{ operation: "insert_at_end", document_content: { type: "markdown", markdown } }],
      }),
    );
    return null;
  } catch (error) {
    return classify(error);
  }
}

/** "2026-11-21 14:30 UTC". */
function minuteOf(desk: Desk): Safe {
  const iso = isoTime(desk.clock.nowMs());
  return safe`${sliceSafe(iso, 0, 10)} ${sliceSafe(iso, 11, 16)} UTC`;
}
