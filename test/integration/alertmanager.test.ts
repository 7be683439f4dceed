import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, alertmanagerPath, startAlertmanager } from "../support/alertmanager.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";

const TOKEN = "a-token-of-alertmanager-for-tests";
const program = alertmanagerPath();
const why = program === null ? " (skipped: install prometheus-alertmanager, or set ALERTMANAGER_PATH)" : "";

const slow = {
  labels: { alertname: "HighLatency", service: "orders", severity: "critical" },
  annotations: { summary: "orders p99 above 2 s" },
};
const failing = {
  labels: { alertname: "ErrorRate", service: "orders", severity: "warning" },
  annotations: { summary: "orders fails 1 in 10" },
};

describe.skipIf(program === null)(`a real Alertmanager${why}`, () => {
  let install: Install;
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    install = await startInstall({ ALERTMANAGER_WEBHOOK_TOKENS: `a-token-that-is-being-rotated,${TOKEN}` });
    alertmanager = await startedFor(install, ["service"]);
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await install?.stop();
  });

  test("opens one incident, repeats itself without any effect, adds to it, and closes it when the last alert ends", async () => {
    const startsAt = new Date(Date.now() - 60_000).toISOString();
    await alertmanager.tell({ ...slow, startsAt });
    const opened = await only(install, ({ alertCount }) => alertCount === 1);
    await repeats(alertmanager);
    const [afterRepeats] = await install.incidents();

    await alertmanager.tell({ ...failing, startsAt });
    const joined = await only(install, ({ alertCount }) => alertCount === 2);
    await alertmanager.tell({ ...slow, startsAt, endsAt: new Date().toISOString() });
    const half = await only(install, ({ revision }) => revision > joined.revision);
    await alertmanager.tell({ ...failing, startsAt, endsAt: new Date().toISOString() });
    const over = await only(install, ({ status }) => status === "resolved");

    expect(opened).toMatchObject({
      title: "orders p99 above 2 s",
      service: "orders",
      severity: "critical",
      status: "triggered",
      startedAtMs: Date.parse(startsAt),
    });
    expect(afterRepeats).toEqual(opened);
    expect(half.status).toBe("triggered");
    // Every notification tells the whole group again; only what is new in it counts.
    expect([joined, half, over].map(({ revision }) => revision - opened.revision)).toEqual([1, 2, 3]);
    expect(over).toMatchObject({ id: opened.id, reopened: false, alertCount: 2 });
    expect(await install.incidents()).toHaveLength(1);
    expect((await alertmanager.sent()).failed).toBe(0);
  });

  test("the same alert firing again later reopens its incident instead of opening a second one", async () => {
    const again = { ...slow, startsAt: new Date().toISOString() };
    await alertmanager.tell(again);
    const reopened = await only(install, ({ status }) => status === "triggered");
    await alertmanager.tell({ ...again, endsAt: new Date().toISOString() });
    const closed = await only(install, ({ status }) => status === "resolved");

    expect(reopened.reopened).toBe(true);
    expect(closed.id).toBe(reopened.id);
    expect(await install.incidents()).toHaveLength(1);
  });
});

describe.skipIf(program === null)(`a real Alertmanager that groups by nothing${why}`, () => {
  test("makes no single incident of everything that ever fires", async () => {
    const install = await startInstall({ ALERTMANAGER_WEBHOOK_TOKENS: TOKEN });
    const alertmanager = await startedFor(install, []);
    try {
      const disk = { labels: { alertname: "DiskFills", service: "archive", severity: "info" } };
      await alertmanager.tell({ ...disk, startsAt: new Date(Date.now() - 3_600_000).toISOString() });
      await eventually(async () => ((await install.incidents()).length === 1 ? true : null));
      await alertmanager.tell({ ...slow, startsAt: new Date().toISOString() });
      await eventually(async () => ((await install.incidents()).length === 2 ? true : null));

      const found = await install.incidents();
      expect(found.map(({ service, alertCount }) => `${service} ${alertCount}`).toSorted()).toEqual([
        "archive 1",
        "orders 1",
      ]);
    } finally {
      await alertmanager.stop();
      await install.stop();
    }
  });
});

describe.skipIf(program === null)(`a real Alertmanager while TraceOps is down${why}`, () => {
  test("brings its alert when TraceOps is back", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/hooks/alertmanager`;
    const alertmanager = await startAlertmanager(program ?? "", { url, token: TOKEN, groupBy: ["service"] });
    let install: Install | null = null;
    try {
      await alertmanager.tell({ ...slow, startsAt: new Date().toISOString() });
      await eventually(async () => ((await alertmanager.sent()).failed > 0 ? true : null));
      install = await startInstall({ ALERTMANAGER_WEBHOOK_TOKENS: TOKEN, PORT: String(port) });

      expect(await only(install, () => true)).toMatchObject({ service: "orders", status: "triggered", alertCount: 1 });
    } finally {
      await alertmanager.stop();
      await install?.stop();
    }
  });
});

function startedFor({ url }: Install, groupBy: readonly string[]): Promise<Alertmanager> {
  return startAlertmanager(program ?? "", { url: `${url}/hooks/alertmanager`, token: TOKEN, groupBy });
}

/** The incident once it is such; there must never be a second one. */
function only(install: Install, ready: (incident: Awaited<ReturnType<Install["incidents"]>>[number]) => boolean) {
  return eventually(async () => {
    const incidents = await install.incidents();
    expect(incidents.length).toBeLessThanOrEqual(1);
    return incidents.find(ready) ?? null;
  });
}

/** Waits until Alertmanager has said the same two times more. */
async function repeats(alertmanager: Alertmanager): Promise<void> {
  const before = await alertmanager.sent();
  await eventually(async () => ((await alertmanager.sent()).requests >= before.requests + 2 ? true : null));
}
