import { afterEach, beforeEach, expect, test } from "vitest";
import { mention, press, slashCommand } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";

let stage: Stage;

beforeEach(() => {
  stage = new Stage(anAnswer());
});
afterEach(() => stage.stop());

test("over Socket Mode, commands, presses and mentions are acknowledged and answered", async () => {
  await stage.start("socket");
  const { responseUrl } = stage.fake;
  const value = JSON.stringify({ v: 1, i: "INC-2041", r: 4, h: "h1", a: "yes" });
  const sent = [
    slashCommand({ user: "U0ADA", text: "status", responseUrl }),
    press({ user: "U0ADA", action: "hyp.feedback", value, responseUrl, kind: "feedback_buttons" }),
    mention({ user: "U0ADA", text: "ack", ts: "5.5", eventId: "Ev1" }),
  ];

  for (const [index, { envelope, payload }] of sent.entries()) {
    stage.fake.line.send({ type: envelope, envelope_id: `env-${index}`, payload, accepts_response_payload: true });
    await stage.fake.line.acknowledgedSoon(`env-${index}`);
  }

  await stage.until(() => stage.fake.workspace.responses[1]);
  await stage.until(() => stage.fake.workspace.callsOf("chat.postMessage")[0]);
  expect(stage.verbs.of("recordFeedback")).toMatchObject([["T0ACME/U0ADA", "Ada", { verdict: "yes" }]]);
  expect(stage.verbs.of("setStatus")).toMatchObject([["T0ACME/U0ADA", "Ada", { status: "acknowledged" }]]);
});

test("a refused app-level token stops the start and names the setting", async () => {
  stage.fake.workspace.refusedTokens.set("xapp-test", "invalid_auth");

  await expect(stage.start("socket")).rejects.toThrow(/SLACK_APP_TOKEN \(invalid_auth\)/u);
});

test("a line that breaks comes back by itself, and what is sent then is heard", async () => {
  await stage.start("socket");

  stage.fake.line.close();
  await expect.poll(() => stage.fake.line.isOpen, { timeout: 20_000 }).toBe(true);

  expect(await stage.send(slashCommand({ user: "U0ADA", text: "status", responseUrl: stage.fake.responseUrl }))).toBe(
    200,
  );
  await stage.until(() => stage.fake.workspace.responses[0]);
});
