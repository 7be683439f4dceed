import type { ProgressView } from "../../../src/core/presentation/progress.ts";
import type { ChangeOfMind, IncidentView } from "../../../src/core/presentation/view.ts";
import { safe } from "../../../src/core/safe.ts";
import { allowedLinks, DEFAULT_LINK_HOSTS, hostList } from "../../../src/surfaces/slack/drawing/links.ts";
import type { Form, SlackMessage } from "../../../src/surfaces/slack/drawing/message.ts";
import { formsOf, render, type Subject } from "../../../src/surfaces/slack/drawing/render.ts";
import {
  aView,
  investigatingView,
  noCauseView,
  PUBLIC_URL,
  recoveredView,
  resolvedView,
  severalView,
} from "./sample-answers.ts";
import { correctedView, longView, reopenedView, someProgress, stormView, unconfirmedView } from "./sample-views.ts";

/** As an install links: this install and the usual code hosts. */
export const links = allowedLinks(hostList(DEFAULT_LINK_HOSTS), PUBLIC_URL);
const CHANGES: readonly ChangeOfMind[] = [
  {
    label: "New",
    text: safe`first suspect, high confidence (0.75): Node lost its disk, its kubelet reported it 2 min before the first error. Before: Deploy v412 of checkout-api.`,
  },
  {
    label: "Strengthened",
    text: safe`0.55 → 0.81, now high: all 1,204 stack traces name a file it changed. Deploy v412 of checkout-api.`,
  },
  {
    label: "Weakened",
    text: safe`0.86 → 0.41, now medium: errors continued 3 min after the rollback. Deploy v412 of checkout-api.`,
  },
  {
    label: "Ruled out",
    text: safe`Deploy v412 of checkout-api (was 0.86). No likely cause is left: errors are as on any day.`,
  },
  {
    label: "Recovered",
    text: safe`Errors ended at 14:21:00Z without a repair. Suspect until then: Deploy v412 of checkout-api.`,
  },
  { label: "Reopened", text: safe`it fired again at 14:31:00Z, it had been resolved.` },
  { label: "Resolved", text: safe`at 14:38:00Z, it lasted 24 min. The card has the result.` },
];

const FIRST_CHANGE: ChangeOfMind = { label: "New", text: safe`first suspect` };

/** One message as it may stand in Slack. */
export interface Case {
  readonly name: string;
  readonly kind: Subject["kind"];
  readonly view: IncidentView;
  readonly progress?: ProgressView;
  readonly change?: ChangeOfMind;
  readonly chart?: { readonly fileId: string };
}

const subjectOf = ({ kind, view, progress, change }: Omit<Case, "name">): Subject => {
  if (kind === "change") return { kind, view, change: change ?? FIRST_CHANGE };
  return kind === "hypotheses" && progress !== undefined ? { kind, view, progress } : { kind, view };
};
/** The message in one of its forms, fourth edition. */
export const drawn = (item: Omit<Case, "name">, form: Form): SlackMessage =>
  render(subjectOf(item), { form, links, recreated: false, edition: 4, chart: item.chart ?? null });

/** Every kind of message in each of its states. */
export const CASES: readonly Case[] = [
  { name: "root-investigating", kind: "root", view: investigatingView() },
  { name: "root-likely-cause", kind: "root", view: aView() },
  { name: "root-several-candidates", kind: "root", view: severalView() },
  { name: "root-no-likely-cause", kind: "root", view: noCauseView() },
  { name: "root-recovered", kind: "root", view: recoveredView() },
  { name: "root-resolved", kind: "root", view: resolvedView() },
  { name: "root-resolved-unconfirmed", kind: "root", view: unconfirmedView() },
  { name: "root-reopened", kind: "root", view: reopenedView() },
  { name: "root-storm", kind: "root", view: stormView() },
  { name: "root-corrected", kind: "root", view: correctedView() },
  { name: "root-long", kind: "root", view: longView("likely-cause") },
  { name: "timeline", kind: "timeline", view: aView() },
  { name: "timeline-chart", kind: "timeline", view: aView(), chart: { fileId: "F0TIMELINE1" } },
  { name: "timeline-corrected", kind: "timeline", view: correctedView() },
  { name: "timeline-empty", kind: "timeline", view: noCauseViewWithoutRows() },
  { name: "hypotheses", kind: "hypotheses", view: aView() },
  { name: "hypotheses-said", kind: "hypotheses", view: correctedView() },
  { name: "hypotheses-none", kind: "hypotheses", view: noCauseView() },
  { name: "progress", kind: "hypotheses", view: investigatingView(), progress: someProgress() },
  ...CHANGES.map((change) => ({
    name: `change-${change.label.toLowerCase().replace(" ", "-")}`,
    kind: "change" as const,
    view: aView(),
    change,
  })),
];

function noCauseViewWithoutRows(): IncidentView {
  return { ...noCauseView(), timeline: [], hiddenRows: 0, chart: null };
}

/** Each of them in every form that is offered to Slack. */
export const EVERY = CASES.flatMap((item) => formsOf(item.kind).map((form) => ({ ...item, form })));
