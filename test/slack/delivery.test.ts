import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { DEFAULT_TENANT, incidentId } from "../../src/core/ids.ts";
import { PostOffice } from "../support/fake-slack/post-office.ts";
import { anAnswer, aView, investigatingView, resolvedView } from "../support/fake-slack/sample-answers.ts";

let office: PostOffice;

beforeEach(async () => {
  office = new PostOffice();
  await office.start();
});
afterEach(() => office.stop());

const firstLook = anAnswer({ view: investigatingView(), analysis: null, sequence: 1 });
const change = (number: number, alertCount = number + 2): IncidentAnswer =>
  anAnswer({ view: aView({ alertCount }), sequence: 10 + number });
const slack = () => office.fake.workspace;
const calls = (method: string) => slack().callsOf(method);
const cards = (channel?: string) => slack().roots(channel);
const thread = () => slack().replies(cards()[0]?.ts ?? "");
const stuck = () => office.messages.stuck(DEFAULT_TENANT, "slack", 20);

describe("many changes at once", () => {
  test("fifty within five seconds make at most eight edits of each message, and the last one is shown", async () => {
    await office.publishUntilDone(anAnswer());
    for (let number = 0; number < 50; number++) {
      await office.publish(change(number));
      office.clock.advance(100);
    }
    await office.publishUntilDone(change(49));

    const edits = calls("chat.update").length;
    expect(edits).toBeGreaterThan(1);
    expect(edits).toBeLessThanOrEqual(8);
    expect(JSON.stringify(cards()[0]?.blocks)).toContain("51 alerts");
  });

  test("the first edits after a pause go out at once", async () => {
    await office.publishUntilDone(anAnswer());

    for (const number of [1, 2, 3]) expect(await office.publish(change(number))).toEqual({ status: "done" });

    expect(calls("chat.update").filter(({ body }) => body["ts"] === cards()[0]?.ts)).toHaveLength(3);
  });
});

test("older words of a worker that stood still while another one edited do not stay on the card", async () => {
  await office.publishUntilDone(firstLook);
  const [older, newer] = [change(1), change(2)];
  const frozen = office.worker();
  const { cooldowns } = frozen;
  const asked = cooldowns.blockOf.bind(cooldowns);
  let isOvertaken = false;
  cooldowns.blockOf = async (method, spot) => {
    const block = await asked(method, spot);
    // It has drawn already; before its call goes out the newer answer is told by somebody else.
    if (method === "chat.update" && !isOvertaken) {
      isOvertaken = true;
      await office.publishUntilDone(newer);
    }
    return block;
  };

  expect(await office.publish(older, frozen)).toMatchObject({ status: "again" });
  expect(JSON.stringify(cards()[0]?.blocks)).toContain("3 alerts");
  await office.publishUntilDone(newer);

  expect(isOvertaken).toBe(true);
  expect(JSON.stringify(cards()[0]?.blocks)).toContain("4 alerts");
});

/** What happens in the moment of the first move to this state, before or after it is stored. */
function atFirstMove(state: string, happens: { readonly before?: () => Promise<void>; readonly after?: () => void }) {
  const { messages } = office;
  const move = messages.move.bind(messages);
  let isFirst = true;
  messages.move = async (row, to) => {
    const isIt = isFirst && to.state === state;
    if (isIt) isFirst = false;
    if (isIt) await happens.before?.();
    const isMoved = await move(row, to);
    if (isIt) happens.after?.();
    return isMoved;
  };
}

describe("a worker that stands still in the middle of a post", () => {
  test("posts nothing when it wakes more than two seconds after its claim", async () => {
    atFirstMove("sending", { after: () => office.clock.advance(2_001) });

    expect(await office.publish(anAnswer())).toMatchObject({
      status: "again",
      because: "the claim was too old to use",
    });
    expect(calls("chat.postMessage")).toHaveLength(0);
    await office.publishUntilDone(anAnswer());

    expect(cards()).toHaveLength(1);
  });

  test("takes its card away again when another one was made meanwhile", async () => {
    atFirstMove("posted", {
      before: async () => {
        // Others did not find it, because it was not there yet.
        for (const [id, row] of office.messages.rows) {
          office.messages.rows.set(id, { ...row, state: "pending", nonce: "", remote: null, attemptAtMs: null });
        }
        await office.publishUntilDone(anAnswer());
      },
    });

    await office.publish(anAnswer());
    await office.publishUntilDone(anAnswer());

    expect(calls("chat.delete")).toHaveLength(1);
    expect(cards()).toHaveLength(1);
    expect(thread()).toHaveLength(2);
  });

  test("keeps its card when nobody has made another one yet", async () => {
    atFirstMove("posted", {
      before: async () => {
        for (const [id, row] of office.messages.rows) office.messages.rows.set(id, { ...row, state: "settling" });
      },
    });

    await office.publish(anAnswer());
    await office.publishUntilDone(anAnswer());

    expect(calls("chat.delete")).toHaveLength(0);
    expect(cards()).toHaveLength(1);
  });
});

describe("a limit", () => {
  test.for(["chat.update", "chat.postMessage"])(
    "of %s holds for a worker that was just started, and for other incidents of the channel",
    async (method) => {
      const other = { ...anAnswer().incident, id: incidentId("INC-2042") };
      if (method === "chat.update") {
        await office.publishUntilDone(firstLook);
        await office.publishUntilDone({ ...firstLook, incident: other });
        // So that the replies do not wait for their turn.
        office.clock.advance(10_000);
      }
      slack().breakNext(method, { kind: "rate-limit", retryAfterS: 40 });
      const asked = await office.publish(anAnswer());
      const before = calls(method).length;

      expect(asked).toMatchObject({ status: "again", notBeforeMs: office.clock.nowMs() + 40_000 });
      office.clock.advance(39_000);
      expect(await office.publish(anAnswer({ incident: other }))).toMatchObject({ status: "again" });
      expect(calls(method)).toHaveLength(before);

      office.clock.advance(1000);
      await office.publishUntilDone(anAnswer());
      expect(cards()[0]?.text).toBe(aView().notification);
    },
  );
});

describe("an answer that comes late or twice", () => {
  test("a post that is stored after its connection broke is found, not repeated", async () => {
    slack().breakNext("chat.postMessage", { kind: "stored-late", ms: 50 });

    await office.publish(anAnswer());
    await sleep(150);
    await office.publishUntilDone(anAnswer());

    expect(cards()).toHaveLength(1);
    expect(thread()).toHaveLength(2);
  });

  test.for(["silence-after", "silence-before"] as const)("(%s) ends in one card with its thread", async (kind) => {
    slack().breakNext("chat.postMessage", { kind });

    await office.publishUntilDone(anAnswer());

    expect(cards()).toHaveLength(1);
    expect(thread()).toHaveLength(2);
  });

  test("a call that was carried out twice and whose answer was lost leaves one message", async () => {
    slack().breakNext("chat.postMessage", { kind: "doubled", isAnswerLost: true });

    await office.publish(firstLook);
    expect(cards()).toHaveLength(2);
    await office.publishUntilDone(firstLook);

    expect(cards()).toHaveLength(1);
    expect(office.messages.row("root")?.remote?.id).toBe(cards()[0]?.ts);
  });

  test("an old edit that arrives after a newer one does not have the last word", async () => {
    await office.publishUntilDone(anAnswer());
    slack().breakNext("chat.update", { kind: "stored-late", ms: 120 });
    await office.publish(change(1, 3));
    office.clock.advance(5000);
    const newer = change(2, 9);
    const outcome = await office.publish(newer);
    await sleep(250);
    expect(JSON.stringify(cards()[0]?.blocks)).toContain("3 alerts");
    expect(outcome).toMatchObject({ status: "again" });

    await office.publishUntilDone(newer);

    expect(JSON.stringify(cards()[0]?.blocks)).toContain("9 alerts");
  });

  test("an edit that Slack answered with an error is over: one more brings the words, and none follows half a minute later", async () => {
    await office.publishUntilDone(anAnswer());
    slack().breakNext("chat.update", { kind: "error-before" });
    const begunMs = office.clock.nowMs();
    await office.publishUntilDone(change(1, 3));

    expect(JSON.stringify(cards()[0]?.blocks)).toContain("3 alerts");
    expect(calls("chat.update").filter(({ body }) => body["ts"] === cards()[0]?.ts)).toHaveLength(2);
    expect(office.clock.nowMs() - begunMs).toBeLessThan(15_000);
  });
});

describe("a channel that takes nothing", () => {
  test.for(["channel_not_found", "is_archived", "not_in_channel", "restricted_action"])(
    "(%s) is called once; the card stands in the default channel, and doctor says what to do",
    async (code) => {
      office.channel = "C0PAYMENTS";
      slack().refusingChannels.set("C0PAYMENTS", code);

      await office.publishUntilDone(anAnswer());
      await office.publishUntilDone(change(1));

      expect(cards("C0INCIDENTS")).toHaveLength(1);
      expect(thread()).toHaveLength(2);
      expect(calls("chat.postMessage").filter(({ body }) => body["channel"] === "C0PAYMENTS")).toHaveLength(1);
      expect(office.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
      expect((await stuck()).map(({ problem }) => problem)).toEqual([expect.stringContaining("C0PAYMENTS")]);
    },
  );

  test("and is the only one there: the job says that nobody was told, and makes one call", async () => {
    slack().refusingChannels.set("C0INCIDENTS", "is_archived");

    expect(await office.publishUntilDone(anAnswer())).toEqual({ status: "done", untold: true });
    expect(await office.publishUntilDone(change(1))).toEqual({ status: "done", untold: true });

    expect(calls("chat.postMessage")).toHaveLength(1);
    expect(await stuck()).toHaveLength(1);
  });

  test("archived while the card stands: one edit, then one new card in the default channel with its thread", async () => {
    office.channel = "C0PAYMENTS";
    await office.publishUntilDone(anAnswer());
    slack().refusingChannels.set("C0PAYMENTS", "is_archived");

    await office.publishUntilDone(change(1));
    await office.publishUntilDone(change(2));

    expect(cards("C0INCIDENTS")).toHaveLength(1);
    expect(slack().replies(cards("C0INCIDENTS")[0]?.ts ?? "")).toHaveLength(2);
    const [old] = cards("C0PAYMENTS");
    expect(calls("chat.update").filter(({ body }) => body["ts"] === old?.ts)).toHaveLength(1);
  });

  test("a refused token closes the whole workspace: one call for all of it", async () => {
    office.channel = "C0PAYMENTS";
    slack().breakNext("chat.postMessage", { kind: "refuse", code: "token_revoked" });

    expect(await office.publish(anAnswer())).toEqual({ status: "done", untold: true });
    expect(await office.publish(change(1))).toEqual({ status: "done", untold: true });

    expect(calls("chat.postMessage")).toHaveLength(1);
    expect((await stuck())[0]?.problem).toContain("install the app again");
  });
});

describe("a muted service", () => {
  test("gets no new card before the mute ends, then one if it is still open", async () => {
    const untilMs = office.clock.nowMs() + 60_000;
    office.mutedUntilMs = untilMs;

    expect(await office.publish(anAnswer())).toMatchObject({ status: "again" });
    office.clock.advance(50_000);
    expect(await office.publish(anAnswer())).toMatchObject({ status: "again", notBeforeMs: untilMs });
    expect(await office.publish(anAnswer({ view: resolvedView() }))).toEqual({ status: "done" });
    expect(slack().calls).toHaveLength(0);

    await office.publishUntilDone(anAnswer());
    expect(cards()).toHaveLength(1);
  });

  test("gets its card soon after somebody took the mute back", async () => {
    office.mutedUntilMs = office.clock.nowMs() + 3_600_000;
    const outcome = await office.publish(anAnswer());
    office.mutedUntilMs = 0;

    const waitMs = outcome.status === "again" ? outcome.notBeforeMs - office.clock.nowMs() : 0;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(60_000);
    await office.publishUntilDone(anAnswer());
    expect(cards()).toHaveLength(1);
  });

  test("keeps the card it has up to date", async () => {
    await office.publishUntilDone(firstLook);
    office.mutedUntilMs = office.clock.nowMs() + 60_000;

    await office.publish(anAnswer());

    expect(cards()[0]?.text).toBe(aView().notification);
  });
});

describe("a reply whose thread was deleted", () => {
  test("is taken out of the channel later when Slack does not let us at once", async () => {
    await office.publishUntilDone(firstLook);
    slack().deleteByPerson(cards()[0]?.ts ?? "");
    slack().breakNext("chat.delete", { kind: "rate-limit", retryAfterS: 20 });
    const sameCard = { ...aView(), ...investigatingView(), timeline: aView().timeline };

    await office.publishUntilDone(anAnswer({ view: sameCard, sequence: 2 }));

    expect(cards()).toHaveLength(1);
    expect(thread()).toHaveLength(2);
    expect(calls("chat.delete")).toHaveLength(2);
  });
});
