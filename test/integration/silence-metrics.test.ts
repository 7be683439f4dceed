import nock from "nock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPagerDutyPolling } from "../../src/main/polling.ts";
import { withClient } from "../../src/store/client.ts";
import { type Family, parseExposition } from "../support/exposition-parser.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { pagerDutyAlert } from "../support/limits/alert.ts";
import { PagerDutyAccount } from "../support/pagerduty-account.ts";
import { PagerDutyStub } from "../support/pagerduty-stub.ts";

const TOKEN = "a-token-for-metrics-in-tests";
const PUBLIC_URL = "https://traceops.shop.example";
const TIMEOUT_MS = 90_000;
const POLL = { timeout: 30_000, interval: 50 };
/** Whatever waits for longer than a moment is due now. */
const HURRY = `UPDATE outbox SET not_before = now()
  WHERE done_at IS NULL AND job = 'surface.publish' AND not_before > now() + interval '2 s'`;
const account = new PagerDutyAccount();
const notes = new PagerDutyStub();
const slack = new FakeSlack(() => Date.now());
let install: Install;

beforeAll(async () => {
  nock.disableNetConnect();
  nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
  account.install();
  notes.install();
  account.subscriptions.set("PSUB", { url: `${PUBLIC_URL}/hooks/pagerduty`, isDisabled: false });
  await slack.start();
  install = await startInstall({
    METRICS_TOKEN: TOKEN,
    PUBLIC_URL,
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
    PAGERDUTY_API_TOKEN: "a-token-for-tests",
    PAGERDUTY_FROM_EMAIL: "bot@shop.example",
  });
});
afterAll(async () => {
  await install.stop();
  await slack.stop();
  nock.cleanAll();
  nock.enableNetConnect();
});

type Labels = Readonly<Record<string, string>>;

async function scrape(): Promise<readonly Family[]> {
  const response = await fetch(`${install.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  return parseExposition(await response.text());
}

/** What Prometheus would read now; 0 where there is no such series yet. */
async function valueOf(name: string, labels: Labels = {}): Promise<number> {
  const samples = (await scrape()).flatMap((family) => family.samples);
  const found = samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value),
  );
  return found?.value ?? 0;
}

/** The same, to be asked again and again. */
const metric =
  (name: string, labels: Labels = {}) =>
  () =>
    valueOf(name, labels);

const sql = (text: string) => withClient(install.databaseUrl, (client) => client.query(text));
/** Nothing of the test before is still on its way. */
const quiet = () =>
  eventually(async () => {
    const due = "done_at IS NULL AND quarantined_at IS NULL AND not_before < now() + interval '6 s'";
    const { rowCount } = await sql(`SELECT 1 FROM outbox WHERE ${due}`);
    return rowCount === 0 ? true : null;
  });
const tell = (service: string) => install.webhook(pagerDutyAlert({ id: `Q${service.toUpperCase()}`, service }));

describe("each metric of the program's own state moves when its thing happens, and goes back", () => {
  test("a forged webhook: signature_failures_total", async () => {
    const labels = { source: "pagerduty" };
    const before = await valueOf("traceops_signature_failures_total", labels);
    await fetch(`${install.url}/hooks/pagerduty`, { method: "POST", body: "{}" });

    await expect.poll(metric("traceops_signature_failures_total", labels), POLL).toBe(before + 1);
  });

  test("a signed webhook that nobody can read, and a job that cannot run: quarantined_total", async () => {
    const webhooks = await valueOf("traceops_quarantined_total", { what: "webhooks" });
    const jobs = await valueOf("traceops_quarantined_total", { what: "jobs" });
    expect(await install.webhook({ event: "nonsense" })).toBe(202);
    await sql(`INSERT INTO outbox (tenant, job, payload, created_at, not_before)
               VALUES ('default', 'feedback.learn', '{"nothing":"of use"}', now(), now())`);

    await expect.poll(metric("traceops_quarantined_total", { what: "webhooks" }), POLL).toBe(webhooks + 1);
    await expect.poll(metric("traceops_quarantined_total", { what: "jobs" }), POLL).toBe(jobs + 1);
  });

  test("a secret in a title: redactions_total{rule}", async () => {
    const before = await valueOf("traceops_redactions_total", { rule: "card" });
    const alert = pagerDutyAlert({ id: "QCARD", service: "payments" });
    await install.webhook(
      JSON.parse(JSON.stringify(alert).replace("Error rate", "Paid with 4111 1111 1111 1111, rate")),
    );

    await expect.poll(metric("traceops_redactions_total", { rule: "card" }), POLL).toBeGreaterThan(before);
  });

  test("an alert on its way to a card: last_success_timestamp{source,sink}", async () => {
    const begun = Date.now() / 1_000;
    await tell("checkout");

    for (const [source, sink] of [
      ["pagerduty", "inbox"],
      ["pagerduty", "incident"],
      ["incident", "answer"],
      ["incident", "slack"],
    ] as const) {
      await expect
        .poll(metric("traceops_last_success_timestamp_seconds", { source, sink }), POLL)
        .toBeGreaterThanOrEqual(Math.floor(begun));
    }
  });

  test(
    "a queue that nobody works through: inbox_oldest_undone_seconds and outbox_lag",
    async () => {
      // As if every worker were gone: none of them can begin anything.
      await sql("ALTER TABLE outbox RENAME COLUMN attempts TO attempts_away");
      await sql(`INSERT INTO outbox (tenant, job, payload, created_at, not_before)
               VALUES ('default', 'delivery.process', '{"inboxId":"0"}', now() - interval '3 s', now() - interval '3 s')`);

      await expect.poll(metric("traceops_inbox_oldest_undone_seconds"), POLL).toBeGreaterThan(4);
      await expect.poll(metric("traceops_outbox_lag_seconds"), POLL).toBeGreaterThan(4);
      await sql("ALTER TABLE outbox RENAME COLUMN attempts_away TO attempts");
      await expect.poll(metric("traceops_inbox_oldest_undone_seconds"), POLL).toBe(0);
      await expect.poll(metric("traceops_outbox_lag_seconds"), POLL).toBeLessThan(4);
    },
    TIMEOUT_MS,
  );

  test(
    "a post whose answer is lost where nobody may look: ambiguous_messages",
    async () => {
      await quiet();
      const before = await valueOf("traceops_ambiguous_messages");
      slack.workspace.breakNext("chat.postMessage", { kind: "reset-after" });
      slack.workspace.breakNext("conversations.history", { kind: "refuse", code: "missing_scope" });
      await tell("basket");
      await eventually(async () => {
        const { rowCount } = await sql("SELECT 1 FROM outbound_message WHERE state = 'settling'");
        return rowCount === 1 ? true : null;
      });
      // Half a minute later. The job that met the fault may still be about to say when it comes back.
      await sql("UPDATE outbound_message SET attempt_at = attempt_at - interval '1 minute' WHERE state = 'settling'");
      await expect
        .poll(async () => {
          await sql(HURRY);
          return valueOf("traceops_ambiguous_messages");
        }, POLL)
        .toBe(before + 1);
    },
    TIMEOUT_MS,
  );

  test(
    "a message that is refused for good: failed_messages; a card that a person deletes is none",
    async () => {
      await quiet();
      const before = await valueOf("traceops_failed_messages");
      slack.workspace.refusingChannels.set("C0INCIDENTS", "is_archived");
      await tell("search");
      await expect.poll(metric("traceops_failed_messages"), POLL).toBe(before + 1);
      slack.workspace.refusingChannels.clear();
      // Five minutes later.
      await eventually(async () => {
        const { rowCount } = await sql("DELETE FROM mark WHERE name LIKE 'slack/closed/%'");
        return rowCount === 0 ? null : true;
      });
      const acknowledged = pagerDutyAlert({ id: "QSEARCH", service: "search", type: "acknowledged" });
      await install.webhook(acknowledged);
      await expect.poll(metric("traceops_failed_messages"), POLL).toBe(before);

      for (const { ts } of slack.workspace.roots()) slack.workspace.deleteByPerson(ts);
      const gone = slack.workspace.callsOf("chat.update").length;
      await install.webhook(pagerDutyAlert({ id: "QSEARCH", service: "search", type: "resolved" }));
      await eventually(() => (slack.workspace.callsOf("chat.update").length > gone ? true : null));
      expect(await valueOf("traceops_failed_messages")).toBe(before);
    },
    TIMEOUT_MS,
  );

  test(
    "a subscription that PagerDuty stopped, and started again: subscription_enabled",
    async () => {
      const subscription = account.subscriptions.get("PSUB");
      if (subscription === undefined) throw new Error("there is no subscription");
      const stop = startPagerDutyPolling(install.program.wiring, 200);
      const labels = { source: "pagerduty" };

      await expect.poll(metric("traceops_subscription_enabled", labels), POLL).toBe(1);
      subscription.isDisabled = true;
      await expect.poll(metric("traceops_subscription_enabled", labels), POLL).toBe(0);
      subscription.isDisabled = false;
      await expect.poll(metric("traceops_subscription_enabled", labels), POLL).toBe(1);
      await stop();
    },
    TIMEOUT_MS,
  );

  test("how full the disk of the data folder is: data_disk_used_ratio", async () => {
    const used = await valueOf("traceops_data_disk_used_ratio");

    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThanOrEqual(1);
  });
});
