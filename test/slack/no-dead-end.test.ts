import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../dev/slack/workspace.ts";
import type { JobOutcome } from "../../src/app/jobs/catalog.ts";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../src/core/ids.ts";
import { PostOffice } from "../support/fake-slack/post-office.ts";
import { anAnswer, aView } from "../support/fake-slack/sample-answers.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LUNCH = "lunch?";

let office: PostOffice;

beforeEach(async () => {
  office = new PostOffice();
  await office.start();
});
afterEach(() => office.stop());

const workspace = () => office.fake.workspace;
const posts = (channel?: string) =>
  workspace()
    .callsOf("chat.postMessage")
    .filter(({ body }) => channel === undefined || body["channel"] === channel);
const looks = () => workspace().callsOf("conversations.history");
const cards = () =>
  workspace()
    .roots("C0INCIDENTS")
    .filter(({ text }) => text !== LUNCH);
const root = () => office.messages.row("root");
const problems = async () => (await office.messages.stuck(DEFAULT_TENANT, "slack", 9)).map(({ problem }) => problem);

/** An answer whose incident changed just now. */
function fresh(more: Partial<IncidentAnswer["view"]> = {}): IncidentAnswer {
  return anAnswer({ view: aView({ updatedAtMs: epochMs(office.clock.nowMs()), ...more }) });
}

/** From now on every call of this method goes wrong like this; null repairs it. */
function breaks(method: string, fault: Fault | null): void {
  const take = workspace().takeFault.bind(workspace());
  workspace().takeFault = (asked) => (asked === method ? fault : take(asked));
}

/** What the jobs do until then, each at the time it asked for; the last outcome. */
async function workFor(ms: number, answer: IncidentAnswer): Promise<JobOutcome> {
  const untilMs = office.clock.nowMs() + ms;
  for (;;) {
    const outcome = await office.publish(answer);
    if (outcome.status === "done" || outcome.notBeforeMs > untilMs) {
      office.clock.advance(Math.max(0, untilMs - office.clock.nowMs()));
      return outcome;
    }
    office.clock.advance(Math.max(0, outcome.notBeforeMs - office.clock.nowMs()));
  }
}

async function write(count: number, more: object = {}): Promise<void> {
  const one = () =>
    fetch(new URL("chat.postMessage", office.fake.apiUrl), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer xoxb-test" },
      body: JSON.stringify({ channel: "C0INCIDENTS", text: LUNCH, ...more }),
    }).then((response) => response.text());
  for (let done = 0; done < count; done += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - done) }, one));
  }
}

describe("a Slack that stores nothing and says so for three hours", () => {
  test("gets a post every few minutes, others are told meanwhile, and the card comes with its thread when it is over", async () => {
    const answer = fresh();
    breaks("chat.postMessage", { kind: "error-before" });

    expect(await workFor(3 * HOUR, answer)).toMatchObject({ status: "again", untold: true });

    expect(posts().length).toBeGreaterThan(20);
    expect(posts().length).toBeLessThan(45);
    const gaps = posts().map(({ atMs }, index) => atMs - (posts()[index - 1]?.atMs ?? 0));
    expect(Math.max(...gaps.slice(1))).toBeLessThanOrEqual(6 * MINUTE);
    expect(await problems()).toEqual([expect.stringContaining("stores none of them")]);

    breaks("chat.postMessage", null);
    expect(await workFor(6 * MINUTE, answer)).toEqual({ status: "done" });
    expect(cards()).toHaveLength(1);
    expect(workspace().replies(cards()[0]?.ts ?? "")).toHaveLength(2);
    expect(await problems()).toEqual([]);
  });

  test("is left alone a day after the last change of the incident; the next change tries again", async () => {
    breaks("chat.postMessage", { kind: "error-before" });

    expect(await workFor(DAY + HOUR, fresh())).toEqual({ status: "done", untold: true });
    const before = posts().length;
    breaks("chat.postMessage", null);
    await workFor(HOUR, fresh({ alertCount: 7 }));

    expect(posts().length).toBeGreaterThan(before);
    expect(cards()).toHaveLength(1);
  });
});

describe("a post whose answer is lost", () => {
  beforeEach(() => workspace().breakNext("chat.postMessage", { kind: "reset-after" }));

  test.for(["token_revoked", "invalid_auth", "no_permission", "not_in_channel", "channel_not_found"])(
    "and a look that is refused with %s: it is looked for again every five minutes and found, nothing is posted twice",
    async (code) => {
      const answer = fresh();
      breaks("conversations.history", { kind: "refuse", code });

      await workFor(MINUTE, answer);
      await office.publish(fresh({ alertCount: 9 }));
      expect(looks()).toHaveLength(1);
      expect(await workFor(HOUR, answer)).toMatchObject({ status: "again", untold: true });
      expect(root()?.state).toBe("settling");
      expect(looks().length).toBeLessThanOrEqual(13);
      expect(posts()).toHaveLength(1);
      expect(await problems()).toEqual([expect.not.stringContaining("look into the channel")]);

      breaks("conversations.history", null);
      expect(await workFor(6 * MINUTE, answer)).toEqual({ status: "done" });
      expect(cards()).toHaveLength(1);
      expect(workspace().replies(cards()[0]?.ts ?? "")).toHaveLength(2);
      expect(await problems()).toEqual([]);
    },
  );

  test("is found although more was written since than may be read", { timeout: 60_000 }, async () => {
    const answer = fresh();
    await office.publish(answer);
    office.clock.advance(HOUR);
    await write(1_050);

    await workFor(MINUTE, answer);

    expect(cards()).toHaveLength(1);
    expect(root()).toMatchObject({ state: "posted", problem: null });
  });

  test.for([12, null, { a: 1 }])("is found beside another app's message with the nonce %j", async (nonce) => {
    const answer = fresh();
    await office.publish(answer);
    await write(1, { metadata: { event_type: "deploy_started", event_payload: { nonce } } });
    await write(1, { metadata: { event_type: "traceops_message", event_payload: { nonce } } });

    await workFor(2 * MINUTE, answer);

    expect(root()).toMatchObject({ state: "posted", problem: null });
  });

  test("and answers of Slack that nobody can read: a person is asked to look after an hour", async () => {
    const answer = fresh();
    await office.publish(answer);
    const worker = office.worker();
    let asked = 0;
    const history = async () => ({ ok: true, messages: "?", number: (asked += 1) });
    Object.assign(worker.routing.clientOf(null).conversations, { history });
    office.worker = () => worker;

    await workFor(50 * MINUTE, answer);
    expect(root()?.state).toBe("settling");
    expect(await workFor(30 * MINUTE, answer)).toMatchObject({ status: "done" });

    expect(root()?.state).toBe("ambiguous");
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(70);
  });

  test("and a Slack that answers no look for a day: the next change of the incident looks again", async () => {
    breaks("conversations.history", { kind: "error-before" });
    expect(await workFor(DAY + HOUR, fresh())).toMatchObject({ status: "done", untold: true });
    expect(await problems()).toEqual([expect.stringContaining("could not be asked")]);

    breaks("conversations.history", null);
    await workFor(HOUR, fresh({ alertCount: 7 }));

    expect(cards()).toHaveLength(1);
    expect(root()).toMatchObject({ state: "posted", problem: null });
  });
});

describe("a channel that the bot is not in, without another one", () => {
  test("gets one call every five minutes, and the card soon after somebody invited the bot", async () => {
    const answer = fresh();
    workspace().refusingChannels.set("C0INCIDENTS", "not_in_channel");

    expect(await workFor(10 * MINUTE, answer)).toMatchObject({ status: "again", untold: true });
    expect(posts().length).toBeLessThanOrEqual(3);

    workspace().refusingChannels.clear();
    expect(await workFor(5 * MINUTE, answer)).toEqual({ status: "done" });
    expect(cards()).toHaveLength(1);
    expect(workspace().replies(cards()[0]?.ts ?? "")).toHaveLength(2);
  });

  test("is left alone a day after the last change of the incident", async () => {
    workspace().refusingChannels.set("C0INCIDENTS", "not_in_channel");

    expect(await workFor(DAY + HOUR, fresh())).toEqual({ status: "done", untold: true });
    expect(posts().length).toBeLessThanOrEqual(290);
  });
});

/** Thirty incidents that changed just now. */
const thirty = () =>
  Array.from({ length: 30 }, (_, index) => ({
    ...fresh(),
    incident: { ...anAnswer().incident, id: incidentId(`INC-${index}`) },
  }));

describe("thirty incidents that wait for a channel that the bot is not in", () => {
  test("make one call every five minutes together, and all stand soon after somebody invited the bot", async () => {
    const all = thirty();
    const round = () => Promise.all(all.map((answer) => office.publish(answer)));
    workspace().refusingChannels.set("C0INCIDENTS", "not_in_channel");
    await office.publish(all[0] ?? fresh());
    await round();
    expect(posts()).toHaveLength(1);

    office.clock.advance(5 * MINUTE);
    await round();
    expect(posts()).toHaveLength(2);
    office.clock.advance(5 * MINUTE);
    await round();
    expect(posts()).toHaveLength(3);

    workspace().refusingChannels.clear();
    office.clock.advance(5 * MINUTE);
    for (let second = 0; second < 240 && cards().length < 30; second += 2) {
      await round();
      office.clock.advance(2_000);
    }
    expect(cards()).toHaveLength(30);
  });
});
