import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { PostOffice } from "../support/fake-slack/post-office.ts";
import { anAnswer, aView, investigatingView } from "../support/fake-slack/sample-answers.ts";
import { someProgress } from "../support/fake-slack/sample-views.ts";

let office: PostOffice;

beforeEach(async () => {
  office = new PostOffice();
  await office.start();
});
afterEach(() => office.stop());

const slack = () => office.fake.workspace;
const uploads = () => slack().callsOf("files.getUploadURLExternal");
const cards = () => slack().roots();
const thread = () => slack().replies(cards()[0]?.ts ?? "");
const timeline = () => thread().find(({ text }) => text.startsWith("Timeline"));
const picture = () => /"slack_file":\{"id":"([^"]+)"/u.exec(JSON.stringify(timeline()?.blocks))?.[1];

/** The same incident with more errors in its chart. */
function withErrors(errors: number): IncidentAnswer {
  const view = aView();
  if (view.chart === null) throw new Error("the sample has a chart");
  const chart = { ...view.chart, errors: [...view.chart.errors.slice(0, -1), errors] };
  return anAnswer({ view: { ...view, chart }, sequence: 10 + errors });
}

describe("the chart", () => {
  test("is uploaded without a channel after every word was said, and stands in the timeline with its text", async () => {
    await office.publishUntilDone(anAnswer());

    const order = slack().calls.map(({ method }) => method);
    expect(order.indexOf("files.getUploadURLExternal")).toBeGreaterThan(order.lastIndexOf("chat.postMessage"));
    expect(slack().callsOf("files.completeUploadExternal")[0]?.body).not.toHaveProperty("channel_id");
    const [file] = slack().files;
    expect(picture()).toBe(file?.id);
    expect(file?.bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(JSON.stringify(timeline()?.blocks)).toContain("alt_text");
  });

  test("is not uploaded again while it shows the same, also by another worker", async () => {
    await office.publishUntilDone(anAnswer());
    office.clock.advance(600_000);

    await office.publishUntilDone(anAnswer({ view: aView({ alertCount: 7 }), sequence: 9 }));

    expect(uploads()).toHaveLength(1);
  });

  test("that changes with every alert is uploaded once a minute at most, the last one too", async () => {
    await office.publishUntilDone(anAnswer());
    const startedAt = office.clock.nowMs();
    for (let second = 0; second < 150; second += 10) {
      await office.publish(withErrors(100 + second));
      office.clock.advance(10_000);
    }
    await office.publishUntilDone(withErrors(999));

    const minutes = Math.ceil((office.clock.nowMs() - startedAt) / 60_000);
    expect(uploads().length).toBeLessThanOrEqual(1 + minutes);
    expect(picture()).toBe(slack().files.at(-1)?.id);
  });

  test.for(["missing_scope", "internal_error"])("that Slack does not take (%s) leaves its words", async (code) => {
    slack().breakNext("files.getUploadURLExternal", { kind: "refuse", code });

    await office.publish(anAnswer());

    expect(picture()).toBeUndefined();
    expect(thread()).toHaveLength(2);
    expect(office.messages.row("timeline")?.problem).toBeNull();
  });

  test("that is not ready yet is tried once more later, then left out; the new form of the message stays", async () => {
    slack().breakNext("chat.update", { kind: "refuse", code: "invalid_blocks" });

    await office.publish(anAnswer());
    expect(picture()).toBeUndefined();
    await office.publishUntilDone(anAnswer());
    expect(picture()).toBe(slack().files[0]?.id);

    slack().breakNext("chat.update", { kind: "refuse", code: "invalid_blocks" });
    office.clock.advance(61_000);
    await office.publish(withErrors(500));
    slack().breakNext("chat.update", { kind: "refuse", code: "invalid_blocks" });
    await office.publishUntilDone(withErrors(500));
    const before = slack().calls.length;
    office.clock.advance(61_000);
    await office.publishUntilDone(withErrors(500));

    expect(slack().calls).toHaveLength(before);
    expect(uploads()).toHaveLength(2);
  });
});

const looking = (): IncidentAnswer =>
  anAnswer({ view: investigatingView(), analysis: null, sequence: 1, progress: someProgress() });

describe("a first look that takes long", () => {
  test("shows in the thread what is being read, and the causes take that message over", async () => {
    await office.publishUntilDone(looking());
    expect(thread().map(({ text }) => text)).toEqual([expect.stringContaining("TraceOps is investigating")]);
    const [progress] = thread();

    office.clock.advance(4000);
    await office.publishUntilDone(anAnswer());

    expect(thread()).toHaveLength(2);
    expect(thread().find(({ ts }) => ts === progress?.ts)?.text).toContain("2 possible causes");
  });

  test("in a workspace without plans says it in words, and the causes keep their newer form", async () => {
    slack().unknownBlocks.add("plan");

    await office.publishUntilDone(looking());
    expect(JSON.stringify(thread()[0]?.blocks)).toContain("Investigating");
    await office.publishUntilDone(anAnswer());

    expect(JSON.stringify(thread()[0]?.blocks)).toContain('"container"');
  });

  test("makes few edits however often it says something new", async () => {
    const base = someProgress();
    for (let second = 0; second < 30; second++) {
      const tasks = base.tasks.map((task) => ({ ...task, id: `${task.id}-${second}` }));
      await office.publish({ ...looking(), progress: { ...base, tasks } });
      office.clock.advance(1000);
    }

    expect(slack().callsOf("chat.update").length).toBeLessThanOrEqual(9);
  });
});
