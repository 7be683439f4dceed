import type { FeedbackOutcome } from "../../../app/verbs.ts";
import { brief } from "../../../core/presentation/card.ts";
import type { CauseView, IncidentView } from "../../../core/presentation/view.ts";
import { capital, confidenceWords, cutWords } from "../../../core/presentation/words.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { actions, button, context, section } from "../drawing/blocks.ts";
import type { DrawOptions } from "../drawing/draw.ts";
import { CARD } from "../drawing/limits.ts";
import type { Drawing } from "../drawing/message.ts";
import { dateMd, escaped, escapedAt, inUtc, joinMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import { drawArithmetic } from "../drawing/render-arithmetic.ts";
import { drawHypotheses } from "../drawing/render-hypotheses.ts";
import { STATE_WORDS } from "../drawing/render-root.ts";
import { drawTimeline } from "../drawing/render-timeline.ts";
import { valueOf } from "../drawing/values.ts";

/** One sentence for one person, or for the thread that asked. */
export function say(text: Safe): Drawing {
  return sayMd(escaped(text));
}

/** One sentence with markup of ours in it. Its plain text, which phones show, names times in UTC. */
export function sayMd(text: Mrkdwn): Drawing {
  return { text: withoutMarkup(text), blocks: [section("reply", text)] };
}

/** Dates and links as the words they show. Nothing is unescaped, so nothing foreign comes to life. */
function withoutMarkup({ mrkdwn }: Mrkdwn): Mrkdwn {
  return {
    mrkdwn: mrkdwn.replaceAll(/<(?:!date\^|https?:)[^|>]*\|(?<shown>[^>]*)>/gu, "$<shown>").replaceAll(/[*`]/gu, ""),
  };
}

/** Where an incident stands, in a few lines without buttons. */
export function statusReply(view: IncidentView): Drawing {
  const { cause, nextStep, notChecked } = view.card;
  const lines = [
    md`*${escaped(ownWords(view.incidentId))}* · ${escaped(STATE_WORDS[view.state])} · since ${dateMd(view.startedAtMs, "{time}")}`,
    md`*${escaped(cause.label)}:* ${shown(cause.text, view)}`,
    md`*Who has it:* ${escaped(view.acknowledgedBy ?? safe`nobody acknowledged it`)}`,
    ...(nextStep === null ? [] : [md`*Next step:* ${shown(nextStep, view)}`]),
    ...saidLine(view),
    ...(notChecked === null ? [] : [escaped(capital(notChecked))]),
  ];
  return { text: escaped(view.notification), blocks: [section("status", joinMd(lines, "\n"))] };
}

/** Our own words, with their times in the reader's zone as the rest of the answer has them. */
function shown(text: Safe, { detectedAtMs }: IncidentView): Mrkdwn {
  return escapedAt(cutWords(text, CARD.line), detectedAtMs);
}

function saidLine({ latestUpdate }: IncidentView): readonly Mrkdwn[] {
  if (latestUpdate === null) return [];
  const { by, atMs, text } = latestUpdate;
  return [md`*Update by ${escaped(by)}, ${dateMd(atMs, "{time}")}:* ${escaped(cutSafe(text, CARD.line))}`];
}

/** The arithmetic of one cause and the names of the others; what the thread says when there is no such cause. */
export function whyReply(view: IncidentView, rank: number, options: Omit<DrawOptions, "form">): Drawing {
  const cause = view.causes[rank - 1];
  if (cause === undefined) {
    const drawing = drawHypotheses(view, { ...options, form: "classic" });
    return { ...drawing, blocks: drawing.blocks.filter(({ type }) => type !== "actions") };
  }
  const others = view.causes
    .filter(({ id }) => id !== cause.id)
    .slice(0, CARD.causes - 1)
    .map(
      (other) => safe`${other.rank}. ${brief(inUtc(other.summary), CARD.cause)}, ${confidenceWords(other.confidence)}`,
    );
  const drawing = drawArithmetic(view, cause, options);
  const id = md`Causes of ${escaped(ownWords(view.incidentId))}`;
  const also = others.length === 0 ? id : md`${id} · others: ${joinMd(others.map(escaped), "; ")}`;
  return { text: drawing.text, blocks: [...drawing.blocks, context("others", also)] };
}

/** The timeline as in the thread. */
export function timelineReply(view: IncidentView, options: Omit<DrawOptions, "form">): Drawing {
  return drawTimeline(view, { ...options, form: "classic" });
}

/** What became of a vote, with a way back. */
export function voteReply(
  outcome: FeedbackOutcome,
  vote: { readonly view: IncidentView; readonly cause: CauseView | null },
): Drawing {
  if (outcome.kind === "unknown-incident") return say(safe`This incident is not known here any more.`);
  if (outcome.kind === "outdated") return withCurrentState(say(outcome.because), vote.view);
  const about = vote.cause === null ? safe`` : safe` for "${brief(inUtc(vote.cause.summary), 120)}"`;
  if (outcome.verdict === "withdrawn") return say(safe`Your vote${about} is withdrawn.`);
  const words = outcome.verdict === "yes" ? safe`This was it` : safe`Not it`;
  const said = say(safe`Recorded: "${words}"${about}. Change it any time.`);
  return { ...said, blocks: [...said.blocks, ...undo(vote)] };
}

function undo({ view, cause }: { readonly view: IncidentView; readonly cause: CauseView | null }) {
  if (cause === null) return [];
  return actions("undo", [
    button({
      action: "hyp.feedback.undo",
      text: safe`Undo`,
      label: safe`Undo your vote on hypothesis ${cause.rank}`,
      value: valueOf(view, { cause, answer: "undo" }),
    }),
  ]);
}

/** Adds what is true now, for somebody who pressed a button on an older drawing. */
export function withCurrentState(drawing: Drawing, view: IncidentView): Drawing {
  const now = md`The message you pressed was drawn earlier. Now: ${escaped(view.notification)}`;
  return { text: joinMd([drawing.text, now], " "), blocks: [...drawing.blocks, context("now", now)] };
}

/** Several sentences as one. */
export function sentences(parts: readonly Safe[]): Safe {
  return joinSafe(parts, " ");
}
