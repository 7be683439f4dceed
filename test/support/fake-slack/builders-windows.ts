import type { ModalView } from "@slack/types";
import type { RecentChange } from "../../../src/app/recent-changes.ts";
import { epochMs, eventId, hypothesisId, incidentId } from "../../../src/core/ids.ts";
import { safe } from "../../../src/core/safe.ts";
import { editableRows } from "../../../src/surfaces/slack/acts/edit-rows.ts";
import { dismissModal, namedCauseModal, notItModal } from "../../../src/surfaces/slack/acts/modal-cause.ts";
import { changesModal } from "../../../src/surfaces/slack/acts/modal-changes.ts";
import { messageNoteModal } from "../../../src/surfaces/slack/acts/modal-message-note.ts";
import { wordsModal } from "../../../src/surfaces/slack/acts/modal-open.ts";
import { startModal } from "../../../src/surfaces/slack/acts/modal-start.ts";
import { timelineModal } from "../../../src/surfaces/slack/acts/modal-timeline.ts";
import { servicesModal, settingsModal } from "../../../src/surfaces/slack/home/home-modals.ts";
import { homeView } from "../../../src/surfaces/slack/home/home-view.ts";
import { say } from "../../../src/surfaces/slack/words/replies.ts";
import type { Builder, Foreign } from "./builders.ts";
import { causeOf, foreignIncident, foreignView } from "./builders-messages.ts";
import { links } from "./message-cases.ts";
import { anAnswer } from "./sample-answers.ts";

/** The windows in which people correct and choose things, and the App Home. */

const ID = incidentId("INC-2041");
const AT = epochMs(Date.UTC(2026, 10, 20, 14, 16, 0));
const about = { incident: ID, channel: "C0INC", hypothesis: "h1" };
const choices = (foreign: Foreign) =>
  Array.from({ length: 12 }, (_, index) => ({ value: `INC-${index}`, text: foreign() }));

function view(name: string, build: (foreign: Foreign) => ModalView | ReturnType<typeof homeView>): Builder {
  return { name, kind: "view", build };
}

export const WINDOW_BUILDERS: readonly Builder[] = [
  view("window: not it", () => notItModal(about)),
  view("window: not an incident", () => dismissModal(about, ID)),
  view("window: this is the cause", (foreign) =>
    namedCauseModal({
      about,
      text: foreign(),
      incidents: choices(foreign),
      initial: null,
      causes: [1, 2].map((rank) => ({ ...causeOf(foreign, rank), id: hypothesisId(`h${rank}`) })),
    }),
  ),
  view("window: add to timeline", (foreign) =>
    messageNoteModal({ about, text: foreign(), atMs: AT, incidents: choices(foreign), initial: null }),
  ),
  view("window: start", (foreign) =>
    startModal({ about, title: safe`Investigate`, services: [foreign(), foreign()], atMs: AT, what: foreign() }),
  ),
  view("window: changes", (foreign) =>
    changesModal(
      { hours: 2, service: foreign() },
      { answer: changesOf(foreign), services: [foreign(), foreign()], links },
    ),
  ),
  view("window: words", (foreign) => wordsModal(safe`Answer`, say(foreign()))),
  view("window: timeline", (foreign) => {
    const answer = anAnswer({ view: foreignView(foreign, "likely-cause") });
    const rows = editableRows(answer).slice(0, 1);
    return timelineModal({ answer, rows, chosen: rows[0] ?? null, about });
  }),
  view("window: my services", (foreign) => servicesModal([foreign(), foreign()], [foreign()], "D1")),
  view("window: my settings", (foreign) =>
    settingsModal({ isOn: true, names: [foreign(), foreign()], quiet: null, zone: foreign() }, foreign(), "D1"),
  ),
  view("home", (foreign) => homeView(homeOf(foreign), { links, command: safe`/traceops` })),
];

/** What changed, with every text of it foreign. */
export function changesOf(foreign: Foreign) {
  const change = (): RecentChange => ({
    id: eventId("sample", "c"),
    atMs: AT,
    service: foreign(),
    kind: "deploy",
    status: "deployed",
    version: foreign(),
    summary: foreign(),
    by: foreign(),
    url: foreign(),
  });
  return {
    window: { fromMs: AT, toMs: AT },
    changes: Array.from({ length: 30 }, change),
    hidden: 3,
    read: [foreign(), foreign()],
    gaps: [{ source: foreign(), because: foreign() }],
  };
}

function homeOf(foreign: Foreign): Parameters<typeof homeView>[0] {
  const incident = () => foreignIncident(foreign);
  return {
    dm: "D1",
    version: safe`1`,
    health: {
      status: "read",
      value: [
        { sign: "FIX", part: foreign(), text: foreign() },
        { sign: "ok", part: foreign(), text: foreign() },
      ],
    },
    changes: { status: "read", value: changesOf(foreign) },
    record: { status: "read", value: { confirmed: 3, first: 2, firstThree: 3, looked: 9 } },
    hasAlerts: true,
    open: [{ incident: incident(), isMine: true, cause: causeOf(foreign, 1), cardUrl: null, pageUrl: foreign() }],
    hiddenOpen: 2,
    services: [{ service: foreign(), lastIncident: incident() }],
    waiting: [{ incident: incident(), why: "unconfirmed", pageUrl: foreign() }],
    author: { isOn: true, names: [foreign()], quiet: { from: foreign(), to: foreign() }, zone: foreign() },
    test: null,
    notice: foreign(),
  };
}
