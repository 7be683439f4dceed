import nock from "nock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { type Install, startInstall, WEBHOOK_SECRET } from "../support/install.ts";
import { PagerDutyStub } from "../support/pagerduty-stub.ts";
import { type CollectedSpan, type Collector, startCollector } from "../support/tracing-collector.ts";

const SECRET = "plumtart-hunter2-s3cr3t";
const [INTERNAL, SERVER, CLIENT, CONSUMER] = [1, 2, 3, 5];
const pagerDuty = new PagerDutyStub();
let collector: Collector;
let slack: FakeSlack;
let install: Install;
let spans: readonly CollectedSpan[];

/** One incident from a webhook that carries a secret everywhere, up to its card in Slack and its note in PagerDuty. */
beforeAll(async () => {
  nock.disableNetConnect();
  nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
  pagerDuty.install();
  pagerDuty.logEntries.push({ id: "R1", type: "note_log_entry", channel: { summary: SECRET } });
  collector = await startCollector();
  slack = new FakeSlack(() => Date.now());
  await slack.start();
  install = await startInstall({
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
    PAGERDUTY_API_TOKEN: SECRET,
    PAGERDUTY_FROM_EMAIL: "bot@shop.example",
    INGEST_TOKENS: "a-token-of-applications",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRET}`,
  });
  await sendTelemetry();
  // The second one is a repetition.
  for (let time = 0; time < 2; time++) await sendWebhook();
  const forged = { "x-pagerduty-signature": `v1=${"0".repeat(64)}`, "content-type": "application/json" };
  await fetch(`${install.url}/hooks/pagerduty`, { method: "POST", body: SECRET, headers: forged });
  await fetch(`${install.url}/hooks/${SECRET}`, { method: "POST", body: SECRET });
  spans = await collector.when(
    (all) =>
      named(all, "publish slack").length > 0 &&
      named(all, "publish pagerduty").some((span) => below(all, span).some(({ kind }) => kind === CLIENT)) &&
      named(all, "process incident.investigate").some((span) => below(all, span).length > 3) &&
      named(all, "POST /hooks/:source").length >= 3,
  );
});
afterAll(async () => {
  await install?.stop();
  await slack?.stop();
  await collector?.stop();
  nock.cleanAll();
  nock.enableNetConnect();
});

const named = (all: readonly CollectedSpan[], name: string) => all.filter((span) => span.name === name);
const below = (all: readonly CollectedSpan[], { traceId, spanId }: CollectedSpan) =>
  all.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);
const outcomes = (name: string) => named(spans, name).map(({ attributes }) => attributes["traceops.outcome"]);

function sendWebhook(): Promise<number> {
  const created = new Date().toISOString();
  const data = {
    id: `Q${SECRET}`,
    title: `Error rate above 5 % for basket, password=${SECRET}`,
    status: "triggered",
    urgency: "high",
    html_url: `https://shop.pagerduty.example/incidents/Q1?token=${SECRET}`,
    created_at: created,
    service: { id: `P${SECRET}`, summary: `basket-${SECRET}` },
    priority: null,
  };
  const event = {
    id: `E${SECRET}`,
    event_type: "incident.triggered",
    resource_type: "incident",
    occurred_at: created,
    agent: null,
    client: null,
    data,
  };
  return deliverSigned({ url: install.url, secret: WEBHOOK_SECRET }, { event });
}

async function sendTelemetry(): Promise<void> {
  const answer = await fetch(`${install.url}/v1/traces`, {
    method: "POST",
    headers: { authorization: "Bearer a-token-of-applications", "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [] }),
  });
  if (answer.status !== 200) throw new Error(`telemetry was answered with ${answer.status}`);
}

test("every webhook of a known source is a server's span with its route, source, outcome and status", () => {
  const hooks = named(spans, "POST /hooks/:source");

  expect(hooks.map(({ kind }) => kind)).toEqual(hooks.map(() => SERVER));
  expect(hooks.map(({ attributes }) => attributes["http.response.status_code"])).toEqual(["202", "202", "401"]);
  expect(outcomes("POST /hooks/:source")).toEqual(["accepted", "duplicate", "refused"]);
  expect(hooks[0]?.attributes).toEqual({
    "http.request.method": "POST",
    "http.route": "/hooks/:source",
    "http.response.status_code": "202",
    "traceops.source": "pagerduty",
    "traceops.outcome": "accepted",
  });
});

test("the job that works on a webhook links to the request that brought it, and leads to its incident", async () => {
  const [hook] = named(spans, "POST /hooks/:source");
  const [job] = named(spans, "process delivery.process");
  const [incident] = await install.incidents();

  expect(job).toMatchObject({
    kind: CONSUMER,
    links: [{ traceId: hook?.traceId, spanId: hook?.spanId }],
    attributes: {
      "messaging.system": "traceops",
      "messaging.operation.type": "process",
      "messaging.operation.name": "process",
      "messaging.destination.name": "delivery.process",
      "messaging.message.id": expect.any(String),
      "traceops.inbox.id": expect.any(String),
      "traceops.job.attempt": "1",
      "traceops.outcome": "done",
    },
  });
  expect(job?.traceId).not.toBe(hook?.traceId);
  expect(job && below(spans, job)).toMatchObject([
    {
      name: "apply alert",
      kind: INTERNAL,
      attributes: { "traceops.alert.decision": "open", "traceops.incident.id": incident?.id },
    },
  ]);
});

test("an investigation holds a span for each source, with what became of it, and one for the analysis", async () => {
  const [incident] = await install.incidents();
  const [job] = named(spans, "process incident.investigate").filter((each) => below(spans, each).length > 3);
  const children = job ? below(spans, job) : [];
  const gathered = children.filter(({ name }) => name.startsWith("gather "));
  const statuses = new Set(gathered.map(({ attributes }) => attributes["traceops.evidence.status"]));

  expect(gathered).toHaveLength(install.program.wiring.evidence.length);
  expect(statuses).toContain("not-configured");
  expect([...statuses].every((status) => ["found", "empty", "failed", "not-configured"].includes(String(status)))).toBe(
    true,
  );
  expect(children.filter(({ name }) => name === "analyze")).toMatchObject([
    { attributes: { "traceops.analysis.verdict": expect.any(String), "traceops.incident.id": incident?.id } },
  ]);
  expect(children.every(({ attributes }) => attributes["traceops.incident.id"] === incident?.id)).toBe(true);
});

test("every surface that draws is a span in its job, with the calls to Slack and PagerDuty in it", () => {
  const drawn = ["slack", "pagerduty"].flatMap((surface) =>
    named(spans, `publish ${surface}`).map((span) => ({
      surface,
      job: spans.find(({ spanId }) => spanId === span.parentSpanId)?.name,
      calls: below(spans, span).map(({ name, kind }) => [name, kind]),
    })),
  );

  expect([...new Set(drawn.map(({ job }) => job))]).toEqual(["process surface.publish"]);
  expect(drawn.filter(({ surface }) => surface === "slack").flatMap(({ calls }) => calls)).toContainEqual([
    "POST /api/chat.postMessage",
    CLIENT,
  ]);
  expect(drawn.filter(({ surface }) => surface === "pagerduty").flatMap(({ calls }) => calls)).toContainEqual([
    "POST /incidents/{id}/notes",
    CLIENT,
  ]);
});

test("a secret that a webhook, a vendor or a setting holds is in no byte that was exported, and no error has a text", () => {
  const bytes = Buffer.concat(collector.bodies).toString("latin1");

  expect(bytes).toContain("POST /hooks/:source");
  expect(bytes).not.toContain(SECRET);
  expect(bytes).not.toMatch(/hunter2|Error rate|shop\.|basket/u);
  expect(spans.flatMap(({ events }) => events)).toEqual([]);
  expect(spans.map(({ status }) => status.message ?? "").join("")).toBe("");
});

test("telemetry that is sent to this program, pages and unknown addresses make no span, so that it cannot feed itself", () => {
  const roots = new Set(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name));
  const known =
    /^(?:POST \/hooks\/:source|process (?:delivery\.process|incident\.investigate|surface\.publish|feedback\.learn)|(?:GET|POST) \/\w+(?:\/\{id\})?)$/u;

  expect([...roots].filter((name) => !known.test(name))).toEqual([]);
  expect(Buffer.concat(collector.bodies).includes("/v1/")).toBe(false);
});
