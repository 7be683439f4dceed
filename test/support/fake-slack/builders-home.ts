import { epochMs, eventId } from "../../../src/core/ids.ts";
import { finish } from "../../../src/surfaces/slack/drawing/message.ts";
import type { HomeContent } from "../../../src/surfaces/slack/home/home-content.ts";
import { servicesModal, settingsModal } from "../../../src/surfaces/slack/home/home-modals.ts";
import { homeView } from "../../../src/surfaces/slack/home/home-view.ts";
import { welcomeMessage } from "../../../src/surfaces/slack/home/onboarding.ts";
import { drawSuspicion } from "../../../src/surfaces/slack/home/tell-authors.ts";
import { incidentEntity } from "../../../src/surfaces/slack/pages/entity.ts";
import { unfurlBlocks } from "../../../src/surfaces/slack/pages/unfurl.ts";
import type { Builder, Foreign } from "./builders.ts";
import { causeOf, foreignIncident, foreignView } from "./builders-messages.ts";
import { links } from "./message-cases.ts";
import { PUBLIC_URL } from "./sample-answers.ts";

const DM = "D0ADA00";
const many = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);

/** The App Home, its windows, the welcome, previews of links and the message to an author. */
export const HOME_BUILDERS: readonly Builder[] = [
  ...(["read", "being-read", "failed"] as const).map(
    (status): Builder => ({
      name: `app home, ${status}`,
      kind: "view",
      build: (foreign) => homeView(contentOf(foreign, status), { links, command: foreign() }),
    }),
  ),
  {
    name: "window of my services",
    kind: "view",
    build: (foreign) => servicesModal(many(150, foreign), many(20, foreign), DM),
  },
  {
    name: "window of my settings",
    kind: "view",
    build: (foreign) =>
      settingsModal({ isOn: true, names: many(5, foreign), quiet: null, zone: foreign() }, foreign(), DM),
  },
  { name: "welcome", kind: "message", build: (foreign) => welcomeMessage({ command: foreign() }) },
  {
    name: "preview of a link",
    kind: "message",
    build: (foreign) => ({ text: "", blocks: unfurlBlocks(foreignView(foreign, "likely-cause")) }),
  },
  {
    name: "incident entity",
    kind: "other",
    build: (foreign) => {
      const view = foreignView(foreign, "likely-cause");
      const link = { url: `${PUBLIC_URL}/i/${view.incidentId}`, incidentId: view.incidentId };
      return incidentEntity(link, { ...view, pageUrl: null });
    },
  },
  {
    name: "message to the author of a change",
    kind: "message",
    build: (foreign) => finish(drawSuspicion(foreignView(foreign, "likely-cause"), links), 1),
  },
];

function contentOf(foreign: Foreign, status: "read" | "being-read" | "failed"): HomeContent {
  const reading = <T>(value: T) => (status === "read" ? { status, value } : { status });
  const incident = () => foreignIncident(foreign);
  const gap = () => ({ source: foreign(), because: foreign() });
  const window = { fromMs: epochMs(0), toMs: epochMs(1) };
  return {
    dm: DM,
    version: foreign(),
    health: reading(
      many(20, () => ({ sign: "FIX" as const, part: foreign(), text: foreign(), tells: "changes" as const })),
    ),
    changes: reading({ window, changes: many(20, () => changeOf(foreign)), hidden: 3, read: [], gaps: many(9, gap) }),
    record: reading({ confirmed: 17, first: 12, firstThree: 15, looked: 30 }),
    hasAlerts: false,
    open: many(8, () => ({
      incident: incident(),
      isMine: true,
      cause: causeOf(foreign, 1),
      cardUrl: null,
      pageUrl: foreign(),
    })),
    hiddenOpen: 4,
    services: many(20, () => ({ service: foreign(), lastIncident: incident() })),
    waiting: many(8, () => ({ incident: incident(), why: "unconfirmed" as const, pageUrl: foreign() })),
    author: { isOn: true, names: many(5, foreign), quiet: { from: foreign(), to: foreign() }, zone: foreign() },
    test: incident(),
    notice: foreign(),
  };
}

function changeOf(foreign: Foreign) {
  return {
    id: eventId("git", "1"),
    atMs: epochMs(0),
    service: foreign(),
    kind: "deploy" as const,
    status: "failed" as const,
    version: foreign(),
    summary: foreign(),
    by: foreign(),
    url: foreign(),
  };
}
