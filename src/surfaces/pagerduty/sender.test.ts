import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PagerDutyStub } from "../../../test/support/pagerduty-stub.ts";
import { text } from "../../../test/support/sample-incident.ts";
import type { Actor } from "../../app/actor.ts";
import { DEFAULT_TENANT, epochMs } from "../../core/ids.ts";
import { createPagerDutyClient } from "../../platform/clients/pagerduty-rest.ts";
import { createRedactor } from "../../platform/redaction/redact.ts";
import { createPagerDutySender } from "./sender.ts";

const ANN = "ann@shop.example";
const BOT = "bot@shop.example";
const ann: Actor = { kind: "slack-user", tenant: DEFAULT_TENANT, id: "T1/U1", name: text("Ann"), email: ANN };
const { email: _email, ...nameless } = ann;

const senderOf = (from: string | null = BOT) =>
  createPagerDutySender({
    client: createPagerDutyClient({
      token: "k",
      host: "api.pagerduty.com",
      clock: { nowMs: () => epochMs(0) },
      tryTimeoutMs: 1000,
      libraryPauseMs: 1,
    }),
    from,
    redactor: createRedactor({ pseudonymKey: "k" }),
  });

let remote: PagerDutyStub;
beforeEach(() => {
  nock.disableNetConnect();
  remote = new PagerDutyStub();
  remote.users = new Set([ANN, BOT]);
  remote.install();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test("a person whom PagerDuty knows acts there under the own name, and nothing is written beside it", async () => {
  expect(await senderOf().setStatus("Q1", "acknowledged", ann)).toEqual({ status: "done" });
  expect(remote.changes).toEqual([{ incident: "Q1", status: "acknowledged", from: ANN }]);
  expect(remote.posts).toBe(0);
});

describe("a person whom PagerDuty does not know", () => {
  beforeEach(() => {
    remote.users = new Set([BOT]);
  });

  test("is acted for by the configured user; a note names the person, and the answer says so", async () => {
    const outcome = await senderOf().setStatus("Q1", "resolved", ann);

    expect(remote.changes).toEqual([{ incident: "Q1", status: "resolved", from: BOT }]);
    expect(remote.notes).toMatchObject([
      { from: BOT, incident: "Q1", content: expect.stringMatching(/^Ann \(Slack\) resolved/u) },
    ]);
    expect(remote.notes[0]?.content).toContain("[traceops status]");
    expect(remote.notes[0]?.content).not.toContain(ANN);
    expect(outcome).toEqual({
      status: "done",
      remark:
        "PagerDuty has no user with your Slack e-mail address, so PagerDuty shows the user of TraceOps as the one who did it. A note there names you.",
    });
  });

  test("hears it when the note that names them could not be written", async () => {
    nock.cleanAll();
    nock("https://api.pagerduty.com").persist().post(/notes/u).reply(500, {});
    remote.install();
    expect(await senderOf().setStatus("Q1", "acknowledged", ann)).toMatchObject({
      remark: expect.stringContaining("could not be written; please write one there"),
    });
  });

  test("is refused without a configured user, with what to do, and nothing is changed", async () => {
    expect(await senderOf(null).setStatus("Q1", "resolved", ann)).toEqual({
      status: "refused",
      because:
        "PagerDuty has no user with your Slack e-mail address. Ask a PagerDuty admin to add it, or an administrator of TraceOps to set PAGERDUTY_FROM_EMAIL.",
    });
    expect(remote.changes).toEqual([]);
  });

  test("finds what somebody else did already as done, and the incident is not given to the configured user", async () => {
    remote.statuses.set("Q1", "acknowledged");

    expect(await senderOf().setStatus("Q1", "acknowledged", ann)).toEqual({
      status: "done",
      remark: "It was acknowledged in PagerDuty already.",
    });
    expect({ changes: remote.changes, posts: remote.posts }).toEqual({ changes: [], posts: 0 });
  });

  test("hears it when the configured user is unknown too", async () => {
    remote.users = new Set();

    expect(await senderOf().setStatus("Q1", "resolved", ann)).toMatchObject({
      status: "refused",
      because: expect.stringContaining("no user with the address in PAGERDUTY_FROM_EMAIL"),
    });
  });
});

test.each([
  ["whose address Slack did not tell", nameless, "Slack did not tell your e-mail address"],
  ["whose address no header can hold", { ...ann, email: "ann\r\nX-Other: 1@shop.example" }, "no user with your Slack"],
  ["of the web page", { ...nameless, kind: "web-user" } as const, "TraceOps does not know who you are in PagerDuty"],
])("a person %s is acted for by the configured user, or is told why not", async (_, actor, words) => {
  const done = await senderOf().setStatus("Q1", "acknowledged", actor);
  const refused = await senderOf(null).setStatus("Q2", "acknowledged", actor);

  expect(done).toMatchObject({ status: "done", remark: expect.stringContaining(words) });
  expect(refused).toMatchObject({ status: "refused", because: expect.stringContaining(words) });
  expect(remote.changes).toEqual([{ incident: "Q1", status: "acknowledged", from: BOT }]);
});

test.each(["acknowledged", "resolved"] as const)(
  "what is resolved there already counts as done: %s",
  async (status) => {
    remote.statuses.set("Q1", "resolved");

    expect(await senderOf().setStatus("Q1", status, ann)).toEqual({
      status: "done",
      remark: "It was resolved in PagerDuty already.",
    });
  },
);

test("a person who may not do it there is not helped by the configured user's rights", async () => {
  remote.faults.push("forbidden");

  expect(await senderOf().setStatus("Q1", "resolved", ann)).toMatchObject({
    status: "refused",
    because: expect.stringContaining("may not change incidents"),
  });
  expect(remote.changes).toEqual([]);
});

test("without an answer the person is told to look before another try", async () => {
  remote.faults.push("lost-request", "lost-request", "lost-request");

  expect(await senderOf().setStatus("Q1", "resolved", ann)).toMatchObject({
    because: expect.stringContaining("look there before you try again"),
  });
});

test("an incident that PagerDuty does not know any more is a sentence", async () => {
  nock.cleanAll();
  nock("https://api.pagerduty.com")
    .put("/incidents/Q9")
    .reply(404, { error: { message: "Not Found", code: 2100 } });

  expect(await senderOf().setStatus("Q9", "resolved", ann)).toMatchObject({
    because: "PagerDuty does not know this incident any more.",
  });
});

describe("who is on call", () => {
  test("is whoever is called first for exactly this service", async () => {
    remote.services.push(
      { name: "basket-archive", escalation_policy: { id: "EP2" } },
      { name: "Basket", escalation_policy: { id: "EP1" } },
    );
    remote.onCalls.set("EP1", [
      { escalation_level: 2, user: { summary: "Bo Chief" } },
      { escalation_level: 1, user: { summary: "Ann Lee" } },
      { escalation_level: 1, user: { summary: "Ann Lee" } },
    ]);

    expect(await senderOf().onCall?.("basket")).toEqual(["Ann Lee"]);
  });

  test("nobody is an empty list; not being able to look is null", async () => {
    remote.services.push({ name: "basket", escalation_policy: { id: "EP1" } });
    expect(await senderOf().onCall?.("basket")).toEqual([]);
    expect(await senderOf().onCall?.("till")).toBeNull();

    nock.cleanAll();
    nock("https://api.pagerduty.com")
      .get("/services")
      .query(true)
      .reply(403, { error: { message: "no" } });
    expect(await senderOf().onCall?.("basket")).toBeNull();
  });
});
