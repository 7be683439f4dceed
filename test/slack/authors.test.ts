import { afterEach, beforeEach, expect, test } from "vitest";
import { People } from "../../dev/slack/people.ts";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";
import { DEFAULT_TENANT, epochMs, eventId, hypothesisId } from "../../src/core/ids.ts";
import { type Safe, safe } from "../../src/core/safe.ts";
import { keepAuthorChoice } from "../../src/surfaces/slack/home/home-choices.ts";
import { problemsOf } from "../support/fake-slack/block-kit.ts";
import { anAnswer, aView } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;

const CHANGE = eventId("git", "1");
const DM = "D0ADA00";
const DAY = 86_400_000;
const messages = () => stage.fake.workspace.roots(DM);
const DEPLOY: Hypothesis = {
  id: hypothesisId("h1"),
  rank: 1,
  confidence: 0.81,
  score: 520,
  summary: safe`Deploy v412`,
  cause: { kind: "change", service: safe`checkout-api`, changeId: CHANGE },
  parts: [],
  against: [],
  nextChecks: [],
  suggestedActions: [],
};

function suspecting(more: Partial<IncidentAnswer> = {}): IncidentAnswer {
  const answer = anAnswer();
  const analysis: Analysis | null = answer.analysis && { ...answer.analysis, hypotheses: [DEPLOY] };
  return { ...answer, analysis, ...more };
}

async function wants(
  choice: { names?: readonly string[]; isOn?: boolean; quiet?: { from: string; to: string } | null } = {},
) {
  const of = { preferences: stage.preferences, tenant: DEFAULT_TENANT, principal: { team: "T0ACME", user: "U0ADA" } };
  const value = { channel: DM, isOn: true, names: ["ada-l"], quiet: null, zone: "UTC", ...choice };
  await keepAuthorChoice(of, value, { by: safe`Ada`, atMs: epochMs(0) });
}

function madeBy(by: Safe | null): void {
  const atMs = epochMs(0);
  const change = { service: null, kind: "deploy" as const, status: "deployed" as const, version: safe`v412` };
  const changes = [{ ...change, id: CHANGE, atMs, summary: safe`Deploy v412`, by, url: null }];
  stage.verbs.changes = { window: { fromMs: atMs, toMs: atMs }, changes, hidden: 0, read: [], gaps: [] };
}

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
    await new People(stage.fake.team(), stage.fake.courier).directChannel("U0ADA");
    madeBy(safe`Ada-L`);
  });
  afterEach(() => stage.stop());

  test("whoever made the likely cause and asked for it gets one message, however often the answer changes", async () => {
    await wants();

    await stage.publishUntilDone(suspecting());
    await stage.publishUntilDone(
      suspecting({ sequence: 5, view: aView({ revision: 5, learnedNote: safe`Weights changed.` }) }),
    );

    expect(messages()).toHaveLength(1);
    expect(messages()[0]?.text).toContain("A change of yours is the likely cause of INC-2041");
    expect(messages()[0]?.text).toContain("high confidence (0.81)");
    expect(messages()[0]?.edits).toBe(0);
    expect(problemsOf(messages()[0]?.blocks)).toEqual([]);
    expect(stage.verbs.of("recentChanges")).toHaveLength(1);
  });

  test("a lost answer of Slack does not make it two", async () => {
    await wants();
    await stage.publishUntilDone(anAnswer());
    stage.fake.workspace.breakNext("chat.postMessage", { kind: "error-after" });

    await stage.publishUntilDone(suspecting());
    await stage.publishUntilDone(suspecting({ sequence: 5 }));

    expect(messages()).toHaveLength(1);
  });

  test.for([
    ["whose name only looks alike", { names: ["ada"] }],
    ["who turned it off", { isOn: false }],
  ] as const)("a person %s gets none", async ([, choice]) => {
    await wants(choice);

    await stage.publishUntilDone(suspecting());

    expect(messages()).toEqual([]);
  });

  test("nobody gets one for a change whose author is not known", async () => {
    await wants();
    madeBy(null);

    await stage.publishUntilDone(suspecting());

    expect(messages()).toEqual([]);
  });

  test("nobody gets one while several causes are possible", async () => {
    await wants();

    await stage.publishUntilDone(suspecting({ view: aView({ state: "several-candidates" }) }));

    expect(messages()).toEqual([]);
  });

  test("a person in quiet hours gets it with the first news after them", async () => {
    const hour = (offset: number) =>
      `${String(new Date(stage.clock.nowMs() + offset * 3_600_000).getUTCHours()).padStart(2, "0")}:00`;
    await wants({ quiet: { from: hour(-1), to: hour(2) } });
    await stage.publishUntilDone(suspecting());
    expect(messages()).toEqual([]);

    stage.clock.advance(DAY / 4);
    await stage.publishUntilDone(suspecting({ sequence: 5 }));

    expect(messages()).toHaveLength(1);
  });

  test("nobody is asked who made it when nobody wants to know", async () => {
    await stage.publishUntilDone(suspecting());

    expect(stage.verbs.of("recentChanges")).toEqual([]);
  });
});
