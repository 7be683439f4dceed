import type { Button, ContainerBlock, KnownBlock, RichTextBlockElement, RichTextSection } from "@slack/types";
import { showArithmetic } from "../../../core/presentation/arithmetic.ts";
import { brief } from "../../../core/presentation/card.ts";
import { shortReason } from "../../../core/presentation/short-reason.ts";
import type { ArgumentView, CauseView, IncidentView } from "../../../core/presentation/view.ts";
import { verdictOfPeople } from "../../../core/presentation/votes.ts";
import { capital, confidenceNumber, cutWords, withStop } from "../../../core/presentation/words.ts";
import { cutSafe, joinSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { actions, button, context, plainText, richSection, richText, richWords, section } from "./blocks.ts";
import { voteButtons, voteLabel } from "./card-buttons.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD, LIMITS } from "./limits.ts";
import type { Drawing } from "./message.ts";
import {
  dateMd,
  escaped,
  escapedAt,
  inUtc,
  joinMd,
  linkAt,
  linkMd,
  type Mrkdwn,
  md,
  withoutInstant,
} from "./mrkdwn.ts";
import { evidenceUrl } from "./render-timeline.ts";
import { valueOf } from "./values.ts";

/** The second message of the thread: every suspect with what speaks for it and against it, most likely first. */
export function drawHypotheses(view: IncidentView, options: DrawOptions): Drawing {
  const shown = worthShowing(view.causes);
  const text = escaped(sentence(view, shown));
  if (options.form === "plain") return { text, blocks: [] };
  const draw = options.form === "new" ? newCause : classicCause;
  const head = section("hhead", shown.length === 0 ? nothingFound(view) : md`*Possible causes*, most likely first`);
  const causes = shown.flatMap((cause, index) => draw({ view, cause, index, options }));
  return { text, blocks: [head, ...causes, ...peopleSaid(view), context("hfoot", footLine(view, options))] };
}

/** The first three, and after them only what is not next to impossible. The page has all of them. */
export function worthShowing(causes: readonly CauseView[]): readonly CauseView[] {
  return causes
    .slice(0, CARD.causes)
    .filter(({ confidence }, index) => index < FIRST_CAUSES || confidence >= HARDLY_POSSIBLE);
}

const FIRST_CAUSES = 3;
/** What would be printed as "under 0.01". */
const HARDLY_POSSIBLE = 0.005;

interface CauseDrawing {
  readonly view: IncidentView;
  readonly cause: CauseView;
  readonly index: number;
  readonly options: DrawOptions;
}

function sentence(view: IncidentView, shown: readonly CauseView[]): Safe {
  const id = ownWords(view.incidentId);
  if (shown.length === 0) return safe`${id}: ${view.card.cause.label}: ${view.card.cause.text}`;
  const list = shown.map(
    (cause) => safe`${cause.rank}, ${level(cause)} (${ownNumber(cause)}): ${brief(cause.summary, 60)}`,
  );
  const count = view.causes.length === 1 ? safe`1 possible cause` : safe`${view.causes.length} possible causes`;
  return safe`${id}: ${count}. ${joinSafe(list, "; ")}`;
}

function nothingFound(view: IncidentView): Mrkdwn {
  const { label, text } = view.card.cause;
  return md`*${escaped(label)}:* ${escaped(cutSafe(text, CARD.line))}`;
}

function newCause(drawing: CauseDrawing): readonly KnownBlock[] {
  const { cause, index } = drawing;
  const container: ContainerBlock = {
    type: "container",
    block_id: `h${cause.rank}`,
    title: plainText(titleOf(cause), LIMITS.containerTitle),
    subtitle: plainText(subtitleOf(cause), LIMITS.containerTitle),
    is_collapsible: true,
    default_collapsed: index > 0,
    child_blocks: [
      { type: "rich_text", elements: richReasons(drawing) },
      { type: "actions", elements: [whyButton(drawing)] },
    ],
  };
  return [container, feedback(drawing)];
}

function feedback({ view, cause }: CauseDrawing): KnownBlock {
  const side = (answer: "yes" | "no", text: Safe) => ({
    text: plainText(text, LIMITS.buttonText),
    accessibility_label: voteLabel(nameOf(cause), answer),
    value: valueOf(view, { cause, answer }),
  });
  return {
    type: "context_actions",
    block_id: `h${cause.rank}fb`,
    elements: [
      {
        type: "feedback_buttons",
        action_id: "hyp.feedback",
        positive_button: side("yes", safe`This was it`),
        negative_button: side("no", safe`Not it`),
      },
    ],
  };
}

function classicCause(drawing: CauseDrawing): readonly KnownBlock[] {
  const { view, cause } = drawing;
  const { supporting, against } = reasonsOf(drawing);
  const lines = [
    md`*${escaped(cutSafe(titleOf(cause), LIMITS.containerTitle))}* · ${escaped(subtitleOf(cause))}`,
    ...reasonLine(safe`For`, supporting, drawing),
    ...reasonLine(safe`Against`, against, drawing),
    ...extras(drawing).map(({ label, text }) => md`*${escaped(label)}:* ${escapedAt(text, view.detectedAtMs)}`),
  ];
  return [
    section(`h${cause.rank}`, joinMd(lines, "\n")),
    ...actions(`h${cause.rank}fb`, [...voteButtons(view, cause, nameOf(cause)), whyButton(drawing)]),
  ];
}

/** Every point of the score, shown to whoever asks. */
function whyButton({ view, cause }: CauseDrawing): Button {
  return button({
    action: "hyp.why",
    text: safe`Show the arithmetic`,
    label: safe`${nameOf(cause)}: show the arithmetic`,
    value: valueOf(view, { cause }),
  });
}

function reasonLine(label: Safe, reasons: readonly Reason[], { view, options }: CauseDrawing): readonly Mrkdwn[] {
  const words = reasons.map(({ because, evidenceIds }) =>
    linkAt(evidenceUrl(view, evidenceIds, options), because, view.detectedAtMs),
  );
  return [md`*${escaped(label)}:* ${words.length === 0 ? md`nothing found` : joinMd(words, "; ")}`];
}

function richReasons(drawing: CauseDrawing): RichTextBlockElement[] {
  const { supporting, against } = reasonsOf(drawing);
  return [
    ...richList(safe`For`, supporting, drawing),
    ...richList(safe`Against`, against, drawing),
    ...extras(drawing).map(
      ({ label, text }): RichTextSection =>
        richSection([richText(label, "bold"), ...richWords(safe`: ${text}`, { anchor: drawing.view.detectedAtMs })]),
    ),
  ];
}

function richList(label: Safe, reasons: readonly Reason[], { view, options }: CauseDrawing): RichTextBlockElement[] {
  if (reasons.length === 0) return [richSection([richText(label, "bold"), richText(safe`: nothing found`)])];
  const items = reasons.map(({ because, evidenceIds }) =>
    richSection(richWords(because, { anchor: view.detectedAtMs, url: evidenceUrl(view, evidenceIds, options) })),
  );
  return [richSection([richText(label, "bold")]), { type: "rich_text_list", style: "bullet", elements: items }];
}

type Reason = Pick<ArgumentView, "because" | "evidenceIds">;

/** The strongest reasons in short, fewer for the less likely; what they quote and all points are a press away. */
function reasonsOf({ cause, index }: CauseDrawing) {
  return {
    supporting: strongestOf(cause.supporting, index === 0 ? CARD.reasons : CARD.counterReasons),
    against: strongestOf(cause.against, CARD.counterReasons),
  };
}

function strongestOf(lines: readonly ArgumentView[], most: number): readonly Reason[] {
  const ranked = lines.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const shown = ranked.slice(0, most).map(({ because, evidenceIds }) => ({
    because: cutWords(shortReason(because), CARD.reason),
    evidenceIds,
  }));
  const left = lines.length - shown.length;
  if (left === 0) return shown;
  return [...shown, { because: left === 1 ? safe`1 more reason` : safe`${left} more reasons`, evidenceIds: [] }];
}

/** What would settle it, what one could do, and who said what. */
function extras({ cause, index }: CauseDrawing): readonly { readonly label: Safe; readonly text: Safe }[] {
  const { toBeSure, suggestedActions, votes } = cause;
  return [
    {
      label: safe`To be sure`,
      texts: [joinSafe(toBeSure.slice(0, index === 0 ? 2 : 1).map(withStop), " ")].filter((text) => text.length > 0),
    },
    { label: safe`Possible step, yours to run`, texts: suggestedActions.slice(0, 1) },
    { label: safe`"This was it"`, texts: people(votes.yes) },
    { label: safe`"Not it"`, texts: people(votes.no) },
  ].flatMap(({ label, texts }) =>
    texts.length === 0 ? [] : [{ label, text: cutWords(joinSafe(texts, "; "), CARD.reason) }],
  );
}

function people(names: readonly Safe[]): readonly Safe[] {
  if (names.length === 0) return [];
  const shown = joinSafe(
    names.slice(0, CARD.said).map((name) => cutSafe(name, CARD.name)),
    ", ",
  );
  return [names.length > CARD.said ? safe`${shown} and ${names.length - CARD.said} more` : shown];
}

/** What people named or suspect themselves, apart from what the records show. */
function peopleSaid({ corrections, detectedAtMs }: IncidentView): readonly KnownBlock[] {
  const said = corrections.filter(({ kind }) => kind === "cause-stated").slice(-CARD.said);
  if (said.length === 0) return [];
  const lines = said.map(
    ({ by, atMs, text }) =>
      md`• ${escaped(cutSafe(by, CARD.name))}, ${dateMd(atMs, "{time}")}: ${escapedAt(cutWords(text, CARD.reason), detectedAtMs)}`,
  );
  return [section("hsaid", joinMd([md`*What people said*`, ...lines], "\n"))];
}

/** "Hypothesis 1", as in every label about it. */
export function nameOf(cause: CauseView): Safe {
  return safe`Hypothesis ${cause.rank}`;
}

/** "1. Deploy v412 of checkout". */
export function titleOf(cause: CauseView): Safe {
  const { rank, summary } = cause;
  return inUtc(safe`${rank}. ${summary.includes('"') ? brief(summary, CARD.cause) : withoutInstant(summary)}`);
}

/** "High confidence (0.81) · score +5.2". */
export function subtitleOf(cause: CauseView): Safe {
  const word =
    cause.confidenceWord === "high" ? safe`High` : cause.confidenceWord === "medium" ? safe`Medium` : safe`Low`;
  const score = safe`score ${showArithmetic(cause).score}`;
  if (verdictOfPeople(cause.votes) === "ruled-out") {
    const by = joinSafe(people(cause.votes.no), "");
    return safe`Ruled out by ${by} · the records say ${ownNumber(cause)}, ${score}`;
  }
  return safe`${word} confidence (${ownNumber(cause)}) · ${score}`;
}

function level(cause: CauseView): Safe {
  if (cause.confidenceWord === "high") return safe`high confidence`;
  return cause.confidenceWord === "medium" ? safe`medium` : safe`low`;
}

function ownNumber(cause: CauseView): Safe {
  return confidenceNumber(cause.confidence);
}

function footLine(view: IncidentView, options: DrawOptions): Mrkdwn {
  const hidden = view.causes.length - worthShowing(view.causes).length;
  const page = view.pageUrl;
  const why = page === null || view.causes.length === 0 ? null : options.links(safe`${page}#why`);
  const json = page === null ? null : options.links(safe`${page}.json`);
  return joinMd(
    [
      escaped(capital(view.card.notChecked ?? safe`every source was read`)),
      ...(hidden > 0 ? [md`${hidden} less likely ${hidden === 1 ? md`cause` : md`causes`} not shown`] : []),
      ...(view.learnedNote === null ? [] : [escapedAt(cutWords(view.learnedNote, CARD.line), view.detectedAtMs)]),
      ...(why === null ? [] : [linkMd(why, md`all points on the incident page`)]),
      ...(json === null ? [] : [linkMd(json, md`JSON for your coding agent`)]),
    ],
    " · ",
  );
}
