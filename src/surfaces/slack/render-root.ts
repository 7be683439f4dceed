import type { Button } from "@slack/types";
import { brief } from "../../core/presentation/card.ts";
import type { CauseView, IncidentState, IncidentView } from "../../core/presentation/view.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../core/safe.ts";
import { duration } from "../../core/time.ts";
import { actions, button, context, section } from "./blocks.ts";
import type { DrawOptions } from "./draw.ts";
import { CARD } from "./limits.ts";
import type { Drawing } from "./message.ts";
import { dateMd, escaped, joinMd, linkMd, type Mrkdwn, md } from "./mrkdwn.ts";
import { encodeValue } from "./values.ts";

/** The one message of an incident in the channel, in all its states: at most twelve lines and one primary button. */
export function drawRoot(view: IncidentView, options: DrawOptions): Drawing {
  const text = escaped(view.notification);
  if (options.form === "plain") return { text, blocks: [] };
  const head = section("head", joinMd([headline(view), subline(view, options)], "\n"));
  if (view.state === "resolved") {
    return { text, blocks: [head, ...actions("act", resolvedButtons(view, options)), ...recreatedNote(options)] };
  }
  const why = section("why", joinMd(answerLines(view), "\n"));
  const buttons = actions("act", openButtons(view, options));
  return { text, blocks: [head, why, ...buttons, context("foot", footLine(view, options))] };
}

function headline(view: IncidentView): Mrkdwn {
  const title = cutSafe(view.title, CARD.title);
  const named = view.service === null || title.includes(view.service) ? title : safe`${view.service}: ${title}`;
  const words = escaped(safe`${view.priority} · ${named}`);
  if (view.state === "resolved") return md`:white_check_mark: *Resolved · ${words}*`;
  if (view.state === "recovered") return md`:large_green_circle: *Recovered · ${words}*`;
  return md`:red_circle: *${words}*`;
}

function subline(view: IncidentView, options: DrawOptions): Mrkdwn {
  const page = linkMd(options.links(view.pageUrl), escaped(ownWords(view.incidentId)));
  if (view.state === "resolved") return joinMd([...resolution(view), page], " · ");
  const since = md`Since ${dateMd(view.startedAtMs, "{time}")}`;
  const by = view.acknowledgedBy;
  const who = by === null ? md`not acknowledged` : md`acknowledged by ${escaped(cutSafe(by, 60))}`;
  return joinMd([since, who, ...severalAlerts(view), page], " · ");
}

function severalAlerts(view: IncidentView): readonly Mrkdwn[] {
  return view.alertCount > 1 ? [md`${view.alertCount} alerts`] : [];
}

/** How long it took and what people say it was. Nobody's word is put in for them. */
function resolution(view: IncidentView): readonly Mrkdwn[] {
  const { resolvedAtMs, startedAtMs, card } = view;
  const lasted = resolvedAtMs === null ? [] : [md`Lasted ${escaped(duration(resolvedAtMs - startedAtMs))}`];
  const cause = md`${escaped(card.cause.label)}: ${escaped(cutSafe(card.cause.text, CARD.line))}`;
  const confirmed = view.causes.some(({ votes }) => votes.yes.length > votes.no.length);
  return [...lasted, cause, ...(confirmed ? [] : [md`cause not confirmed`])];
}

function answerLines(view: IncidentView): readonly Mrkdwn[] {
  const { cause, why, against, impact, nextStep } = view.card;
  return [
    ...labelled(
      cause.label,
      view.state === "likely-cause" && cause.text.includes('"') ? brief(cause.text, CARD.cause) : cause.text,
    ),
    ...labelled(safe`Why`, why),
    ...labelled(safe`Against`, against),
    ...labelled(safe`Impact`, impact),
    ...labelled(safe`Next step`, nextStep),
  ];
}

function labelled(label: Safe, text: Safe | null): readonly Mrkdwn[] {
  if (text === null) return [];
  return [md`*${escaped(label)}:* ${escaped(cutSafe(text, CARD.line))}`];
}

function footLine(view: IncidentView, options: DrawOptions): Mrkdwn {
  const others = view.state === "likely-cause" ? view.causes.length - 1 : 0;
  const notes = [view.card.notChecked, view.learnedNote].flatMap((note) =>
    note === null ? [] : [escaped(cutSafe(note, CARD.line))],
  );
  return joinMd(
    [
      ...(others > 0 ? [md`${others} less likely in thread`] : [md`details in thread`]),
      ...(view.card.nextStep === null ? [] : [md`TraceOps runs nothing`]),
      ...notes,
      md`updated ${dateMd(view.updatedAtMs, "{time_secs}")}`,
      ...(options.recreated ? [md`re-created, the first message was deleted`] : []),
    ],
    " · ",
  );
}

function recreatedNote(options: DrawOptions) {
  return options.recreated ? [context("foot", md`Re-created, the first message was deleted`)] : [];
}

/** The state in words, so that no colour has to carry it. */
export const STATE_WORDS: Readonly<Record<IncidentState, Safe>> = {
  investigating: safe`Investigating`,
  "likely-cause": safe`Likely cause found`,
  "several-candidates": safe`Several possible causes`,
  "no-likely-cause": safe`No likely cause found`,
  recovered: safe`Recovered by itself`,
  resolved: safe`Resolved`,
};

/** Exactly one button is primary: the most useful next step. */
function openButtons(view: IncidentView, options: DrawOptions): readonly Button[] {
  const lead = view.state === "likely-cause" ? (view.causes[0] ?? null) : null;
  const diff = lead === null ? null : options.links(lead.changeUrl);
  return [
    ...(diff !== null && lead !== null ? [diffButton(lead, diff)] : []),
    ...senderButtons(view, diff === null),
    ...(lead === null ? [] : voteButtons(view, lead, safe`Leading cause`)),
    noteButton(view),
    ...openButton(view, options, diff === null && !canAcknowledge(view)),
  ];
}

function canAcknowledge(view: IncidentView): boolean {
  return view.externalUrl !== null && view.acknowledgedBy === null;
}

/** What acts in the sender's system; nothing when the alert came from nowhere that could be acted on. */
function senderButtons(view: IncidentView, primary: boolean): readonly Button[] {
  if (view.externalUrl === null) return [];
  return canAcknowledge(view) ? [ackButton(view, primary)] : [resolveButton(view)];
}

function ackButton(view: IncidentView, primary: boolean): Button {
  return button({
    action: "pd.ack",
    text: safe`Acknowledge`,
    label: safe`Acknowledge ${ownWords(view.incidentId)}`,
    value: valueOf(view),
    primary,
  });
}

function resolveButton(view: IncidentView): Button {
  const id = ownWords(view.incidentId);
  return button({
    action: "pd.resolve",
    text: safe`Resolve`,
    label: safe`Resolve ${id}`,
    value: valueOf(view),
    confirm: {
      title: safe`Resolve ${id}?`,
      text: safe`This resolves the incident for everyone, where the alert came from.`,
      yes: safe`Resolve`,
      no: safe`Not yet`,
    },
  });
}

function diffButton(cause: CauseView, url: string): Button {
  return button({
    action: "gh.compare",
    text: safe`See the change`,
    label: safe`See the change: ${cutSafe(cause.summary, 50)}`,
    url,
    primary: true,
  });
}

/** The two answers to a cause. They differ in action id, because they stand in one block. */
export function voteButtons(view: IncidentView, cause: CauseView, name: Safe): readonly Button[] {
  return (["yes", "no"] as const).map((answer) =>
    button({
      action: `hyp.feedback.${answer}`,
      text: answer === "yes" ? safe`This was it` : safe`Not it`,
      label: voteLabel(name, answer),
      value: valueOf(view, { cause, answer }),
    }),
  );
}

/** "Hypothesis 1: this was the cause". */
export function voteLabel(name: Safe, answer: "yes" | "no"): Safe {
  return answer === "yes" ? safe`${name}: this was the cause` : safe`${name}: this was not the cause`;
}

function noteButton(view: IncidentView): Button {
  return button({
    action: "inc.note",
    text: safe`Add note`,
    label: safe`Add a note to the timeline of ${ownWords(view.incidentId)}`,
    value: valueOf(view),
  });
}

function openButton(view: IncidentView, options: DrawOptions, primary: boolean): readonly Button[] {
  const url = options.links(view.pageUrl);
  if (url === null) return [];
  const label = safe`Open the page of ${ownWords(view.incidentId)}`;
  return [button({ action: "inc.open", text: safe`Open incident`, label, url, primary })];
}

function resolvedButtons(view: IncidentView, options: DrawOptions): readonly Button[] {
  const draft = button({
    action: "pm.draft",
    text: safe`Draft postmortem`,
    label: safe`Draft the postmortem of ${ownWords(view.incidentId)}`,
    value: valueOf(view),
    primary: true,
  });
  return [draft, ...openButton(view, options, false)];
}

/** The value of a button about this incident, or about one cause of it. */
export function valueOf(
  view: IncidentView,
  vote?: { readonly cause: CauseView; readonly answer: "yes" | "no" | "undo" },
): string {
  return encodeValue({
    incidentId: view.incidentId,
    revision: view.revision,
    hypothesisId: vote?.cause.id ?? null,
    answer: vote?.answer ?? null,
  });
}
