import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createLog, type Log, type LogOptions, newTrace } from "../../packages/log/src/index.ts";
import { type Install, startInstall } from "../support/install.ts";

const INGEST_TOKEN = "a-token-of-applications-for-tests";
const ALERT_SECRET = "a-secret-of-the-generic-webhook";
const FAST = { flushMs: 20, minRetryMs: 10, maxRetryMs: 40 } as const;

describe("@traceops/log and a running TraceOps", () => {
  let install: Install;
  const logs: Log[] = [];
  const roads: Road[] = [];

  beforeAll(async () => {
    install = await startInstall({ INGEST_TOKENS: INGEST_TOKEN, GENERIC_WEBHOOK_SECRETS: ALERT_SECRET });
  });
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close(0);
    for (const road of roads.splice(0)) await road.cut();
  });
  afterAll(async () => {
    await install?.stop();
  });

  function aLog(service: string, options: Partial<LogOptions> = {}): Log {
    const log = createLog({ service, output: "none", url: install.url, token: INGEST_TOKEN, limits: FAST, ...options });
    logs.push(log);
    return log;
  }

  test("what a program tags and logs is the evidence of its alert, with its tag and without its secrets", async () => {
    const log = aLog("basket", { version: "4.2.0" });
    const pay = new TypeError("the voucher store did not answer", {
      cause: new Error("connect ECONNREFUSED 10.0.0.7:6380"),
    });
    for (let index = 0; index < 40; index++) {
      log.with({ ...newTrace(), requestId: `req-1000${index}` }, () => {
        log.error("voucher store refused the connection: password=hunter2x", { cartId: `c-${index}`, error: pay });
        log.tag(
          "SESSION_DROP",
          { userId: `u-${index}`, reason: "voucher", authorization: "Bearer abc123def456" },
          { level: "error", message: "a user lost the session" },
        );
      });
    }
    await log.flush();
    await alert(install, "basket");
    const { analysis } = await install.answerWhen((answer) => answer.analysis !== null);
    const text = JSON.stringify(analysis);

    expect(log.stats().push).toMatchObject({ delivered: 80, dropped: 0, queued: 0 });
    expect(text).toContain("voucher store refused the connection");
    expect(text).toContain("SESSION_DROP");
    expect(text).not.toContain("hunter2x");
    expect(text).not.toContain("abc123def456");
  });

  test("every line is taken: the receiver refuses none of what the library writes", async () => {
    const log = aLog("wallet");
    log.info("huge", { text: "語".repeat(100_000), list: Array.from({ length: 1_000 }, (_, index) => ({ index })) });
    log.info("\u0000\ud800 odd", {
      "": 1,
      "a.b": { c: [null, undefined] },
      kind: "span",
      id: "x",
      source: "y",
      timestamp: "now",
    });
    log.error(new Error("x".repeat(100_000)));
    for (let index = 0; index < 3_000; index++) log.info("balance read", { walletId: `w-${index}` });
    await log.flush();

    expect(log.stats().push).toMatchObject({ delivered: 3_003, dropped: 0, lastFailure: null });
  });

  test("a wrong token is said, and nothing is lost while it is put right", async () => {
    const log = aLog("stranger", { token: "not-one-of-them", limits: { ...FAST, maxAttempts: 100 } });
    log.info("hello");
    await log.flush(500);

    expect(log.stats().push).toMatchObject({ queued: 1, delivered: 0, dropped: 0 });
    expect(log.stats().push?.lastFailure).toMatch(/^TraceOps answered 401: .*INGEST_TOKENS/u);
  });

  test("while TraceOps is down records wait, then are dropped and counted; when it is back they arrive, and the drops are told", async () => {
    const road = await openRoad(install.url);
    roads.push(road);
    const url = road.url;
    const limits = { ...FAST, queueRecords: 100, maxAttempts: 100 };
    const log = aLog("mailer", { url, limits });
    log.info("before");
    await log.flush();
    await road.cut();
    for (let index = 0; index < 200; index++) log.info("letter sent", { letterId: `l-${index}` });
    for (let index = 0; index < 10; index++) log.error("letter lost", { letterId: `l-${index}` });
    await expect.poll(() => log.stats().push?.retries).toBeGreaterThan(1);
    const down = log.stats().push;
    await road.open();
    await log.flush(20_000);
    await log.flush(20_000);
    const back = log.stats().push;

    expect(down).toMatchObject({ delivered: 1, queued: 90, dropped: 120, droppedBecause: { "queue-full": 120 } });
    expect(down?.lastFailure).toMatch(/cannot be reached/u);
    // 90 that waited, the one before, and the report of the drops.
    expect(back).toMatchObject({ delivered: 92, queued: 0, dropped: 120 });
  });
});

async function alert(install: Install, service: string): Promise<void> {
  const response = await fetch(`${install.url}/hooks/generic`, {
    method: "POST",
    headers: { authorization: `Bearer ${ALERT_SECRET}`, "content-type": "application/json" },
    body: JSON.stringify({ service, title: `${service} fails` }),
  });
  expect(response.status).toBe(202);
}

/** The way from an application to TraceOps, which can be cut and opened again. */
interface Road {
  readonly url: string;
  open(): Promise<void>;
  cut(): Promise<void>;
}

async function openRoad(to: string): Promise<Road> {
  const target = Number(new URL(to).port);
  const sockets = new Set<Socket>();
  let port = 0;
  let server: Server | null = null;
  const open = async () => {
    const made = createServer((near) => {
      const far = connect(target, "127.0.0.1");
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => {
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => made.listen(port, "127.0.0.1", resolve));
    const address = made.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    server = made;
  };
  const cut = async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    const closing = server;
    server = null;
    if (closing !== null) await new Promise((resolve) => closing.close(resolve));
  };
  await open();
  return { url: `http://127.0.0.1:${port}`, open, cut };
}
