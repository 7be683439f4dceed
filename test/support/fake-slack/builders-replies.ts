import { epochMs, incidentId } from "../../../src/core/ids.ts";
import { safe } from "../../../src/core/safe.ts";
import { correctedReply } from "../../../src/surfaces/slack/acts/corrected.ts";
import { type Drawing, finish } from "../../../src/surfaces/slack/drawing/message.ts";
import { incidentEntity } from "../../../src/surfaces/slack/pages/entity.ts";
import { unfurlBlocks, unfurlsOf } from "../../../src/surfaces/slack/pages/unfurl.ts";
import { pickerDrawing } from "../../../src/surfaces/slack/words/picker.ts";
import { say } from "../../../src/surfaces/slack/words/replies.ts";
import { helpReply } from "../../../src/surfaces/slack/words/replies-help.ts";
import { catchUpReply, listReply, sharedBy, similarReply } from "../../../src/surfaces/slack/words/replies-incident.ts";
import { changesReply, graphReply } from "../../../src/surfaces/slack/words/replies-service.ts";
import type { Builder, Foreign } from "./builders.ts";
import { foreignIncident, foreignView } from "./builders-messages.ts";
import { changesOf } from "./builders-windows.ts";
import { links } from "./message-cases.ts";
import { aView, PUBLIC_URL } from "./sample-answers.ts";

/** Answers to words, and what stands under a link. */

const AT = epochMs(Date.UTC(2026, 10, 20, 14, 16, 0));
const command = safe`/traceops`;
const link = { url: `${PUBLIC_URL}/i/INC-2041`, incidentId: incidentId("INC-2041") };
const few = <T>(make: () => T, count = 5): T[] => Array.from({ length: count }, make);

function reply(name: string, draw: (foreign: Foreign) => Drawing): Builder {
  return { name: `answer: ${name}`, kind: "message", build: (foreign) => finish(draw(foreign), 0) };
}

export const REPLY_BUILDERS: readonly Builder[] = [
  reply("help after an unknown word", (foreign) => helpReply(command, { typed: foreign(), closest: null })),
  reply("list", (foreign) =>
    listReply(
      foreign(),
      few(() => foreignIncident(foreign)),
      { hidden: 2, command },
    ),
  ),
  reply("catch-up", (foreign) =>
    catchUpReply(
      aView(),
      few(() => ({ label: foreign(), atMs: AT, text: foreign(), url: foreign() })),
      links,
    ),
  ),
  reply("similar", (foreign) =>
    similarReply(
      aView(),
      few(() => similarOf(foreign)),
      links,
    ),
  ),
  reply("changes", (foreign) => changesReply(changesOf(foreign), { service: foreign(), windowMs: 3_600_000, links })),
  reply("graph", (foreign) =>
    graphReply({ service: foreign(), callers: few(foreign), callees: few(foreign), isKnown: true }, command),
  ),
  reply("shared", (foreign) => sharedBy(say(foreign()), { by: foreign(), atMs: AT })),
  reply("picker", (foreign) =>
    pickerDrawing(foreign(), { word: "status", key: "k", open: few(() => foreignIncident(foreign)) }),
  ),
  reply("refused correction", (foreign) => correctedReply({ status: "refused", because: foreign() }, link.incidentId)),
  {
    name: "unfurl",
    kind: "message",
    build: (foreign) => ({ blocks: unfurlBlocks(foreignView(foreign, "likely-cause")) }),
  },
  {
    name: "unfurl call",
    kind: "other",
    build: (foreign) => unfurlsOf([{ link, view: foreignView(foreign, "likely-cause") }]),
  },
  {
    name: "entity",
    kind: "other",
    build: (foreign) => incidentEntity(link, foreignView(foreign, "likely-cause")),
  },
];

function similarOf(foreign: Foreign) {
  return {
    past: {
      id: incidentId("INC-1"),
      atMs: AT,
      alertedService: foreign(),
      causeKind: "change" as const,
      causeService: foreign(),
      summary: foreign(),
      confirmed: false,
      title: foreign(),
      resolvedAtMs: null,
    },
    statedCause: null,
    lastNote: { who: foreign(), text: foreign() },
    pageUrl: foreign(),
  };
}
