import { afterAll, beforeAll, expect, test } from "vitest";
import { checkHealth } from "../../src/main/health.ts";
import { withClient } from "../../src/store/client.ts";
import { traceops } from "../support/command-line.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { pagerDutyAlert } from "../support/limits/alert.ts";

const TIMEOUT_MS = 90_000;
const slack = new FakeSlack(() => Date.now());
let install: Install;

beforeAll(async () => {
  await slack.start();
  install = await startInstall({
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
  });
}, TIMEOUT_MS);
afterAll(async () => {
  await install.stop();
  await slack.stop();
});

const sql = (text: string) => withClient(install.databaseUrl, (client) => client.query(text));

/** Half a minute passes for a message that waits for it. */
async function hurry(): Promise<void> {
  await sql("UPDATE outbound_message SET attempt_at = attempt_at - interval '1 minute' WHERE state = 'settling'");
  await sql("UPDATE outbox SET not_before = now() WHERE done_at IS NULL AND job = 'surface.publish'");
}

async function command(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await traceops(["requeue", ...args], { env: { DATABASE_URL: install.databaseUrl } });
  expect([code, err]).toEqual([0, expect.not.stringContaining("rror")]);
  return err + out;
}

const doctor = async () => {
  const findings = await checkHealth(install.program.wiring.config, install.program.wiring);
  return findings.filter(({ part }) => part === "messages: slack").map(({ text }) => text);
};

test(
  "a card that may or may not stand stays a person's business until requeue --ambiguous posts it once more, with its thread",
  async () => {
    slack.workspace.breakNext("chat.postMessage", { kind: "error-before" });
    slack.workspace.breakNext("conversations.history", { kind: "refuse", code: "missing_scope" });
    await install.webhook(pagerDutyAlert({ id: "QBASKET", service: "basket" }));
    await eventually(async () => {
      await hurry();
      const { rowCount } = await sql("SELECT 1 FROM outbound_message WHERE state = 'ambiguous'");
      return rowCount === 1 ? true : null;
    });
    expect(await doctor()).toEqual([expect.stringContaining("traceops requeue --ambiguous")]);

    expect(await command()).not.toContain("once more");
    expect(slack.workspace.roots()).toEqual([]);
    const said = await command("--ambiguous");

    expect(said).toContain("is there twice");
    expect(said).toContain("1 messages are posted once more");
    const card = await eventually(() => slack.workspace.roots()[0] ?? null);
    await eventually(() => (slack.workspace.replies(card.ts).length === 2 ? true : null));
    expect(await doctor()).toEqual([]);
    expect(await command("--ambiguous")).toContain("0 messages are posted once more");
  },
  TIMEOUT_MS,
);
