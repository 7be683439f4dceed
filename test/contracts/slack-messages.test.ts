import { describe, expect, test } from "vitest";
import type { ChangeOfMind, IncidentView } from "../../src/core/presentation/view.ts";
import { safe } from "../../src/core/safe.ts";
import type { MessageKind } from "../../src/surfaces/slack/draw.ts";
import { allowedLinks, DEFAULT_LINK_HOSTS, hostList } from "../../src/surfaces/slack/links.ts";
import { isHeard } from "../../src/surfaces/slack/listen.ts";
import type { Form, SlackMessage } from "../../src/surfaces/slack/message.ts";
import { formsOf, render, type Subject } from "../../src/surfaces/slack/render.ts";
import { problemsOf } from "../support/fake-slack/block-kit.ts";
import { readAloud, textLines } from "../support/fake-slack/read-aloud.ts";
import {
  aView,
  investigatingView,
  noCauseView,
  PUBLIC_URL,
  passed,
  recoveredView,
  resolvedView,
  severalView,
} from "../support/fake-slack/sample-answers.ts";

const links = allowedLinks(hostList(DEFAULT_LINK_HOSTS), PUBLIC_URL);
const change: ChangeOfMind = {
  label: "Strengthened",
  text: safe`deploy v412 of checkout-api, medium (0.55) to high (0.81). All 1,204 stack traces name a file it changed.`,
};

const subjectOf = (kind: MessageKind, view: IncidentView): Subject =>
  kind === "change" ? { kind, view, change } : { kind, view };
const drawn = (kind: MessageKind, view: IncidentView, form: Form): SlackMessage =>
  render(subjectOf(kind, view), { form, links, recreated: false, edition: 4 });

const CASES: readonly { readonly name: string; readonly kind: MessageKind; readonly view: IncidentView }[] = [
  { name: "root-investigating", kind: "root", view: investigatingView() },
  { name: "root-likely-cause", kind: "root", view: aView() },
  { name: "root-several-candidates", kind: "root", view: severalView() },
  { name: "root-no-likely-cause", kind: "root", view: noCauseView() },
  { name: "root-recovered", kind: "root", view: recoveredView() },
  { name: "root-resolved", kind: "root", view: resolvedView() },
  { name: "timeline", kind: "timeline", view: aView() },
  { name: "timeline-empty", kind: "timeline", view: noCauseViewWithoutRows() },
  { name: "hypotheses", kind: "hypotheses", view: aView() },
  { name: "hypotheses-none", kind: "hypotheses", view: noCauseView() },
  { name: "change-of-mind", kind: "change", view: aView() },
];

function noCauseViewWithoutRows(): IncidentView {
  return { ...noCauseView(), timeline: [], hiddenRows: 0, chart: null };
}

const EVERY = CASES.flatMap(({ name, kind, view }) => formsOf(kind).map((form) => ({ name, kind, view, form })));

const blockIds = (edition: number) =>
  render({ kind: "root", view: aView() }, { form: "classic", links, recreated: false, edition }).blocks.map(
    ({ block_id: id }) => id,
  );

describe("every kind of message", () => {
  test.for(EVERY)("$name as $form reads and looks as people agreed to", async ({ name, kind, view, form }) => {
    const message = drawn(kind, view, form);

    await expect(readAloud(message)).toMatchFileSnapshot(`snapshots/slack/${name}.${form}.txt`);
    await expect(`${JSON.stringify(message, null, 1)}\n`).toMatchFileSnapshot(`snapshots/slack/${name}.${form}.json`);
  });

  test.for(EVERY)("$name as $form is accepted by Slack's limits", ({ kind, view, form }) => {
    expect(problemsOf(drawn(kind, view, form).blocks)).toEqual([]);
  });

  test.for(EVERY)("$name as $form has a handler for each of its buttons", ({ kind, view, form }) => {
    const actions = [...JSON.stringify(drawn(kind, view, form)).matchAll(/"action_id":"([^"]+)"/gu)].map(
      ([, action = ""]) => action,
    );

    expect(actions.filter((action) => !isHeard(action))).toEqual([]);
  });
});

describe("the card", () => {
  test("a likely cause with a long quote in it still fits twelve lines of a phone, its buttons and small print apart", () => {
    const quoted = passed(
      `checkout-api: its connection pool is exhausted: "${"no free connection ".repeat(5)}" ×326 from 14:10:21Z`,
    );
    const view = aView();
    const card = { ...view.card, against: null, cause: { ...view.card.cause, text: quoted } };
    const [, , ...read] = readAloud(drawn("root", { ...view, card }, "classic")).split("\n");

    expect(read.findIndex((line) => line.startsWith("["))).toBeLessThanOrEqual(12);
  });

  test.for(CASES.filter(({ kind }) => kind === "root"))("$name has at most twelve lines", ({ view }) => {
    expect(textLines(drawn("root", view, "classic")).length).toBeLessThanOrEqual(12);
  });

  test("its notification is the sentence of the view, nothing else", () => {
    expect(drawn("root", aView(), "classic").text).toBe(aView().notification);
  });

  test("a resolved incident has no button that acts on it", () => {
    const text = JSON.stringify(drawn("root", resolvedView(), "classic"));

    expect(text).not.toMatch(/pd\.ack|pd\.resolve|hyp\.feedback/u);
  });

  test("each edit gets new block ids", () => {
    expect(blockIds(4)).toEqual(["head:4", "why:4", "act:4", "foot:4"]);
    expect(blockIds(5)).toEqual(["head:5", "why:5", "act:5", "foot:5"]);
  });
});

const HOSTILE = passed(
  "<!channel> <@U1> *x* <https://evil.example|click> & https://evil.example \u202Eevil\u202C \u0000\u0007 a\u200Bb \uD800 ```" +
    "x".repeat(5000),
);

function hostileView(): IncidentView {
  const view = aView();
  const cause = {
    summary: HOSTILE,
    supporting: Array.from({ length: 30 }, () => ({ points: 17, because: HOSTILE, evidenceIds: [] })),
    against: Array.from({ length: 30 }, () => ({ points: -3, because: HOSTILE, evidenceIds: [] })),
    toBeSure: [HOSTILE, HOSTILE],
    suggestedActions: [HOSTILE],
    changeUrl: passed("https://evil.example/|x>"),
    votes: { yes: [HOSTILE], no: [HOSTILE] },
  };
  return {
    ...view,
    title: HOSTILE,
    service: HOSTILE,
    acknowledgedBy: HOSTILE,
    pageUrl: passed("javascript:alert(1)"),
    externalUrl: passed("https://evil.example"),
    notification: HOSTILE,
    card: {
      cause: { label: HOSTILE, text: HOSTILE },
      why: HOSTILE,
      against: HOSTILE,
      impact: HOSTILE,
      nextStep: HOSTILE,
      notChecked: HOSTILE,
    },
    causes: Array.from({ length: 12 }, (_, index) => ({
      ...(view.causes[0] as never as object),
      ...cause,
      rank: index + 1,
    })) as never,
    timeline: Array.from({ length: 40 }, () => ({ ...(view.timeline[1] as never as object), text: HOSTILE })) as never,
    learnedNote: HOSTILE,
  };
}

describe("text from outside", () => {
  const forms = (["root", "timeline", "hypotheses", "change"] as const).flatMap((kind) =>
    (["new", "classic", "plain"] as const).map((form) => ({ kind, form })),
  );

  test.for(forms)("$kind as $form shows it without obeying it and within every limit", ({ kind, form }) => {
    const message = render(
      kind === "change"
        ? { kind, view: hostileView(), change: { label: "New", text: HOSTILE } }
        : { kind, view: hostileView() },
      {
        form,
        links,
        recreated: false,
        edition: 1,
      },
    );
    const markup = [
      message.text,
      ...[...JSON.stringify(message.blocks).matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/gu)].map(
        ([, text = ""]) => text,
      ),
    ];

    expect(problemsOf(message.blocks)).toEqual([]);
    for (const text of markup) expect(text).not.toMatch(/<(?:!(?!date\^)|@|#|https:\/\/evil)|`/u);
    expect(JSON.stringify(message)).not.toMatch(/[\u202A-\u202E\u200B]|\\u0000|\\u0007|\\ud800/u);
    expect(JSON.stringify(message)).not.toContain('"url":"https://evil');
    expect(JSON.stringify(message)).not.toContain("javascript:");
    expect(message.text.length).toBeLessThanOrEqual(3000);
  });

  test("the lines of a cause add up to its score, also when some are folded", () => {
    const text = JSON.stringify(drawn("hypotheses", { ...hostileView() }, "new").blocks[1]);

    const points = [...text.matchAll(/"text":"([+−]\d+\.\d) {2}"/gu)].map(([, value = "0"]) =>
      Number(value.replace("−", "-")),
    );
    const score = Number(/score ([+−]?\d+\.\d)/u.exec(text)?.[1]?.replace("−", "-"));
    expect(points.length).toBe(8);
    expect(points.reduce((sum, value) => sum + value, 0)).toBeCloseTo(score, 5);
  });
});
