import nock from "nock";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "../../src/app/actor.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { PagerDutyStub } from "../support/pagerduty-stub.ts";
import { text } from "../support/sample-incident.ts";

const ANN = "ann@shop.example";
const BOT = "bot@shop.example";
const ann: Actor = {
  kind: "slack-user",
  tenant: DEFAULT_TENANT,
  id: "T0ACME/U0ANN",
  name: text("Ann Lee"),
  email: ANN,
  principal: {
    kind: "slack",
    tenant: DEFAULT_TENANT,
    standing: "member",
    names: ["u0ann"],
    isWorkspaceAdmin: false,
  },
};
const annThere = { id: "PANN", type: "user_reference", summary: "Ann Lee" };
const boThere = { id: "PBO", type: "user_reference", summary: "Bo Chief" };
const botThere = { id: "PBOT", type: "user_reference", summary: "TraceOps Bot" };

const pagerDuty = new PagerDutyStub();
let slack: FakeSlack;
let install: Install;
let database: pg.Client;
let events = 0;

beforeAll(async () => {
  nock.disableNetConnect();
  nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
  pagerDuty.users = new Set([ANN, BOT]);
  pagerDuty.install();
  slack = new FakeSlack(() => Date.now());
  await slack.start();
  install = await startInstall({
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
    PAGERDUTY_API_TOKEN: "a-token-for-tests",
    PAGERDUTY_FROM_EMAIL: BOT,
  });
  database = new pg.Client({ connectionString: install.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await install?.stop();
  await slack?.stop();
  nock.cleanAll();
  nock.enableNetConnect();
});

test("an acknowledgement from here comes back as PagerDuty's webhook without an echo", async () => {
  const { incident } = await begin("QACK", "basket");
  const before = pagerDuty.posts;
  const replies = repliesIn(slack);

  expect(
    await install.program.wiring.verbs.setStatus(ann, { incidentId: incident.id, status: "acknowledged" }),
  ).toEqual({
    kind: "done",
  });
  await tell("incident.acknowledged", { agent: annThere, data: incidentData("QACK", "basket", "acknowledged") });
  await tell("incident.acknowledged", { agent: annThere, data: incidentData("QACK", "basket", "acknowledged") });
  const after = await install.answerWhen((answer) => answer.incident.status === "acknowledged", "QACK");
  await quiet();

  expect(pagerDuty.changes).toEqual([{ incident: "QACK", status: "acknowledged", from: ANN }]);
  expect(after.incident).toMatchObject({ id: incident.id, acknowledgedBy: "Ann Lee", alertCount: 1 });
  expect(after.notes).toEqual([]);
  expect(pagerDuty.posts).toBe(before);
  expect(repliesIn(slack)).toBe(replies);
  expect(await install.incidents()).toHaveLength(1);
});

test("a note from here stands in PagerDuty once and once on the timeline; one from there comes here once and is not sent back", async () => {
  const { incident } = await begin("QNOTE", "till");
  await install.program.wiring.verbs.addNote(ann, {
    incidentId: incident.id,
    text: text("restarted the till workers"),
  });
  const sent = await eventually(() => fromPeople()[0] ?? null);
  await tell("incident.annotated", { agent: botThere, data: noteData(sent.id, sent.content) });
  await tell("incident.annotated", { agent: botThere, data: noteData(sent.id, sent.content) });
  // The same note in the log of the incident, as PagerDuty's API tells it besides.
  const created_at = new Date().toISOString();
  const words = "rolled the price list back";
  pagerDuty.logEntries.push(
    { id: "R1", type: "annotate_log_entry", created_at, agent: boThere, channel: { type: "note", summary: words } },
    { id: "R2", type: "annotate_log_entry", created_at, agent: botThere, channel: { summary: sent.content } },
  );
  await tell("incident.annotated", { agent: boThere, data: noteData("PNOTEBO", words) });
  await tell("incident.annotated", { agent: boThere, data: noteData("PNOTEBO", words) });
  const answer = await install.answerWhen(
    ({ notes, analysis }) => notes.length > 1 && JSON.stringify(analysis?.timeline ?? []).includes(words),
    "QNOTE",
  );
  await quiet();
  const rows = (answer.analysis?.timeline ?? []).filter(({ role }) => role === "person").map((row) => row.text);

  expect(answer.notes.map(({ who, text: said, actorKind }) => `${actorKind} ${who}: ${said}`)).toEqual([
    "slack-user Ann Lee: restarted the till workers",
    `webhook Bo Chief: ${words}`,
  ]);
  expect(rows.filter((row) => row.includes("restarted the till workers"))).toHaveLength(1);
  expect(rows.filter((row) => row.includes(words))).toHaveLength(1);
  expect(fromPeople().map(({ content, from }) => `${from} ${content.split("\n")[0]}`)).toEqual([
    `${BOT} Ann Lee (Slack): restarted the till workers`,
  ]);
});

/** Opens an incident by PagerDuty's webhook and waits until it is answered and all is told. */
async function begin(id: string, service: string) {
  await tell("incident.triggered", { agent: null, data: incidentData(id, service, "triggered") });
  const answer = await install.answerWhen(({ analysis }) => analysis !== null, id);
  await eventually(() => pagerDuty.notes.find(({ incident }) => incident === id) ?? null);
  await quiet();
  return answer;
}

async function tell(event_type: string, { agent, data }: { readonly agent: object | null; readonly data: object }) {
  const id = `01EVENT${(events += 1)}`;
  const occurred_at = new Date().toISOString();
  const event = { id, event_type, resource_type: "incident", occurred_at, agent, client: null, data };
  expect(await install.webhook({ event })).toBe(202);
}

function incidentData(id: string, service: string, status: string): object {
  return {
    id,
    type: "incident",
    title: `${service} is slow`,
    status,
    urgency: "high",
    html_url: `https://shop.pagerduty.com/incidents/${id}`,
    created_at: new Date().toISOString(),
    service: { id: "PSVC", type: "service_reference", summary: service },
    priority: null,
  };
}

function noteData(id: string, content: string): object {
  const incident = { id: "QNOTE", type: "incident_reference", summary: "till is slow" };
  return { id, type: "incident_note", content, incident, trimmed: false };
}

function fromPeople() {
  return pagerDuty.notes.filter(({ content, incident }) => incident === "QNOTE" && !content.startsWith("TraceOps: "));
}

function repliesIn({ workspace }: FakeSlack): number {
  return workspace.messages.filter(({ threadTs, deleted }) => threadTs !== null && !deleted).length;
}

/** Until no work is due: whatever an event causes has happened by then. */
async function quiet(): Promise<void> {
  await eventually(async () => {
    const { rows } = await database.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM outbox WHERE done_at IS NULL AND quarantined_at IS NULL AND not_before <= now() + interval '4 seconds'",
    );
    return rows[0]?.n === 0 ? true : null;
  });
}
