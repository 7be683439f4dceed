import type { FeedbackOutcome } from "../../app/verbs.ts";
import type { Incident } from "../../core/incident.ts";
import type { CauseView, IncidentView } from "../../core/presentation/view.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe } from "../../core/safe.ts";
import { actions, button, context, section } from "./blocks.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { dateMd, escaped, joinMd, type Mrkdwn, md } from "./mrkdwn.ts";
import { drawHypotheses } from "./render-hypotheses.ts";
import { STATE_WORDS } from "./render-root.ts";
import { drawTimeline } from "./render-timeline.ts";
import { WORDS, type Word, type WordHelp } from "./words.ts";

/** One sentence for one person, or for the thread that asked. */
export function say(text: Safe): Drawing {
  return sayMd(escaped(text));
}

function sayMd(text: Mrkdwn): Drawing {
  return { text, blocks: [section("reply", text)] };
}

/** The words with what they do; after an unknown word with the closest one first. */
export function helpReply(command: Safe, unknown?: { readonly typed: Safe; readonly closest: Word | null }): Drawing {
  const all: readonly WordHelp[] = Object.values(WORDS);
  const lines = all.map(({ usage, does }) => md`• \`${escaped(usage)}\` ${escaped(does)}`);
  const hint = md`After ${escaped(command)}, or after a mention of the bot in an incident's thread. Without an incident: the one of this thread, else the newest open one.`;
  const opening = unknown === undefined ? [] : [unknownWord(unknown)];
  return {
    text: unknown === undefined ? md`Words that TraceOps knows` : unknownWord(unknown),
    blocks: [
      section("help", joinMd([...opening, md`*Words that TraceOps knows*`, ...lines], "\n")),
      context("hint", hint),
    ],
  };
}

function unknownWord({ typed, closest }: { readonly typed: Safe; readonly closest: Word | null }): Mrkdwn {
  const word = escaped(cutSafe(typed, 40));
  if (closest === null) return md`There is no word "${word}".`;
  return md`There is no word "${word}". Did you mean \`${escaped(WORDS[closest].usage)}\`?`;
}

/** The open incidents, newest first. */
export function listReply(incidents: readonly Incident[]): Drawing {
  if (incidents.length === 0) return say(safe`No open incidents.`);
  const lines = incidents.map(
    ({ id, title, service, startedAtMs, status }) =>
      md`• *${escaped(ownWords(id))}* ${escaped(service ?? safe`service unknown`)}: ${escaped(cutSafe(title, CARD.title))} · since ${dateMd(startedAtMs, "{time}")} · ${escaped(STATUS[status])}`,
  );
  return {
    text: md`${incidents.length} open incidents`,
    blocks: [section("list", joinMd([md`*${incidents.length} open*`, ...lines], "\n"))],
  };
}

const STATUS: Readonly<Record<Incident["status"], Safe>> = {
  triggered: safe`not acknowledged`,
  acknowledged: safe`acknowledged`,
  resolved: safe`resolved`,
};

/** Where an incident stands, in a few lines without buttons. */
export function statusReply(view: IncidentView): Drawing {
  const { cause, nextStep, notChecked } = view.card;
  const lines = [
    md`*${escaped(ownWords(view.incidentId))}* · ${escaped(STATE_WORDS[view.state])} · since ${dateMd(view.startedAtMs, "{time}")}`,
    md`*${escaped(cause.label)}:* ${escaped(cutSafe(cause.text, CARD.line))}`,
    ...(nextStep === null ? [] : [md`*Next step:* ${escaped(cutSafe(nextStep, CARD.line))}`]),
    ...(notChecked === null ? [] : [escaped(cutSafe(notChecked, CARD.line))]),
  ];
  return { text: escaped(view.notification), blocks: [section("status", joinMd(lines, "\n"))] };
}

/** The causes as in the thread, in the form that every workspace knows and without buttons. */
export function whyReply(view: IncidentView, options: Omit<DrawOptions, "form">): Drawing {
  const drawing = drawHypotheses(view, { ...options, form: "classic" });
  return { ...drawing, blocks: drawing.blocks.filter(({ type }) => type !== "actions") };
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
  const about = vote.cause === null ? safe`` : safe` for "${cutSafe(vote.cause.summary, 120)}"`;
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
