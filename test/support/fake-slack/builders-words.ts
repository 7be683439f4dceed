import type { SimilarIncident } from "../../../src/app/look-back.ts";
import type { ChangesAnswer } from "../../../src/app/recent-changes.ts";
import { epochMs, eventId, incidentId } from "../../../src/core/ids.ts";
import { catchUp } from "../../../src/core/presentation/catch-up.ts";
import { safe } from "../../../src/core/safe.ts";
import { type Drawing, finish } from "../../../src/surfaces/slack/drawing/message.ts";
import { pickerDrawing } from "../../../src/surfaces/slack/words/picker.ts";
import { helpReply } from "../../../src/surfaces/slack/words/replies-help.ts";
import { catchUpReply, listReply, sharedBy, similarReply } from "../../../src/surfaces/slack/words/replies-incident.ts";
import { changesReply, graphReply } from "../../../src/surfaces/slack/words/replies-service.ts";
import { withShare } from "../../../src/surfaces/slack/words/share.ts";
import type { Builder, Foreign } from "./builders.ts";
import { foreignView } from "./builders-messages.ts";
import { redactor } from "./memory-messages.ts";
import { links } from "./message-cases.ts";
import { anAnswer, aView } from "./sample-answers.ts";

/** The answers to words that people type. */
export const WORD_BUILDERS: readonly Builder[] = [
  word("unknown word", (foreign) => helpReply(safe`/traceops`, { typed: foreign(), closest: "status" })),
  word("list", (foreign) => {
    const incidents = Array.from({ length: 10 }, () => incidentOf(foreign));
    return listReply(foreign(), incidents, { hidden: 30, command: safe`/traceops` });
  }),
  word("catchup", (foreign) => {
    const view = foreignView(foreign, "likely-cause");
    const notes = Array.from({ length: 9 }, () => ({ who: foreign(), atMs: view.startedAtMs, text: foreign() }));
    const changeOfMind = { label: "Weakened", text: foreign() } as const;
    return catchUpReply(view, catchUp({ view, notes, changeOfMind, nowMs: view.updatedAtMs }), links);
  }),
  word("similar", (foreign) => {
    const past = Array.from({ length: 5 }, () => pastOf(foreign));
    const lastNote = { who: foreign(), text: foreign() };
    const statedCause = { correctionId: "1", text: foreign(), by: foreign(), atMs: epochMs(0) };
    const told = past.map((each) => ({ past: each, statedCause, lastNote, pageUrl: foreign() }));
    return similarReply(aView(), told, links);
  }),
  word("changes", (foreign) => changesReply(changesOf(foreign), { service: foreign(), windowMs: 1000, links })),
  word("no changes", (foreign) =>
    changesReply({ ...changesOf(foreign), changes: [], hidden: 0 }, { service: foreign(), windowMs: 1000, links }),
  ),
  word("graph", (foreign) => {
    const names = Array.from({ length: 50 }, foreign);
    return graphReply({ service: foreign(), callers: names, callees: names, isKnown: true }, safe`/traceops`);
  }),
  word("unknown graph", (foreign) =>
    graphReply({ service: foreign(), callers: [], callees: [], isKnown: false }, safe`/traceops`),
  ),
  word("picker", (foreign) =>
    pickerDrawing(foreign(), {
      word: "postmortem",
      key: "12345678",
      open: Array.from({ length: 20 }, () => incidentOf(foreign)),
    }),
  ),
  word("shared", (foreign) => {
    const drawing = graphReply({ service: foreign(), callers: [], callees: [], isKnown: true }, safe`/traceops`);
    const shareable = withShare({ redactor }, { drawing, share: { word: "graph", rest: foreign() } });
    return sharedBy(shareable, { by: foreign(), atMs: epochMs(0) });
  }),
];

function word(name: string, draw: (foreign: Foreign) => Drawing): Builder {
  return { name: `word: ${name}`, kind: "message", build: (foreign) => finish(draw(foreign), 0) };
}

function incidentOf(foreign: Foreign) {
  return { ...anAnswer().incident, id: incidentId("INC-123456789"), title: foreign(), service: foreign() };
}

function pastOf(foreign: Foreign): SimilarIncident {
  return {
    id: incidentId("INC-12"),
    atMs: epochMs(0),
    alertedService: foreign(),
    causeKind: "change",
    causeService: foreign(),
    summary: foreign(),
    confirmed: true,
    title: foreign(),
    resolvedAtMs: epochMs(1),
  };
}

function changesOf(foreign: Foreign): ChangesAnswer {
  const change = () => ({
    id: eventId("t", "1"),
    atMs: epochMs(0),
    service: foreign(),
    kind: "deploy" as const,
    status: "deployed" as const,
    version: foreign(),
    summary: foreign(),
    by: foreign(),
    url: foreign(),
  });
  return {
    window: { fromMs: epochMs(0), toMs: epochMs(1) },
    changes: Array.from({ length: 20 }, change),
    hidden: 3,
    read: Array.from({ length: 4 }, foreign),
    gaps: Array.from({ length: 6 }, () => ({ source: foreign(), because: foreign() })),
  };
}
