import nock from "nock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { PagerDutyAccount } from "../support/pagerduty-account.ts";
import { PagerDutyStub } from "../support/pagerduty-stub.ts";

describe("an install without a public URL that polls PagerDuty", () => {
  const account = new PagerDutyAccount();
  const notes = new PagerDutyStub();
  let install: Install;
  beforeAll(async () => {
    nock.disableNetConnect();
    nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
    account.install();
    notes.install();
    install = await startInstall({
      PAGERDUTY_API_TOKEN: "a-token-for-tests",
      PAGERDUTY_FROM_EMAIL: "bot@acme.example",
      PAGERDUTY_POLL_SECONDS: "1",
    });
  });
  afterAll(async () => {
    await install?.stop();
    nock.cleanAll();
    nock.enableNetConnect();
  });

  test("opens, acknowledges and resolves the incident without any webhook, through an outage of PagerDuty", async () => {
    account.open("QPOLLED", { title: "Checkout is slow", service: "checkout" });
    const opened = await incidentWhen(install, "triggered");
    account.step("QPOLLED", "acknowledge", "Jo Doe");
    const acknowledged = await incidentWhen(install, "acknowledged");
    account.outage = 500;
    account.step("QPOLLED", "resolve");
    await eventually(() => (account.turnedAway > 0 ? true : null));
    account.outage = null;
    const resolved = await incidentWhen(install, "resolved");

    expect(opened).toMatchObject({
      title: "Checkout is slow",
      service: "checkout",
      severity: "critical",
      external: [{ source: "pagerduty", externalId: "QPOLLED", url: "https://acme.pagerduty.com/incidents/QPOLLED" }],
    });
    expect(acknowledged.acknowledgedBy).toBe("Jo Doe");
    expect(resolved).toMatchObject({ id: opened.id, acknowledgedBy: "Jo Doe", reopened: false, alertCount: 1 });
    expect(await install.incidents()).toHaveLength(1);
  });

  test("rounds that find nothing new change nothing", async () => {
    const before = await install.incidents();
    await nextRound(account);
    await nextRound(account);

    expect(await install.incidents()).toEqual(before);
  });

  test("a webhook that tells the same as a round opens no second incident", async () => {
    account.open("QTWICE", { title: "Search is down", service: "search" });
    const [status] = await Promise.all([
      install.webhook(triggered("QTWICE", { title: "Search is down", service: "search" })),
      nextRound(account).then(() => nextRound(account)),
    ]);
    await eventually(async () => ((await isStored(install, "search")) ? true : null));
    const found = (await install.incidents()).filter(({ service }) => service === "search");

    expect(status).toBe(202);
    expect(found).toMatchObject([{ status: "triggered", alertCount: 1 }]);
  });

  test("what people did in PagerDuty is in the timeline of the answer", async () => {
    const { analysis } = await install.answerWhen(
      (answer) => answer.analysis?.timeline.some(({ role }) => role === "person") === true,
      "QPOLLED",
    );
    const row = analysis?.timeline.find(({ role }) => role === "person");
    const records = analysis?.evidence.filter(({ id }) => row?.evidenceIds.includes(id)) ?? [];

    expect(row?.text).toContain("Jo Doe");
    expect(records).toMatchObject([
      { source: expect.stringMatching(/pagerduty/iu), ref: expect.stringContaining("R") },
    ]);
    expect(analysis?.gaps.map(({ source }) => source)).not.toContain("PagerDuty");
  });

  test("the polled incident gets its one note in PagerDuty", async () => {
    await eventually(() => (notes.notes.some(({ incident }) => incident === "QPOLLED") ? true : null));

    expect(notes.notes.filter(({ incident }) => incident === "QPOLLED")).toHaveLength(1);
  });
});

function incidentWhen(install: Install, status: string) {
  return eventually(async () => (await install.incidents()).find((incident) => incident.status === status) ?? null);
}

async function isStored(install: Install, wanted: string): Promise<boolean> {
  return (await install.incidents()).some(({ service }) => service === wanted);
}

/** Waits until the account was asked for its list once more: what it said the time before is stored by then. */
async function nextRound(account: PagerDutyAccount): Promise<void> {
  const before = account.rounds;
  await eventually(() => (account.rounds > before ? true : null));
}

function triggered(id: string, { title, service }: { readonly title: string; readonly service: string }): object {
  const at = new Date().toISOString();
  return {
    event: {
      id: `event-of-${id}`,
      event_type: "incident.triggered",
      resource_type: "incident",
      occurred_at: at,
      agent: null,
      client: null,
      data: {
        id,
        type: "incident",
        title,
        status: "triggered",
        urgency: "high",
        html_url: `https://acme.pagerduty.com/incidents/${id}`,
        created_at: at,
        service: { id: "PSVC2", type: "service_reference", summary: service },
        priority: null,
      },
    },
  };
}
