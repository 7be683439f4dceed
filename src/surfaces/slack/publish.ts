import type { JobOutcome } from "../../app/jobs/catalog.ts";
import type { MessageKey, OutboundMessage } from "../../app/ports.ts";
import type { IncidentAnswer } from "../../app/verbs.ts";
import { deliver } from "./deliver.ts";
import type { MessageKind } from "./draw.ts";
import type { LinkRule } from "./links.ts";
import { channelOf, type Delivered, type Draft, type Postbox } from "./postbox.ts";
import { bodyHash, formsOf, render, type Subject } from "./render.ts";
import type { Routing } from "./routing.ts";

export const SURFACE = "slack";

export interface Publisher extends Postbox {
  readonly channel: string;
  readonly links: LinkRule;
  /** Where new cards go, and whose client edits those that stand. */
  readonly routing: Routing;
}

/**
 * Draws an answer: the card in the channel first, then in its thread the timeline, the causes and what changed. Runs
 * under the incident's lock; running it again, late or after a crash changes nothing that stands.
 */
export async function publish(publisher: Publisher, answer: IncidentAnswer, signal: AbortSignal): Promise<JobOutcome> {
  const rows = await publisher.messages.ofIncident(answer.incident.tenant, answer.incident.id, SURFACE);
  const ordinal = rootOrdinal(rows);
  if (ordinal === null) return DONE;
  const root = await deliver(publisher, rootDraft(publisher, answer, { ordinal, rows }), signal);
  if (root.status === "gone") return cardWasDeleted(publisher, answer, ordinal);
  if (root.status !== "posted") return outcome([root]);
  const replies = await deliverReplies(publisher, answer, { root, rows, signal });
  return replies.some(({ status }) => status === "gone") ? threadIsGone(publisher, answer, ordinal) : outcome(replies);
}

const DONE: JobOutcome = { status: "done" };

/** The first card, or its one replacement; null when both were deleted by people, who then do not want a third. */
function rootOrdinal(rows: readonly OutboundMessage[]): 0 | 1 | null {
  const isDeleted = (ordinal: number) =>
    rows.some(({ key, state, remote }) => isRoot(key, ordinal) && state === "failed" && remote !== null);
  if (!isDeleted(0)) return 0;
  return isDeleted(1) ? null : 1;
}

function isRoot(key: MessageKey, ordinal: number): boolean {
  return key.kind === "root" && key.ordinal === ordinal;
}

function rootDraft(
  publisher: Publisher,
  answer: IncidentAnswer,
  { ordinal, rows }: { ordinal: 0 | 1; rows: readonly OutboundMessage[] },
): Draft {
  // An install that moved to another channel keeps editing its old cards where they are.
  const place = rows.find(({ key }) => isRoot(key, ordinal))?.remote?.place;
  const channel = place === undefined ? publisher.channel : channelOf(place);
  return draftOf(publisher, answer, { subject: { kind: "root", view: answer.view }, ordinal, channel, threadTs: null });
}

interface Slot {
  readonly subject: Subject;
  readonly ordinal: number;
  readonly channel: string;
  readonly threadTs: string | null;
}

function draftOf(publisher: Publisher, answer: IncidentAnswer, slot: Slot): Draft {
  const { subject, ordinal, channel, threadTs } = slot;
  const options = { links: publisher.links, recreated: subject.kind === "root" && ordinal > 0 };
  return {
    key: keyOf(answer, subject.kind, ordinal),
    kind: subject.kind,
    channel,
    threadTs,
    hash: bodyHash(subject, options),
    forms: formsOf(subject.kind),
    draw: (form) => render(subject, { ...options, form, edition: answer.sequence }),
  };
}

function keyOf(answer: IncidentAnswer, kind: MessageKind, ordinal: number): MessageKey {
  return { tenant: answer.incident.tenant, incidentId: answer.incident.id, surface: SURFACE, kind, ordinal };
}

/** Someone deleted the card. It comes back once, marked as re-created; at the second time we stop. */
function cardWasDeleted(publisher: Publisher, answer: IncidentAnswer, ordinal: 0 | 1): JobOutcome {
  const incidentId = answer.incident.id;
  if (ordinal === 1) {
    publisher.logger.error({ incidentId }, "the slack card was deleted twice, posting no third one");
    return DONE;
  }
  publisher.logger.warn({ incidentId }, "the slack card was deleted, posting it once more");
  return { status: "again", notBeforeMs: publisher.clock.nowMs(), because: "the card was deleted and is made anew" };
}

/** A reply found no parent: the card is gone, although no edit has noticed it yet. */
async function threadIsGone(publisher: Publisher, answer: IncidentAnswer, ordinal: 0 | 1): Promise<JobOutcome> {
  const root = await publisher.messages.open(keyOf(answer, "root", ordinal));
  await publisher.messages.move(root, { state: "failed" });
  return cardWasDeleted(publisher, answer, ordinal);
}

interface Thread {
  readonly root: { readonly channel: string; readonly ts: string };
  readonly rows: readonly OutboundMessage[];
  readonly signal: AbortSignal;
}

async function deliverReplies(
  publisher: Publisher,
  answer: IncidentAnswer,
  { root, rows, signal }: Thread,
): Promise<readonly Delivered[]> {
  const results: Delivered[] = [];
  for (const { subject, ordinal } of repliesOf(publisher, answer, rows)) {
    const slot = { subject, ordinal, channel: root.channel, threadTs: root.ts };
    const result = await deliver(publisher, draftOf(publisher, answer, slot), signal);
    // A reply that people deleted is theirs to delete; only a missing parent is the card's affair.
    const isParentGone = result.status === "gone" && !(await isDeletedReply(publisher, answer, slot));
    if (isParentGone) return [result];
    results.push(result);
  }
  return results.filter(({ status }) => status !== "gone");
}

async function isDeletedReply(publisher: Publisher, answer: IncidentAnswer, slot: Slot): Promise<boolean> {
  const row = await publisher.messages.open(keyOf(answer, slot.subject.kind, slot.ordinal));
  return row.state === "failed";
}

/** Nothing goes into the thread before there is an answer. */
function repliesOf(
  publisher: Publisher,
  answer: IncidentAnswer,
  rows: readonly OutboundMessage[],
): readonly { readonly subject: Subject; readonly ordinal: number }[] {
  if (answer.analysis === null) return [];
  const { view, changeOfMind } = answer;
  const change: Subject | null = changeOfMind === null ? null : { kind: "change", view, change: changeOfMind };
  const ordinal = change === null ? null : changeOrdinal(publisher, answer, { change, rows });
  return [
    { subject: { kind: "timeline", view }, ordinal: 0 },
    { subject: { kind: "hypotheses", view }, ordinal: 0 },
    ...(change === null || ordinal === null ? [] : [{ subject: change, ordinal }]),
  ];
}

/**
 * Which reply this change of mind is. The same words as in the latest one are that reply, not a new one, because the
 * sequence also grows with votes and notes; an answer older than the latest reply says nothing any more.
 */
function changeOrdinal(
  publisher: Publisher,
  answer: IncidentAnswer,
  { change, rows }: { change: Subject; rows: readonly OutboundMessage[] },
): number | null {
  const latest = rows.filter(({ key }) => key.kind === "change").toSorted((a, b) => b.key.ordinal - a.key.ordinal)[0];
  if (latest === undefined) return answer.sequence;
  if (latest.bodyHash === bodyHash(change, { links: publisher.links, recreated: false })) return latest.key.ordinal;
  return latest.key.ordinal > answer.sequence ? null : answer.sequence;
}

/** The earliest time at which something is left to do. */
function outcome(results: readonly Delivered[]): JobOutcome {
  const waiting = results
    .filter((result) => result.status === "again")
    .toSorted((a, b) => a.notBeforeMs - b.notBeforeMs)[0];
  if (waiting === undefined) return DONE;
  return { status: "again", notBeforeMs: waiting.notBeforeMs, because: waiting.because };
}
