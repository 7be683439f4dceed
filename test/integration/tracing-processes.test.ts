import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, WEBHOOK_SECRET } from "../support/install.ts";
import { type RealProcess, startTraceops } from "../support/processes.ts";
import { startCollector } from "../support/tracing-collector.ts";

const PATIENCE_MS = 90_000;
const MODULES = pathToFileURL(resolve(import.meta.dirname, "../support/tracing-modules.mjs")).href;
const folder = mkdtempSync(join(tmpdir(), "traceops-tracing-"));
const running = new Set<RealProcess>();
let database: TestDatabase;
let webhooks = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly process: RealProcess;
  readonly url: string;
  /** What each thread asked for: `0 @opentelemetry/api`. */
  modules(): readonly string[];
}

/** Web server and worker, the worker on a thread of its own. */
async function start(name: string, settings: Readonly<Record<string, string>>): Promise<Running> {
  const port = await freePort();
  const file = join(folder, name);
  const process = startTraceops(["serve", "--work"], {
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: folder,
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    LOG_LEVEL: "warn",
    PORT: String(port),
    NODE_OPTIONS: `--import=${MODULES}`,
    TRACING_MODULES_FILE: file,
    ...settings,
  });
  running.add(process);
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (process.child.exitCode !== null) throw new Error(process.log().slice(-2_000));
    return (await fetch(`${url}/readyz`).catch(() => null))?.ok === true ? true : null;
  }, PATIENCE_MS);
  return { process, url, modules: () => readFileSync(file, "utf8").trim().split("\n") };
}

/** Sends a webhook and gives how long its answer took. */
async function send(url: string): Promise<number> {
  const created = new Date().toISOString();
  const id = `Q${++webhooks}`;
  const service = { id: `P${id}`, summary: `basket-${id}` };
  const data = { id, title: "orders wait", status: "triggered", urgency: "high", created_at: created, service };
  const rest = { html_url: "https://shop.pagerduty.example/incidents/Q1", priority: null };
  const event = { id: `E${id}`, event_type: "incident.triggered", resource_type: "incident", occurred_at: created };
  const body = { event: { ...event, agent: null, client: null, data: { ...data, ...rest } } };
  const begun = performance.now();
  const status = await deliverSigned({ url, secret: WEBHOOK_SECRET }, body);
  if (status !== 202) throw new Error(`the webhook was answered with ${status}`);
  return performance.now() - begun;
}

function answered(): Promise<true> {
  return eventually(everyIncidentHasAnAnswer, PATIENCE_MS);
}

function everyIncidentHasAnAnswer(): Promise<true | null> {
  return withClient(database.connectionString, async (client) => {
    const { rows } = await client.query("SELECT DISTINCT incident_id FROM analysis");
    return rows.length === webhooks ? true : null;
  });
}

test("without an address nothing of OpenTelemetry is loaded by any thread, also while webhooks and jobs run", async () => {
  const off = await start("off", { OTEL_SERVICE_NAME: "shop-bot" });
  await send(off.url);
  await answered();
  await off.process.stop();
  running.delete(off.process);
  const threads = off.modules().filter((line) => line.endsWith(" watched"));

  expect(threads.length).toBeGreaterThanOrEqual(2);
  expect(off.modules().filter((line) => !line.endsWith(" watched"))).toEqual([]);
});

test("with an address both threads send what they did, the last of it when they stop, under the service's name", async () => {
  const collector = await startCollector();
  const on = await start("on", { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: "shop-bot" });
  await send(on.url);
  await answered();
  const { code } = await on.process.stop();
  running.delete(on.process);
  const spans = collector.spans();
  const [hook] = spans.filter(({ name }) => name === "POST /hooks/:source");
  const [job] = spans.filter(({ name }) => name === "process delivery.process");
  await collector.stop();

  expect(code).toBe(0);
  expect(
    new Set(
      on
        .modules()
        .filter((line) => line.endsWith("@opentelemetry/sdk-trace"))
        .map((line) => line[0]),
    ),
  ).toHaveProperty("size", 2);
  expect(job?.links).toEqual([{ traceId: hook?.traceId, spanId: hook?.spanId }]);
  expect(spans.map(({ name }) => name)).toContain("analyze");
  expect(new Set(spans.map(({ resource }) => resource["service.name"]))).toEqual(new Set(["shop-bot"]));
});

test("a collector that never answers slows no webhook, keeps no job, and the program stops within three seconds", async () => {
  const collector = await startCollector("hangs");
  const on = await start("hangs", { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const tookMs = [];
  for (let count = 0; count < 30; count++) tookMs.push(await send(on.url));
  await answered();
  await eventually(() => (collector.bodies.length >= 2 ? true : null), PATIENCE_MS);
  const stopped = await on.process.stop();
  running.delete(on.process);
  await collector.stop();
  const median = tookMs.toSorted((a, b) => a - b)[15];

  expect(median).toBeLessThan(1_000);
  expect(stopped.code).toBe(0);
  expect(stopped.tookMs).toBeLessThan(3_000);
  // One thread, one warning a minute.
  expect(on.process.log().split("traces could not be sent").length - 1).toBeLessThanOrEqual(2);
});

test("settings that cannot be used keep nothing from starting and are said without their values", async () => {
  const on = await start("wrong", {
    OTEL_EXPORTER_OTLP_ENDPOINT: "collector-s3cret:4317",
    OTEL_TRACES_SAMPLER: "sampler-s3cret",
  });
  await send(on.url);
  await on.process.stop();
  running.delete(on.process);

  expect(on.process.log()).toContain("OTEL_EXPORTER_OTLP_ENDPOINT: no address that begins with http:// or https://");
  expect(on.process.log()).not.toContain("s3cret");
  expect(on.modules().filter((line) => !line.endsWith(" watched"))).toEqual([]);
});
