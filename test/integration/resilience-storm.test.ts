import { setTimeout as wait } from "node:timers/promises";
import nock from "nock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { retold } from "../../src/cli/deliver.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { withClient } from "../../src/store/client.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";

const ALERTS = 100;
const OVER_MS = 10_000;
const scenario = generateScenario("two-am");

describe("a storm of a hundred alerts of one root within ten seconds", () => {
  let slack: FakeSlack;
  let install: Install;
  const firstAnswer = { afterMs: Number.POSITIVE_INFINITY };
  const firstCard = { afterMs: Number.POSITIVE_INFINITY };

  beforeAll(async () => {
    nock.disableNetConnect();
    nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
    slack = new FakeSlack(() => Date.now());
    await slack.start();
    install = await startInstall({
      SLACK_BOT_TOKEN: "xoxb-test",
      SLACK_SIGNING_SECRET: "test-signing-secret",
      SLACK_CHANNEL: "C0INCIDENTS",
      SLACK_API_URL: slack.apiUrl,
    });
    install.tell(scenario);
    await storm();
  });
  afterAll(async () => {
    await install?.stop();
    await slack?.stop();
    nock.enableNetConnect();
  });

  async function storm(): Promise<void> {
    const begunMs = performance.now();
    const since = () => performance.now() - begunMs;
    const watching = Promise.all([
      install
        .answerWhen(({ analysis }) => analysis !== null)
        .then(() => Object.assign(firstAnswer, { afterMs: since() })),
      eventually(() => cards()[0] ?? null).then(() => Object.assign(firstCard, { afterMs: since() })),
    ]);
    const sent = Array.from({ length: ALERTS }, async (_, index) => {
      await wait((OVER_MS / ALERTS) * index);
      return install.webhook(retold(scenario.alert, `S${index}`));
    });
    expect(new Set(await Promise.all(sent))).toEqual(new Set([202]));
    await watching;
    await install.answerWhen(({ incident }) => incident.alertCount === ALERTS);
    await eventually(async () =>
      (await count("outbox WHERE done_at IS NULL AND not_before < now() + interval '30 seconds'")) === 0 ? true : null,
    );
  }

  const count = (from: string) =>
    withClient(install.databaseUrl, async (client) => {
      const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`);
      return rows[0]?.n ?? -1;
    });
  const cards = () => slack.workspace.messages.filter(({ threadTs, deleted }) => threadTs === null && !deleted);

  test("is one incident with one card and at most eight replies", async () => {
    expect(await install.incidents()).toHaveLength(1);
    expect(cards()).toHaveLength(1);
    const replies = slack.workspace.messages.filter(({ threadTs, deleted }) => threadTs !== null && !deleted);
    expect(replies.length).toBeLessThanOrEqual(8);
  });

  test("shows its card and its first answer while the storm goes on", () => {
    expect(firstCard.afterMs).toBeLessThan(5_000);
    expect(firstAnswer.afterMs).toBeLessThan(8_000);
  });

  test("is looked into a handful of times, the last time with every alert", async () => {
    const { analysis } = await install.answerWhen(({ analysis: given }) => given !== null);
    const answers = await count("analysis");
    expect(answers).toBeLessThanOrEqual(4);
    expect(analysis).not.toBeNull();
    expect(
      await count(
        `analysis JOIN incident ON incident.id = analysis.incident_id AND incident.revision = analysis.revision`,
      ),
    ).toBe(1);
  });
});
