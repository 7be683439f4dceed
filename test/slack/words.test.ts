import { afterEach, beforeEach, expect, test } from "vitest";
import { epochMs, eventId, incidentId } from "../../src/core/ids.ts";
import { safe } from "../../src/core/safe.ts";
import { isHeard } from "../../src/surfaces/slack/listen.ts";
import { ALL_WORDS } from "../../src/surfaces/slack/words/words.ts";
import { problemsOf } from "../support/fake-slack/block-kit.ts";
import { textLines } from "../support/fake-slack/read-aloud.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";
import { Typist, words } from "../support/fake-slack/typist.ts";

let stage: Stage;
let ada: Typist;

const CHANGE = {
  id: eventId("t", "1"),
  atMs: epochMs(Date.UTC(2026, 10, 20, 14, 9)),
  service: safe`checkout-api`,
  kind: "deploy",
  status: "deployed",
  version: safe`v412`,
  summary: safe`shorter timeout`,
  by: safe`Bo`,
  url: null,
} as const;

/** Each word with something that its answer says, and what it asked of the program. */
const CASES: readonly (readonly [string, string, string?])[] = [
  ["help", "About an incident"],
  ["help changes", "changes checkout 2h"],
  ["list", "Open incidents: 1"],
  ["list today", "last 24 hours", "listIncidents"],
  ["list checkout-api", "Incidents of checkout-api", "listIncidents"],
  ["status", "Likely cause found"],
  ["catchup", "Who has it"],
  ["why", "the canary was healthy for 4 min"],
  ["why 2", "2."],
  ["timeline INC-2041", "New error: ECONNRESET ledger:8443"],
  ["page INC-2041", "https://traceops.example.com/i/INC-2041?as="],
  ["similar", "INC-1999", "similarIncidents"],
  ["changes checkout-api 2h", "1 change in checkout-api in the last 2 h", "recentChanges"],
  ["graph checkout-api", "*It is called by:* storefront", "dependencies"],
  ["investigate checkout-api 30m", "as INC-7", "investigate"],
  ["oncall basket", "On call for basket now, first: Ann Lee (pagerduty)", "onCall"],
  ["oncall", "On call for checkout-api now", "onCall"],
  ["ack", "INC-2041 is acknowledged", "setStatus"],
  ["resolve", "Resolve INC-2041 (5xx rate above 5%)?"],
  ["cause 1", "This was it", "recordFeedback"],
  ["cause the disk of db-3", "names this as the cause", "correct"],
  ["note rolled back", "Noted on the timeline of INC-2041", "addNote"],
  ["update rollback runs", "card shows your update", "correct"],
  ["link https://wiki.example.com/r Runbook", "attached", "correct"],
  ["undo", "nothing of yours to take back"],
  ["postmortem", "postmortem"],
  ["export", "INC-2041"],
  ["mute checkout-api 1h", "No new cards of checkout-api until"],
  ["unmute checkout-api", "is not muted"],
  ["watch checkout-api", "come into this channel"],
  ["unwatch checkout-api", "No channel watches checkout-api"],
  ["settings", "What TraceOps sends to you alone"],
  ["doctor", "1 to fix, 1 work, 1 are off"],
  ["version", "TraceOps "],
  ["statsu", "Did you mean `status [incident]`?"],
  ["frobnicate", "There is no word"],
];

/** The thread's own messages: as long as they are there. */
const LONG = new Set(["why", "why 2", "timeline INC-2041"]);

test("every word is tried here", () => {
  const tried = new Set(CASES.map(([text]) => text.split(" ")[0]));

  expect(ALL_WORDS.filter((word) => !tried.has(word))).toEqual([]);
});

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    stage.verbs.changes = { ...stage.verbs.changes, changes: [CHANGE], read: [safe`github`] };
    stage.verbs.graph = { service: safe`checkout-api`, callers: [safe`storefront`], callees: [], isKnown: true };
    stage.verbs.similar = [
      {
        id: incidentId("INC-1999"),
        atMs: epochMs(Date.UTC(2026, 10, 1)),
        alertedService: safe`checkout-api`,
        causeKind: "change",
        causeService: safe`checkout-api`,
        summary: safe`Deploy v398 of checkout-api`,
        confirmed: true,
        title: safe`5xx`,
        resolvedAtMs: epochMs(Date.UTC(2026, 10, 1, 1)),
      },
    ];
    stage.health = [
      { sign: "ok", part: "evidence: GitHub", text: "works" },
      { sign: "FIX", part: "surface: Slack", text: "set SLACK_APP_TOKEN" },
      { sign: "off", part: "evidence: Loki", text: "set LOKI_URL" },
    ];
    await stage.start(transport);
    ada = new Typist(stage);
  });
  afterEach(() => stage.stop());

  test.for(CASES)(
    '"%s" by command answers one person, within Slack\'s limits and one phone',
    async ([text, says, verb]) => {
      const answer = await ada.typed(text);

      expect(words(answer)).toContain(says.replaceAll('"', '\\"'));
      expect(problemsOf(answer.blocks)).toEqual([]);
      const actions = [...words(answer).matchAll(/"action_id":"([^"]+)"/gu)].map(([, action = ""]) => action);
      expect(actions.filter((action) => !isHeard(action))).toEqual([]);
      expect(stage.verbs.asked.map((ask) => ask.verb)).toEqual(
        expect.arrayContaining(verb === undefined ? [] : [verb]),
      );
      const most = LONG.has(text) ? 30 : 12;
      expect(textLines({ text: "", blocks: answer.blocks as never }).length).toBeLessThanOrEqual(most);
    },
  );

  test.for(CASES)('"%s" by mention answers in the thread', async ([text, says, verb]) => {
    await stage.publishUntilDone(anAnswer());
    const [root] = stage.fake.workspace.roots();

    const answer = await ada.mentioned(text, root?.ts ?? "");

    const says2 = text === "postmortem" || text === "export" ? "INC-2041" : says;
    expect(words(answer)).toContain(says2.replaceAll('"', '\\"'));
    expect(words(answer)).not.toContain("word.share");
    expect(stage.verbs.asked.map((ask) => ask.verb)).toEqual(expect.arrayContaining(verb === undefined ? [] : [verb]));
  });

  test.for([["help"], ["list"], ["catchup"], ["changes 2h"], ["cause 1"]] as const)(
    '"%s" works in a direct message too, without a mention and outside a thread',
    async ([text]) => {
      const answer = await ada.wrote(text);

      expect(problemsOf(answer.blocks)).toEqual([]);
      expect(words(answer)).not.toContain("There is no word");
    },
  );
});
