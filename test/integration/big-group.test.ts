import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../../src/store/client.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";

const TOKEN = "a-token-of-alertmanager-for-tests";
const ALERTS = 5_000;
const ACCEPTED_BYTES = 4_194_304;
const PATIENCE_MS = 150_000;

let install: Install;
beforeAll(async () => {
  install = await startInstall({ ALERTMANAGER_WEBHOOK_TOKENS: TOKEN });
});
afterAll(() => install?.stop());

/** One evaluation of one rule in an outage of everything: all begin at the same moment. */
function group(status: "firing" | "resolved", startsAt: string, count = ALERTS) {
  const alerts = Array.from({ length: count }, (_, number) => ({
    status,
    labels: {
      alertname: "TargetDown",
      service: "parcel-depot",
      severity: "critical",
      instance: `10.${number >> 8}.${number & 255}.7:9100`,
      pod: `sorting-belt-${number}`,
      namespace: "depot-north",
      cluster: "warehouse-1",
      zone: `hall-${number % 40}`,
      team: "logistics",
      job: "sorting-belts",
    },
    annotations: {
      summary: `Sorting belt ${number} does not answer`,
      description: `Belt ${number} of hall ${number % 40} has not answered for a minute. ${"Parcels wait. ".repeat(8)}`,
      runbook_url: "https://runbooks.example/belts",
    },
    startsAt,
    endsAt: status === "firing" ? "0001-01-01T00:00:00Z" : new Date(Date.parse(startsAt) + 60_000).toISOString(),
    generatorURL: `http://prometheus.example:9090/graph?g0.expr=up%3D%3D0&g0.tab=1#belt-${number}`,
    fingerprint: number.toString(16).padStart(16, "0"),
  }));
  return JSON.stringify({
    version: "4",
    groupKey: '{}:{service="parcel-depot"}',
    groupLabels: { a: "b" },
    status,
    alerts,
  });
}

async function send(body: string): Promise<void> {
  const { status } = await fetch(`${install.url}/hooks/alertmanager`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body,
  });
  expect(status).toBe(202);
}

async function processed() {
  const rows = await withClient(install.databaseUrl, async (client) => {
    const { rows: found } = await client.query<{ state: string; facts: number; quarantined: number }>(
      `SELECT string_agg(state, ' ') AS state, (SELECT count(*)::int FROM alert_fact) AS facts,
         (SELECT count(*)::int FROM outbox WHERE quarantined_at IS NOT NULL) AS quarantined FROM inbox`,
    );
    return found;
  });
  const [row] = rows;
  return row !== undefined && !row.state.includes("new") ? row : null;
}

test("a group of 5,000 alerts near the largest body becomes one incident with all of them, and one that ends with all of them", {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  const startsAt = new Date(Date.now() - 60_000).toISOString();
  const body = group("firing", startsAt);
  expect(Buffer.byteLength(body)).toBeGreaterThan(ACCEPTED_BYTES * 0.85);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(ACCEPTED_BYTES);

  const residentBytes = process.memoryUsage.rss();
  const begunMs = performance.now();
  await send(body);
  const taken = await eventually(processed, PATIENCE_MS);
  const tookMs = performance.now() - begunMs;
  const [incident, ...more] = await install.incidents();
  const grownMb = (process.memoryUsage.rss() - residentBytes) / 1_048_576;

  expect(tookMs).toBeLessThan(PATIENCE_MS);
  expect(grownMb).toBeLessThan(1_024);
  expect(taken).toEqual({ state: "processed", facts: ALERTS, quarantined: 0 });
  expect(more).toEqual([]);
  expect(incident).toMatchObject({ service: "parcel-depot", status: "triggered", alertCount: ALERTS });
  const { view } = await install.answerWhen(({ analysis }) => analysis !== null);
  expect(view.alertCount).toBe(ALERTS);

  await send(group("resolved", startsAt));
  await eventually(processed, PATIENCE_MS);
  expect(await processed()).toEqual({ state: "processed processed", facts: 2 * ALERTS, quarantined: 0 });
  expect(await install.incidents()).toMatchObject([{ id: incident?.id, status: "resolved", alertCount: ALERTS }]);
});
