import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { deliverSigned, retold } from "../../src/cli/deliver.ts";
import { writeBundle } from "../../src/cli/play-scenario.ts";
import { epochMs } from "../../src/core/ids.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, WEBHOOK_SECRET } from "../support/install.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ALERTS = 100;
const DUPLICATES = 3;
const PATIENCE_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), "traceops-storm-"));
const children = new Set<ChildProcess>();
const slack = new FakeSlack(() => Date.now());
const killed: string[] = [];
let database: TestDatabase;
let url: string;
let environment: Record<string, string>;

// Told five minutes ago, so that every record of it is there.
const scenario = generateScenario("alert-storm", { startAt: epochMs(Date.now() - 8 * 60_000) });
const told = Array.from({ length: Math.ceil(ALERTS / scenario.alerts.length) }, (_, round) =>
  scenario.alerts.map((alert) => (round === 0 ? alert : retold(alert, `S${round}`))),
).flat();
const alerts = told.slice(0, ALERTS);
const Told = z.object({ event: z.object({ data: z.object({ service: z.object({ summary: z.string() }) }) }) });

beforeAll(async () => {
  database = await createTestDatabase();
  await slack.start();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  writeBundle(scenario, join(folder, "bundle"));
  environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: folder,
    TRACEOPS_BUNDLE: join(folder, "bundle"),
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    PORT: String(port),
    LOG_LEVEL: "error",
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
  };
  await storm();
}, 300_000);

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await slack.stop();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function storm(): Promise<void> {
  start("serve");
  await eventually(async () => ((await fetch(`${url}/readyz`).catch(() => null))?.ok ? true : null), PATIENCE_MS);
  let worker = start("worker");
  for (const [index, alert] of alerts.entries()) {
    await deliver(alert);
    if (index < DUPLICATES) await deliver(alert);
    if (index === 30 || index === 65) {
      // In the middle of a post or an edit: the next worker finds what was begun.
      await eventually(() => (slack.workspace.calls.length > killed.length * 3 ? true : null), PATIENCE_MS);
      worker.kill("SIGKILL");
      killed.push(`after ${index + 1} alerts and ${slack.workspace.calls.length} calls`);
      worker = start("worker");
    }
    await wait(60);
  }
  await eventually(
    async () =>
      (await count("outbox WHERE done_at IS NULL AND not_before < now() + interval '40 seconds'")) === 0 ? true : null,
    PATIENCE_MS,
  );
}

function start(role: "serve" | "worker"): ChildProcess {
  const args = ["--disable-warning=ExperimentalWarning", join(ROOT, "src/cli/traceops.ts"), role];
  const child = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** As a sender does: again until it is taken. */
async function deliver(body: object): Promise<void> {
  await eventually(async () => ((await deliverSigned({ url, secret: WEBHOOK_SECRET }, body)) === 202 ? true : null));
}

const count = (from: string) =>
  withClient(database.connectionString, async (client) => {
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`);
    return rows[0]?.n ?? -1;
  });

/** The alerts that opened an incident, and when: each should have found the one before. */
const opened = () =>
  withClient(database.connectionString, async (client) => {
    const { rows } = await client.query<{ service: string }>(
      `SELECT incident_id, alert->>'service' AS service, stored_at - (SELECT min(stored_at) FROM alert_fact) AS after,
         (SELECT min(a.at) - (SELECT min(stored_at) FROM alert_fact) FROM analysis a) AS "firstAnswerAfter"
       FROM alert_fact WHERE decision LIKE 'open%' ORDER BY id`,
    );
    return rows;
  });

const standing = () => slack.workspace.messages.filter(({ deleted }) => !deleted);
const cards = () => standing().filter(({ threadTs }) => threadTs === null);
const replies = () => standing().filter(({ threadTs }) => threadTs !== null);
const Mark = z.object({ event_payload: z.object({ kind: z.string() }) });

/**
 * What rings somewhere: a new message in the channel; a line in the thread about a change of mind, for those who follow
 * it by then; anything with a mention or sent to the channel too. Timeline and causes come before anybody follows the
 * thread, and edits ring nowhere.
 */
function notifications(): readonly string[] {
  return slack.workspace.callsOf("chat.postMessage").flatMap(({ body }) => {
    const { kind } = Mark.parse(JSON.parse(body["metadata"] ?? "{}")).event_payload;
    const calls = /<@|<!(?:here|channel|everyone|subteam)/u.test(`${body["text"]}${body["blocks"]}`);
    const rings = kind === "root" || kind === "change" || calls || body["reply_broadcast"] === "true";
    return rings ? [`${kind}: ${body["text"]?.slice(0, 80)}`] : [];
  });
}

describe("a storm of a hundred alerts of six services with one root, three deliveries doubled, two workers killed", () => {
  test("is what it says", () => {
    expect(alerts).toHaveLength(ALERTS);
    expect(new Set(alerts.map((alert) => Told.parse(alert).event.data.service.summary)).size).toBe(6);
    expect(killed).toHaveLength(2);
  });

  test("is one card, at most eight replies, and at most two notifications", async () => {
    expect(await opened()).toHaveLength(1);
    expect(cards().map(({ text }) => text)).toHaveLength(1);
    expect(replies().length).toBeLessThanOrEqual(8);
    const rung = notifications();
    expect(rung.slice(2)).toEqual([]);
  });

  test("is counted on the card, every alert once", async () => {
    expect(await count("alert_fact")).toBe(ALERTS);
    expect(JSON.stringify(cards()[0]?.blocks)).toContain(`${ALERTS} alerts`);
  });

  test("costs few edits", () => {
    const edits = slack.workspace.callsOf("chat.update").length;
    expect(edits).toBeLessThanOrEqual(ALERTS / 4);
  });
});
