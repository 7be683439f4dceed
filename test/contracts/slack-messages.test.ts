import { describe, expect, test } from "vitest";
import type { IncidentView } from "../../src/core/presentation/view.ts";
import { safe } from "../../src/core/safe.ts";
import { section } from "../../src/surfaces/slack/drawing/blocks.ts";
import { finish, type SlackMessage } from "../../src/surfaces/slack/drawing/message.ts";
import { escaped } from "../../src/surfaces/slack/drawing/mrkdwn.ts";
import { render } from "../../src/surfaces/slack/drawing/render.ts";
import { drawArithmetic } from "../../src/surfaces/slack/drawing/render-arithmetic.ts";
import { problemsOf } from "../support/fake-slack/block-kit.ts";
import { CASES, drawn, EVERY, links } from "../support/fake-slack/message-cases.ts";
import { phoneHeight, readAloud } from "../support/fake-slack/read-aloud.ts";
import { aView, passed, resolvedView } from "../support/fake-slack/sample-answers.ts";
import { correctedView, longView } from "../support/fake-slack/sample-views.ts";

const card = (view: IncidentView): SlackMessage => drawn({ kind: "root", view }, "classic");

const blockIds = (edition: number) =>
  render({ kind: "root", view: aView() }, { form: "classic", links, recreated: false, edition }).blocks.map(
    ({ block_id: id }) => id,
  );

describe("every kind of message", () => {
  test.for(EVERY)("$name as $form reads and looks as people agreed to", async ({ name, form, ...item }) => {
    const message = drawn(item, form);

    await expect(readAloud(message)).toMatchFileSnapshot(`snapshots/slack/${name}.${form}.txt`);
    await expect(`${JSON.stringify(message, null, 1)}\n`).toMatchFileSnapshot(`snapshots/slack/${name}.${form}.json`);
  });

  test.for(EVERY)("$name as $form is accepted by Slack's limits", ({ form, ...item }) => {
    expect(problemsOf(drawn(item, form).blocks)).toEqual([]);
  });
});

describe("the card", () => {
  const STATES = [
    "investigating",
    "likely-cause",
    "several-candidates",
    "no-likely-cause",
    "recovered",
    "resolved",
  ] as const;
  const LONG = STATES.map((state) => ({ name: `long ${state}`, view: longView(state) }));
  const CARDS = [...CASES.filter(({ kind }) => kind === "root"), ...LONG];

  test.for(CARDS)("$name takes at most twelve lines of a phone, small print included", ({ view }) => {
    expect(phoneHeight(card(view))).toBeLessThanOrEqual(12);
  });

  test.for(LONG)("$name still says each thing that a person needs at least in part", ({ view }) => {
    const said = readAloud(card(view));
    const argued = view.card.why === null ? [] : ["Why", "Against", "Next step"];
    const open = view.state === "resolved" ? [] : [...argued, "not read in full"];

    for (const label of ["ikely", ...open, "Update by"]) expect(said).toContain(label);
    expect(said).toContain("INC-2041");
  });

  test.for(CARDS)("$name has exactly one primary button", ({ view }) => {
    expect(JSON.stringify(card(view)).match(/"style":"primary"/gu)).toHaveLength(1);
  });

  test.for(CARDS)("$name says its state in words, without its colours and signs", ({ view }) => {
    const said = readAloud(card(view))
      .replaceAll(/[^ -~\n]/gu, "")
      .replaceAll("\n", " ");

    expect(said).toMatch(/Investigating|cause|Cause|Recovered|Resolved/u);
    expect(said.includes("Reopened 14:31 UTC, it had been resolved")).toBe(view.reopened && view.state !== "resolved");
  });

  test("offers nothing that its sender would always refuse", () => {
    const view = { ...aView(), isReadOnly: true };
    const open = JSON.stringify(card({ ...view, acknowledgedBy: null }));

    expect(open).not.toContain("pd.ack");
    expect(JSON.stringify(card({ ...view, acknowledgedBy: passed("Ada") }))).not.toContain("pd.resolve");
    expect(open.match(/"style":"primary"/gu)).toHaveLength(1);
  });

  test("a long quote makes room before anything that people need is cut", () => {
    const quoted = passed(
      `checkout-api: its connection pool is exhausted: "${"no free connection ".repeat(5)}" ×326 from 14:10:21Z`,
    );
    const view = aView();
    const said = readAloud(card({ ...view, card: { ...view.card, cause: { ...view.card.cause, text: quoted } } }));

    expect(said).toContain("pool is");
    expect(said).not.toContain("no free connection no free");
  });

  test("its notification is the sentence of the view, nothing else", () => {
    expect(card(aView()).text).toBe(aView().notification);
  });

  test("a resolved incident has no button that acts on it", () => {
    const text = JSON.stringify(card(resolvedView()));

    expect(text).not.toMatch(/pd\.ack|pd\.resolve|hyp\.feedback/u);
  });

  test("each edit gets new block ids", () => {
    expect(blockIds(4)).toEqual(["head:4", "why:4", "act:4", "foot:4"]);
    expect(blockIds(5)).toEqual(["head:5", "why:5", "act:5", "foot:5"]);
  });
});

test("a message that is too long is cut at whole parts, and says how many are missing", () => {
  const blocks = Array.from({ length: 8 }, (_, index) => section(`part${index}`, escaped(passed("long ".repeat(550)))));
  const message = finish({ text: escaped(safe`long`), blocks }, 1);

  expect(problemsOf(message.blocks)).toEqual([]);
  expect(JSON.stringify(message.blocks).length).toBeLessThan(13_000);
  expect(JSON.stringify(message.blocks.at(-1))).toContain("Cut: 4 more parts do not fit in one message");
});

describe("a thread", () => {
  const whole = correctedView();

  test.for(["new", "classic"] as const)("as %s gives each of its buttons a label of its own", (form) => {
    const kinds = ["root", "timeline", "hypotheses"] as const;
    const labels = kinds.flatMap((kind) =>
      [...JSON.stringify(drawn({ kind, view: whole }, form)).matchAll(/"accessibility_label":"([^"]+)"/gu)].map(
        ([, label]) => label,
      ),
    );

    expect(labels.length).toBeGreaterThan(10);
    expect(new Set(labels).size).toBe(labels.length);
  });

  test("shows who answered what about a cause to everybody", () => {
    expect(readAloud(drawn({ kind: "hypotheses", view: whole }, "new"))).toContain('"Not it": Grace');
  });

  test("the arithmetic of a cause has every point, and they add up to its score", () => {
    const [cause] = whole.causes;
    if (cause === undefined) throw new TypeError("the sample has a cause");
    const many = Array.from({ length: 50 }, (_, index) => ({
      ...cause.supporting[0],
      points: index * 7,
      because: safe`reason ${index}`,
      evidenceIds: [],
    }));
    for (const sample of [cause, { ...cause, supporting: many }]) {
      const message = finish(drawArithmetic(whole, sample, { links, recreated: false }), 1);
      const text = JSON.stringify(message.blocks);
      const points = [...text.matchAll(/• ([+−]\d+\.\d) /gu)].map(([, value = "0"]) => Number(value.replace("−", "-")));
      const score = Number(/score ([+−]?\d+\.\d)/u.exec(text)?.[1]?.replace("−", "-"));

      expect(problemsOf(message.blocks)).toEqual([]);
      expect(points.length).toBe(Math.min(30, sample.supporting.length) + sample.against.length);
      expect(points.reduce((sum, value) => sum + value, 0)).toBeCloseTo(score, 5);
    }
  });

  test("a clock that was wrong is a note under the events, not one of them", () => {
    const [row] = aView().timeline;
    if (row === undefined) throw new Error("the sample has rows");
    const text = passed("clock of ip-10-0-3-44 runs 4.2 s fast: 5,768 records; corrected");
    const note = { ...row, role: "context" as const, skewCorrectedMs: -4200, text };
    const view = { ...aView(), timeline: [note, ...aView().timeline] };

    for (const form of ["new", "classic"] as const) {
      const { blocks } = drawn({ kind: "timeline", view }, form);
      const [list, under] = [
        blocks.filter(({ type }) => type !== "context"),
        blocks.filter(({ type }) => type === "context"),
      ];
      expect(JSON.stringify(list)).not.toContain("runs 4.2 s fast");
      expect(JSON.stringify(under)).toContain("Clock of ip-10-0-3-44 runs 4.2 s fast");
    }
  });

  test("a picture brings all of its words along, and the words stand alone where it cannot be shown", () => {
    const view = aView();
    const item = { kind: "timeline", view, chart: { fileId: "F0TIMELINE1" } } as const;

    expect(JSON.stringify(drawn(item, "new"))).toContain(`"alt_text":"${view.chart?.alt}"`);
    for (const message of [drawn(item, "classic"), drawn({ kind: "timeline", view }, "new")]) {
      expect(JSON.stringify(message)).not.toContain("slack_file");
      expect(readAloud(message)).toContain("Errors from");
    }
  });
});
