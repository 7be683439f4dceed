import { eventId } from "../../../src/core/ids.ts";
import type { Incident } from "../../../src/core/incident.ts";
import type { ProgressTask } from "../../../src/core/presentation/progress.ts";
import type { CauseView, ChangeOfMind, IncidentView, TimelineRowView } from "../../../src/core/presentation/view.ts";
import type { Form } from "../../../src/surfaces/slack/drawing/message.ts";
import { finish } from "../../../src/surfaces/slack/drawing/message.ts";
import { render, type Subject } from "../../../src/surfaces/slack/drawing/render.ts";
import { drawArithmetic } from "../../../src/surfaces/slack/drawing/render-arithmetic.ts";
import { say, statusReply, timelineReply, voteReply, whyReply } from "../../../src/surfaces/slack/words/replies.ts";
import type { Builder, Foreign } from "./builders.ts";
import { links } from "./message-cases.ts";
import { anAnswer, aView } from "./sample-answers.ts";
import { longView, someProgress } from "./sample-views.ts";

/** The card, its thread and the answers about an incident. */

const FORMS = ["new", "classic", "plain"] as const satisfies readonly Form[];
const STATES = [
  "investigating",
  "likely-cause",
  "several-candidates",
  "no-likely-cause",
  "recovered",
  "resolved",
] as const;
const KINDS = ["root", "timeline", "hypotheses"] as const;
const LABELS: readonly ChangeOfMind["label"][] = [
  "New",
  "Strengthened",
  "Weakened",
  "Ruled out",
  "Recovered",
  "Reopened",
  "Resolved",
];

const drawn = (subject: Subject, form: Form) =>
  render(subject, { form, links, recreated: true, edition: 1, chart: { fileId: "F0TIMELINE1" } });
const options = { links, recreated: false };

export const MESSAGE_BUILDERS: readonly Builder[] = [
  ...FORMS.flatMap((form) => [
    ...STATES.map((state) =>
      message(`card ${state}, ${form}`, (foreign) => drawn({ kind: "root", view: foreignView(foreign, state) }, form)),
    ),
    ...KINDS.slice(1).map((kind) =>
      message(`${kind}, ${form}`, (foreign) => drawn({ kind, view: foreignView(foreign, "likely-cause") }, form)),
    ),
    message(`progress, ${form}`, (foreign) =>
      drawn({ kind: "hypotheses", view: aView(), progress: { ...someProgress(), tasks: tasksOf(foreign) } }, form),
    ),
    ...LABELS.map((label) =>
      message(`change of mind ${label}, ${form}`, (foreign) =>
        drawn({ kind: "change", view: aView(), change: { label, text: foreign() } }, form),
      ),
    ),
  ]),
  message("arithmetic", (foreign) => {
    const view = foreignView(foreign, "likely-cause");
    return finish(drawArithmetic(view, causeOf(foreign, 1), options), 1);
  }),
  message("one sentence", (foreign) => finish(say(foreign()), 0)),
  message("status", (foreign) => finish(statusReply(foreignView(foreign, "likely-cause")), 0)),
  message("why", (foreign) => finish(whyReply(foreignView(foreign, "likely-cause"), 1, options), 0)),
  message("timeline reply", (foreign) => finish(timelineReply(foreignView(foreign, "likely-cause"), options), 0)),
  message("vote", (foreign) => {
    const view = foreignView(foreign, "likely-cause");
    const recorded = { kind: "recorded", verdict: "no", previous: null } as const;
    return finish(voteReply(recorded, { view, cause: causeOf(foreign, 1) }), 0);
  }),
  message("outdated vote", (foreign) => {
    const view = foreignView(foreign, "resolved");
    return finish(voteReply({ kind: "outdated", because: foreign() }, { view, cause: null }), 0);
  }),
];

function message(name: string, build: Builder["build"]): Builder {
  return { name, kind: "message", build };
}

/** An incident in which every text that somebody else may have written is foreign. */
export function foreignView(foreign: Foreign, state: IncidentView["state"]): IncidentView {
  const base = longView(state);
  const said = () => ({ correctionId: "1", text: foreign(), by: foreign(), atMs: base.startedAtMs });
  return {
    ...base,
    title: foreign(),
    service: foreign(),
    acknowledgedBy: foreign(),
    externalUrl: foreign(),
    notification: foreign(),
    card: {
      cause: { label: foreign(), text: foreign() },
      why: foreign(),
      against: foreign(),
      impact: foreign(),
      nextStep: foreign(),
      checked: foreign(),
      notChecked: foreign(),
    },
    causes: Array.from({ length: 7 }, (_, index) => causeOf(foreign, index + 1)),
    timeline: Array.from({ length: 20 }, () => rowOf(foreign, base.startedAtMs)),
    gaps: base.gaps.map((gap) => ({ ...gap, source: foreign(), detail: foreign(), text: foreign() })),
    chart: base.chart === null ? null : { ...base.chart, alt: foreign(), summary: foreign() },
    services: [foreign(), foreign()],
    learnedNote: foreign(),
    statedCause: state === "several-candidates" ? said() : null,
    latestUpdate: said(),
    links: Array.from({ length: 7 }, () => ({ url: foreign(), title: foreign(), by: foreign() })),
    corrections: base.corrections.map((correction) => ({ ...correction, by: foreign(), text: foreign() })),
  };
}

/** An open incident as its sender named it. */
export function foreignIncident(foreign: Foreign): Incident {
  return {
    ...anAnswer().incident,
    title: foreign(),
    service: foreign(),
    acknowledgedBy: foreign(),
    services: [foreign(), foreign()],
    external: [{ source: "pagerduty", externalId: "Q1", url: foreign() }],
  };
}

/** A suspect with more reasons than anybody reads. */
export function causeOf(foreign: Foreign, rank: number): CauseView {
  const [first] = aView().causes;
  if (first === undefined) throw new TypeError("the sample has a cause");
  const reason = (points: number) => ({ points, because: foreign(), evidenceIds: [eventId("sample", "a")] });
  return {
    ...first,
    rank,
    summary: foreign(),
    supporting: Array.from({ length: 5 }, () => reason(17)),
    against: Array.from({ length: 4 }, () => reason(-3)),
    toBeSure: [foreign(), foreign()],
    suggestedActions: [foreign()],
    changeUrl: foreign(),
    votes: { yes: Array.from({ length: 7 }, foreign), no: [foreign()] },
  };
}

function rowOf(foreign: Foreign, atMs: TimelineRowView["atMs"]): TimelineRowView {
  return {
    id: foreign(),
    atMs,
    lastAtMs: atMs,
    role: "change",
    service: foreign(),
    text: foreign(),
    count: 1234,
    source: foreign(),
    skewCorrectedMs: 900,
    evidenceIds: [eventId("sample", "a")],
    editedBy: foreign(),
  };
}

function tasksOf(foreign: Foreign): readonly ProgressTask[] {
  const statuses = ["pending", "in-progress", "complete", "error"] as const;
  return Array.from({ length: 16 }, (_, index) => ({
    id: `task${index}`,
    title: foreign(),
    status: statuses[index % statuses.length] ?? "pending",
    note: foreign(),
  }));
}
