import { afterEach, beforeEach, expect, test } from "vitest";
import { press } from "../support/fake-slack/deliveries.ts";
import { anAnswer } from "../support/fake-slack/sample-answers.ts";
import { Stage } from "../support/fake-slack/stage.ts";
import { forEachTransport } from "../support/fake-slack/transports.ts";

let stage: Stage;

const asked = async (extra: object) => {
  const value = JSON.stringify({ v: 1, i: "INC-2041", r: 4, ...extra });
  await stage.send(press({ user: "U0ADA", action: "hyp.why", value, responseUrl: stage.fake.responseUrl }));
  return stage.until(() => stage.fake.workspace.responses.at(-1));
};

forEachTransport((transport) => {
  beforeEach(async () => {
    stage = new Stage(anAnswer());
    await stage.start(transport);
  });
  afterEach(() => stage.stop());

  test("the arithmetic is shown to whoever asks, every point of it, and to nobody else", async () => {
    const answer = await asked({ h: "h1" });
    const words = JSON.stringify(answer);

    expect(answer).toMatchObject({ response_type: "ephemeral", replace_original: false });
    for (const points of ["score +5.2", "+2.4 ", "+2.3 ", "+1.0 ", "−0.5 "]) expect(words).toContain(points);
    expect(words).not.toContain("drawn earlier");
  });

  test("of a cause that is no suspect any more says so, with what is true now", async () => {
    expect(JSON.stringify(await asked({ h: "h9" }))).toMatch(
      /no suspect any more.*Now: P1 checkout-api: likely cause/u,
    );
  });

  test("on an older drawing comes with what is true now", async () => {
    expect(JSON.stringify(await asked({ h: "h1", r: 3 }))).toMatch(/score \+5\.2.*Now: P1 checkout-api/u);
  });
});
