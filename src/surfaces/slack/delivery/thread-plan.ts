import type { OutboundMessage } from "../../../app/ports.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import { bodyHash, type Subject } from "../drawing/render.ts";
import { changeOrdinal } from "./change-slot.ts";
import type { Publisher } from "./publisher.ts";

export interface PlannedReply {
  readonly subject: Subject;
  readonly ordinal: number;
}

/** What belongs into the thread of a card, in order. Before there is an answer: how far the look is, when it takes long. */
export function repliesOf(
  publisher: Publisher,
  answer: IncidentAnswer,
  rows: readonly OutboundMessage[],
): readonly PlannedReply[] {
  const { view, progress } = answer;
  if (answer.analysis === null) {
    return progress == null ? [] : [{ subject: { kind: "hypotheses", view, progress }, ordinal: 0 }];
  }
  return [
    { subject: { kind: "timeline", view }, ordinal: 0 },
    { subject: { kind: "hypotheses", view }, ordinal: 0 },
    ...changeOf(publisher, answer, rows),
  ];
}

function changeOf(
  { links, clock }: Publisher,
  { view, changeOfMind, sequence }: IncidentAnswer,
  rows: readonly OutboundMessage[],
): readonly PlannedReply[] {
  if (changeOfMind === null) return [];
  const subject: Subject = { kind: "change", view, change: changeOfMind };
  const hash = bodyHash(subject, { links, recreated: false });
  const ordinal = changeOrdinal(rows, { sequence, hash, nowMs: clock.nowMs() });
  return ordinal === null ? [] : [{ subject, ordinal }];
}
