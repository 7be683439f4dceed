import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Receiver, take } from "../test-support/receiver.ts";
import { retryAfterMs } from "./post.ts";

const { version: VERSION } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
let receiver: Receiver;

beforeEach(() => {
  receiver = new Receiver();
});
afterEach(() => receiver.stop());

describe("batches", () => {
  test("go gzipped to /v1/events with the token, after a moment that lines share", async () => {
    const log = receiver.log(await receiver.listen());
    for (let index = 0; index < 50; index++) log.info("cart priced", { cartId: `c-${index}` });
    await log.flush();

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.request).toMatchObject({
      method: "POST",
      url: "/v1/events",
      headers: {
        authorization: "Bearer a-token",
        "user-agent": `traceops-log/${VERSION}`,
        "content-type": "application/x-ndjson",
        "content-encoding": "gzip",
      },
    });
    expect(receiver.received[0]?.records.map(({ cartId }) => cartId)).toEqual(
      Array.from({ length: 50 }, (_, index) => `c-${index}`),
    );
    expect(log.stats().push).toMatchObject({ queued: 0, delivered: 50, dropped: 0, lastFailure: null });
  });

  test("a full batch does not wait, and order is kept over one kept connection", async () => {
    const log = receiver.log(await receiver.listen(), { batchRecords: 10, flushMs: 60_000 });
    for (let index = 0; index < 95; index++) log.info(`m-${index}`);
    await expect.poll(() => receiver.received.length).toBe(9);
    await log.flush();

    expect(receiver.messages).toEqual(Array.from({ length: 95 }, (_, index) => `m-${index}`));
    expect(receiver.sockets.size).toBe(1);
  });

  test("no batch is larger than its bytes", async () => {
    const log = receiver.log(await receiver.listen(), { batchBytes: 10_000 });
    for (let index = 0; index < 100; index++) log.info(`${index} ${"ü".repeat(400)}`);
    await log.flush();

    expect(receiver.received.length).toBeGreaterThan(8);
    expect(Math.max(...receiver.received.map(({ bytes }) => bytes))).toBeLessThanOrEqual(10_000);
  });

  test("what packs so well that receivers would take it for a bomb goes unpacked", async () => {
    const log = receiver.log(await receiver.listen());
    for (let index = 0; index < 300; index++) log.info("a".repeat(1_990));
    await log.flush();

    expect(receiver.received.map(({ isPacked }) => isPacked)).toContain(false);
    expect(receiver.messages).toHaveLength(300);
  });
});

describe("an endpoint that fails", () => {
  test("is asked again, with the same records, until it takes them", async () => {
    const log = receiver.log(
      await receiver.listen((each, response, count) => {
        response.statusCode = count < 4 ? 503 : 200;
        take(each, response, count);
      }),
    );
    log.info("hello");
    await log.flush();

    expect(receiver.messages).toEqual(["hello", "hello", "hello", "hello"]);
    expect(log.stats().push).toMatchObject({ delivered: 1, dropped: 0, retries: 3 });
  });

  test.each([400, 415, 422])("%i is final: the batch is dropped, and counted", async (status) => {
    const log = receiver.log(
      await receiver.listen((_each, response) => {
        response.statusCode = status;
        response.end(JSON.stringify({ code: 3, message: "Send something else." }));
      }),
    );
    log.info("hello");
    await log.flush();

    expect(receiver.received).toHaveLength(1);
    expect(log.stats().push).toMatchObject({
      delivered: 0,
      droppedBecause: { refused: 1 },
      lastFailure: `TraceOps answered ${status}: Send something else.`,
    });
  });

  test("Retry-After is honoured", async () => {
    const times: number[] = [];
    const log = receiver.log(
      await receiver.listen((each, response, count) => {
        times.push(performance.now());
        if (count === 1) response.writeHead(429, { "retry-after": "1" });
        take(each, response, count);
      }),
    );
    log.info("hello");
    await log.flush();

    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("a Retry-After in seconds or as a date is bounded; nonsense is none", () => {
    const now = Date.parse("2026-11-21T02:00:00Z");

    expect(retryAfterMs("7", now)).toBe(7_000);
    expect(retryAfterMs("Sat, 21 Nov 2026 02:00:30 GMT", now)).toBe(30_000);
    expect(retryAfterMs("Sat, 21 Nov 2026 01:00:00 GMT", now)).toBe(0);
    expect(retryAfterMs("999999", now)).toBe(300_000);
    expect(retryAfterMs("soon", now)).toBeNull();
    expect(retryAfterMs(undefined, now)).toBeNull();
  });

  test("413 halves the batch until it fits; a record that never fits is dropped alone", async () => {
    const log = receiver.log(
      await receiver.listen((each, response, count) => {
        const isTooLarge = each.records.length > 3 || each.records.some(({ message }) => message === "m-5");
        if (isTooLarge) response.writeHead(413);
        take(each, response, count);
      }),
    );
    for (let index = 0; index < 11; index++) log.info(`m-${index}`);
    await log.flush();
    const taken = receiver.received.filter(({ records }) => records.length <= 3).flatMap(({ records }) => records);

    expect(log.stats().push).toMatchObject({ delivered: 10, droppedBecause: { refused: 1 } });
    expect(new Set(taken.map(({ message }) => message)).size).toBeGreaterThanOrEqual(10);
  });

  test("records that the receiver refuses one by one are counted, with its reason", async () => {
    const log = receiver.log(
      await receiver.listen((each, response, count) => {
        const refused = count === 1 ? 2 : 0;
        response.end(
          JSON.stringify({ accepted: each.records.length - refused, refused, because: "2 lines are too long" }),
        );
      }),
    );
    for (let index = 0; index < 5; index++) log.info(`m-${index}`);
    await log.flush();

    expect(log.stats().push).toMatchObject({
      droppedBecause: { refused: 2 },
      lastFailure: "2 lines are too long",
    });
  });

  test("attempts have a limit, and the next batch gets its chance", async () => {
    const log = receiver.log(
      await receiver.listen((each, response, count) => {
        if (count <= 3) response.statusCode = 500;
        take(each, response, count);
      }),
      { maxAttempts: 3, batchRecords: 1 },
    );
    log.info("poison");
    log.info("good");
    await log.flush();

    expect(log.stats().push).toMatchObject({ droppedBecause: { "gave-up": 1 }, retries: 3 });
    expect(receiver.messages.slice(3)).toContain("good");
  });

  test("no answer in time is a failure", async () => {
    const log = receiver.log(
      await receiver.listen((each, response, count) => {
        if (count > 1) take(each, response, count);
      }),
      { requestMs: 50 },
    );
    log.info("hello");
    await log.flush();

    expect(log.stats().push).toMatchObject({ delivered: 1, retries: 1, lastFailure: "no answer in time" });
  });

  test("a redirect is not followed: the token stays with the address that was given", async () => {
    const stranger = new Receiver();
    const location = await stranger.listen();
    const log = receiver.log(
      await receiver.listen((_each, response) => {
        response.writeHead(307, { location });
        response.end();
      }),
    );
    log.info("hello");
    await log.flush();

    expect(stranger.received).toEqual([]);
    expect(log.stats().push?.dropped).toBe(1);
    await stranger.stop();
  });
});

describe("a full queue", () => {
  test("never grows, leaves room for warnings, and tells how many were dropped once there is room again", async () => {
    const url = await receiver.listen();
    const { port } = new URL(url);
    await receiver.stopListening();
    const log = receiver.log(url, { queueRecords: 100, maxAttempts: 100 });
    for (let index = 0; index < 500; index++) log.info("cart priced");
    for (let index = 0; index < 50; index++) log.error("payment failed");
    const full = log.stats().push;
    await receiver.listen(take, Number(port));
    await log.flush();
    await log.flush();
    const reports = receiver.records.filter((each) => each["event.name"] === "TRACEOPS_LOG_DROPPED");

    expect(full).toMatchObject({ queued: 100, dropped: 450, droppedBecause: { "queue-full": 450 } });
    expect(receiver.messages.filter((message) => message === "payment failed")).toHaveLength(20);
    expect(reports).toMatchObject([
      {
        "log.dropped.count": 450,
        "log.dropped.reason": "queue-full",
        "log.dropped.sink": "push",
        severityText: "WARN",
      },
    ]);
    expect(log.stats().push).toMatchObject({ queued: 0, delivered: 101, dropped: 450 });
  });

  test("is bounded by bytes, too", async () => {
    const log = receiver.log("http://127.0.0.1:9", { queueBytes: 50_000 });
    for (let index = 0; index < 1_000; index++) log.error(`${index} ${"x ".repeat(500)}`);

    expect(log.stats().push?.queued).toBeLessThanOrEqual(50);
    expect(log.stats().push?.dropped).toBeGreaterThanOrEqual(950);
  });

  test("a report that is refused itself causes no further one", async () => {
    const log = receiver.log(
      await receiver.listen((each, response) =>
        response.end(JSON.stringify({ accepted: 0, refused: each.records.length })),
      ),
    );
    log.info("hello");
    await log.flush();
    await log.flush();
    await new Promise((resolve) => setTimeout(resolve, 200));

    expect(receiver.received.length).toBeLessThanOrEqual(2);
  });
});

describe("close", () => {
  test("delivers what waits", async () => {
    const log = receiver.log(await receiver.listen(), { flushMs: 60_000 });
    log.info("last words");
    const { push } = await log.close(2_000);

    expect(receiver.messages).toEqual(["last words"]);
    expect(push).toMatchObject({ delivered: 1, queued: 0 });
  });

  test("keeps its deadline with an endpoint that never answers, and counts what was lost", async () => {
    const log = receiver.log(await receiver.listen(() => undefined), { requestMs: 60_000 });
    log.info("lost");
    const start = performance.now();
    const { push } = await log.close(100);
    await expect.poll(() => log.stats().push?.dropped).toBe(1);

    expect(performance.now() - start).toBeLessThan(2_000);
    expect(push?.delivered).toBe(0);
    log.info("after the end");
    expect(log.stats().push?.droppedBecause).toEqual({ closed: 2 });
  });

  test("gives a dead endpoint up before the deadline", async () => {
    const log = receiver.log("http://127.0.0.1:9");
    log.info("lost");
    const start = performance.now();
    const { push } = await log.close(60_000);

    expect(performance.now() - start).toBeLessThan(5_000);
    expect(push).toMatchObject({ queued: 0, retries: 2, droppedBecause: { closed: 1 } });
  });

  test("twice, or with nothing written, does no harm", async () => {
    const log = receiver.log(await receiver.listen());
    await log.close();
    const { push } = await log.close();

    expect(push).toMatchObject({ queued: 0, delivered: 0, dropped: 0 });
  });
});
