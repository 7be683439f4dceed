import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../../src/store/client.ts";
import { type Family, parseExposition } from "../support/exposition-parser.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";

const TOKEN = "a-token-for-metrics-in-tests";
let install: Install;

beforeAll(async () => {
  install = await startInstall({ METRICS_TOKEN: TOKEN });
});

afterAll(async () => {
  await install.stop();
});

async function scrape(): Promise<readonly Family[]> {
  const response = await fetch(`${install.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parseExposition(await response.text());
}

const valueOf = (families: readonly Family[], name: string, labels: Readonly<Record<string, string>> = {}) =>
  families
    .flatMap(({ samples }) => samples)
    .find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value),
    )?.value;

const webhook = (id: string) => ({
  event: {
    id,
    event_type: "incident.triggered",
    resource_type: "incident",
    occurred_at: new Date().toISOString(),
    agent: null,
    client: null,
    data: {
      id: `Q${id}`,
      title: "Error rate above 5 % for card 4111 1111 1111 1111",
      status: "triggered",
      urgency: "high",
      html_url: "https://pagerduty.example.com/incidents/Q1",
      created_at: new Date().toISOString(),
      service: { id: "P1", summary: "checkout" },
      priority: null,
    },
  },
});

test("a webhook, a forged one and the answer show up in what Prometheus reads", async () => {
  expect(await install.webhook(webhook("m1"))).toBe(202);
  const forged = await fetch(`${install.url}/hooks/pagerduty`, { method: "POST", body: "{}" });
  expect(forged.status).toBe(401);
  await install.answerWhen(({ analysis }) => analysis !== null);

  const families = await eventually(async () => {
    const now = await scrape();
    return valueOf(now, "traceops_answer_duration_seconds_count") === 1 ? now : null;
  });

  expect(valueOf(families, "traceops_webhooks_total", { source: "pagerduty", outcome: "accepted" })).toBe(1);
  expect(valueOf(families, "traceops_signature_failures_total", { source: "pagerduty" })).toBe(1);
  expect(valueOf(families, "traceops_redactions_total", { rule: "card" })).toBeGreaterThan(0);
  expect(valueOf(families, "traceops_webhook_duration_seconds_count", { source: "pagerduty" })).toBe(2);
  const reached = valueOf(families, "traceops_last_success_timestamp_seconds", {
    source: "pagerduty",
    sink: "incident",
  });
  expect(Math.abs((reached ?? 0) - Date.now() / 1_000)).toBeLessThan(60);
  expect(valueOf(families, "traceops_database_up")).toBe(1);
  expect(valueOf(families, "traceops_quarantined_total", { what: "webhooks" })).toBe(0);
  expect(valueOf(families, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
});

test("what is stuck is counted where it lies", async () => {
  await withClient(install.databaseUrl, async (client) => {
    await client.query(`
      INSERT INTO outbox (tenant, job, payload, created_at, not_before, quarantined_at) VALUES
        ('default', 'delivery.process', '{}', now() - interval '100 s', now() - interval '90 s', now()),
        ('default', 'unheard-of', '{}', now() - interval '100 s', now() + interval '1 h', null)`);
    await client.query(`
      INSERT INTO outbound_message (tenant, incident_id, surface, kind, ordinal, state, nonce)
      VALUES ('default', 'INC-9', 'slack', 'root', 0, 'ambiguous', 'n')`);
    const families = await scrape();
    await client.query("DELETE FROM outbox WHERE job = 'unheard-of' OR quarantined_at IS NOT NULL");

    expect(valueOf(families, "traceops_quarantined_total", { what: "jobs" })).toBe(1);
    expect(valueOf(families, "traceops_ambiguous_messages")).toBe(1);
    expect(valueOf(families, "traceops_outbox_undone")).toBeGreaterThan(0);
  });
});

test("nobody without the token reads metrics, also not from this machine", async () => {
  const without = await fetch(`${install.url}/metrics`);
  const wrong = await fetch(`${install.url}/metrics`, {
    headers: { authorization: "Bearer another-token-of-some-length" },
  });

  expect([without.status, wrong.status]).toEqual([401, 401]);
});

test("without a token only programs on this machine read metrics: no proxy, no page whose name was turned to us", async () => {
  const open = await startInstall();
  const { port } = new URL(open.url);
  const ask = (headers: Readonly<Record<string, string>>) =>
    new Promise<number>((resolve, reject) => {
      const call = request({ host: "127.0.0.1", port, path: "/metrics", headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on("error", reject);
      call.end();
    });
  const statuses = await Promise.all([
    ask({}),
    ask({ "x-forwarded-for": "203.0.113.9" }),
    ask({ host: "attacker.example.com" }),
    ask({ origin: "https://attacker.example.com" }),
  ]);
  await open.stop();

  expect(statuses).toEqual([200, 403, 403, 403]);
});
