import type { Button, Overflow } from "@slack/types";
import { leadOf } from "../../../core/presentation/card.ts";
import type { CauseView, IncidentView } from "../../../core/presentation/view.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import { button, menu } from "./blocks.ts";
import type { DrawOptions } from "./draw.ts";
import { encodeMenu, MENU_CHOICES, type MenuChoice, valueOf } from "./values.ts";

/** The buttons of the card. Exactly one is primary: the most useful next step. */
export function cardButtons(view: IncidentView, options: DrawOptions): readonly Button[] {
  return view.state === "resolved" ? resolvedButtons(view, options) : openButtons(view, options);
}

/** What is needed now and then, behind three dots. Nothing on a resolved incident. */
export function cardMenu(view: IncidentView): Overflow | null {
  if (view.state === "resolved") return null;
  const entry = (choice: MenuChoice) => ({
    text: MENU_WORDS[choice],
    value: encodeMenu({ incidentId: view.incidentId, revision: view.revision, choice }),
  });
  return menu("inc.more", MENU_CHOICES.map(entry));
}

const MENU_WORDS: Readonly<Record<MenuChoice, Safe>> = {
  note: safe`Add a note`,
  update: safe`Post an update`,
  mute: safe`Mute this alert for 1 hour`,
  dismiss: safe`Not an incident`,
};

/** With a likely cause the answer to it matters, without one what people know: four buttons at most, two rows of a phone. */
function openButtons(view: IncidentView, options: DrawOptions): readonly Button[] {
  // Where a person named the cause, a question about another one would only confuse.
  const lead = view.state === "likely-cause" && view.statedCause === null ? leadOf(view.causes) : null;
  if (lead === null) {
    return [
      ...senderButtons(view, true),
      noteButton(view, safe`Add a note to the timeline of ${ownWords(view.incidentId)}`),
      ...openButton(view, options, !canAcknowledge(view)),
    ];
  }
  const votes = voteButtons(view, lead, safe`Leading cause`);
  const diff = options.links(lead.changeUrl);
  if (diff !== null) return [diffButton(lead, diff), ...votes, ...senderButtons(view, false)];
  if (canAcknowledge(view)) return [ackButton(view, true), ...votes, ...openButton(view, options, false)];
  return [...openButton(view, options, true), ...votes, ...senderButtons(view, false)];
}

function canAcknowledge(view: IncidentView): boolean {
  return isWritable(view) && view.acknowledgedBy === null;
}

/** A button that would always be refused is none. */
function isWritable({ externalUrl, isReadOnly }: IncidentView): boolean {
  return externalUrl !== null && isReadOnly !== true;
}

/** What acts in the sender's system; nothing when the alert came from nowhere that could be acted on. */
function senderButtons(view: IncidentView, primary: boolean): readonly Button[] {
  if (!isWritable(view)) return [];
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

/** Opens the window for a note. Its label says where it stands, because a thread has two of these. */
export function noteButton(view: IncidentView, label: Safe): Button {
  return button({ action: "inc.note", text: safe`Add a note`, label, value: valueOf(view) });
}

function openButton(view: IncidentView, options: DrawOptions, primary: boolean): readonly Button[] {
  const url = options.links(view.pageUrl);
  if (url === null) return [];
  const label = safe`Open the page of ${ownWords(view.incidentId)}`;
  return [button({ action: "inc.open", text: safe`Open incident`, label, url, primary })];
}

function resolvedButtons(view: IncidentView, options: DrawOptions): readonly Button[] {
  const id = ownWords(view.incidentId);
  const draft = button({
    action: "pm.draft",
    text: safe`Draft postmortem`,
    label: safe`Draft the postmortem of ${id}`,
    value: valueOf(view),
    primary: true,
  });
  const notFixed = button({
    action: "inc.reopen",
    text: safe`Not fixed`,
    label: safe`Not fixed: reopen ${id}`,
    value: valueOf(view),
    confirm: {
      title: safe`Reopen ${id}?`,
      text: safe`This opens the incident again for everyone. Where the alert came from, it pages whoever is on call.`,
      yes: safe`Reopen`,
      no: safe`Cancel`,
    },
  });
  return [draft, ...openButton(view, options, false), notFixed];
}
