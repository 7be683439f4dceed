import { epochMs } from "../../../src/core/ids.ts";
import type { ProgressView } from "../../../src/core/presentation/progress.ts";
import type { CauseView, CorrectionView, IncidentView, TimelineRowView } from "../../../src/core/presentation/view.ts";
import { safe } from "../../../src/core/safe.ts";
import { aView, investigatingView, passed, resolvedView } from "./sample-answers.ts";

/** Incidents on which people or a storm left their marks. */

const ALERT_AT = Date.UTC(2026, 10, 20, 14, 16, 0);
const after = (minutes: number) => epochMs(ALERT_AT + minutes * 60_000);

/** Resolved once, fired again. */
export function reopenedView(): IncidentView {
  const notification = safe`P1 checkout-api: reopened, likely cause, high confidence (0.81): Deploy v412 of checkout-api.`;
  return aView({ reopened: true, reopenedAtMs: after(15), acknowledgedBy: null, notification });
}

/** A hundred alerts from six services. */
export function stormView(): IncidentView {
  const services = ["checkout-api", "cart", "search", "ledger", "gateway", "web"].map(passed);
  return aView({ alertCount: 100, services });
}

/** Nobody answered for the cause before it was over. */
export function unconfirmedView(): IncidentView {
  const view = resolvedView();
  const causes = aView().causes;
  return {
    ...view,
    causes,
    notification: safe`P1 checkout-api: resolved after 24 min: cause not confirmed, likely (0.81): Deploy v412 of checkout-api.`,
    card: { ...view.card, cause: aView().card.cause },
  };
}

const correction = (minutes: number, kind: CorrectionView["kind"], [by, text]: readonly [string, string]) => ({
  id: String(minutes),
  kind,
  by: passed(by),
  byId: by,
  atMs: after(minutes),
  text: passed(text),
});

const EDITED: readonly Partial<TimelineRowView>[] = [
  {},
  { editedBy: safe`Ada`, movedMs: 120_000 },
  { editedBy: safe`Bo` },
];

/** People named the cause, told the news, attached a page and put the timeline right. */
export function correctedView(): IncidentView {
  const view = aView();
  const text = passed("The ledger database ran out of connections");
  return {
    ...view,
    latestUpdate: { correctionId: "14", by: safe`Ada`, atMs: after(14), text: safe`rollback runs, errors are falling` },
    statedCause: { correctionId: "9", by: safe`Ada`, atMs: after(9), text },
    card: {
      ...view.card,
      cause: {
        label: safe`Cause, named by Ada`,
        text: safe`${text}. The records point to (0.81): Deploy v412 of checkout-api`,
      },
      why: null,
      against: null,
      nextStep: null,
    },
    links: [
      { url: safe`https://github.com/acme/checkout-api/pull/882`, title: safe`Pull request 882`, by: safe`Bo` },
      { url: safe`https://evil.example/page`, title: safe`Status page`, by: safe`Bo` },
    ],
    corrections: [
      correction(5, "row-irrelevant", ["Bo", 'marked as irrelevant: "Deploy web v88"']),
      correction(7, "row-time", ["Ada", 'moved "Deploy v412" from 14:09:00Z to 14:11:00Z']),
      correction(8, "cause-stated", ["Bo", "suspects a dependency: the card network"]),
      correction(9, "cause-stated", ["Ada", "named the cause: The ledger database ran out of connections"]),
    ],
    timeline: view.timeline.map((row, index) => (EDITED[index] === undefined ? row : { ...row, ...EDITED[index] })),
  };
}

/** The longest of everything that people and senders write, in every state. */
export function longView(state: IncidentView["state"]): IncidentView {
  const base = correctedView();
  const long = passed("Requests to the checkout service fail with a timeout of its ledger client ".repeat(6));
  const isNamed = state === "likely-cause" || state === "several-candidates";
  const [first] = base.causes;
  const lead: readonly CauseView[] = first === undefined ? [] : [{ ...first, summary: long }];
  return {
    ...base,
    state,
    title: long,
    service: passed("checkout-api-of-the-northern-region-with-a-long-name"),
    acknowledgedBy: passed("Ada Augusta of the very long surname and many titles"),
    alertCount: 12_000,
    services: stormView().services,
    reopened: true,
    reopenedAtMs: after(15),
    resolvedAtMs: state === "resolved" ? after(700) : null,
    latestUpdate: { correctionId: "14", by: long, atMs: after(14), text: long },
    card: {
      cause: { label: safe`Likely cause, high confidence (0.81)`, text: long },
      why: isNamed ? long : null,
      against: isNamed ? long : null,
      impact: long,
      nextStep: isNamed ? long : null,
      checked: isNamed ? null : long,
      notChecked: long,
    },
    statedCause: null,
    causes: [...lead, ...base.causes],
  };
}

/** The first look runs; one source did not answer. */
export function someProgress(): ProgressView {
  const { incidentId, pageUrl } = investigatingView();
  return {
    incidentId,
    pageUrl,
    tasks: [
      { id: "changes", title: safe`Deploys, releases and flags`, status: "complete", note: safe`3 changes in 60 min` },
      { id: "logs", title: safe`Logs (CloudWatch)`, status: "in-progress", note: null },
      { id: "kubernetes", title: safe`Kubernetes events`, status: "error", note: safe`timed out after 10 s` },
      { id: "rank", title: safe`Rank causes`, status: "pending", note: null },
    ],
  };
}
