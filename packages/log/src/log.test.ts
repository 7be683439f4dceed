import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, test } from "vitest";
import { createLogWith, type Log } from "./log.ts";
import type { LogOptions } from "./options.ts";
import { untraced } from "./trace-context.ts";

const logs: Log[] = [];
let text = "";

function aLog(options: Partial<LogOptions> = {}): Log {
  text = "";
  const output = () => ({
    write: (bytes: Buffer, done: (error: null, written: number) => void) => {
      text += bytes.toString("utf8");
      done(null, bytes.length);
    },
    writeSync: (bytes: Buffer) => bytes.length,
  });
  const log = createLogWith({ service: "basket", ...options }, { nowMs: Date.now, chance: () => 0.5, output });
  logs.push(log);
  return log;
}

afterEach(async () => {
  for (const log of logs.splice(0)) await log.close(0);
  context.disable();
});

async function records(log: Log): Promise<Record<string, unknown>[]> {
  await log.flush();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("levels and children", () => {
  test("records below the level are not written, and their fields are not read", async () => {
    const log = aLog({ level: "warn" });
    let reads = 0;
    const fields = {
      get field() {
        return ++reads;
      },
    };
    log.info("quiet", fields);
    log.warn("heard");

    expect((await records(log)).map(({ message }) => message)).toEqual(["heard"]);
    expect(reads).toBe(0);
    expect([log.isEnabled("info"), log.isEnabled("error")]).toEqual([false, true]);
  });

  test("children carry their fields and those of their parents; methods work when taken off", async () => {
    const log = aLog();
    const { info } = log.child({ requestId: "r-1" }).child({ cartId: "c-1" });
    info("hello");

    expect(await records(log)).toMatchObject([{ requestId: "r-1", cartId: "c-1" }]);
  });

  test("an error is enough, and its level makes a tag an error", async () => {
    const log = aLog();
    log.error(new RangeError("too many items"));
    log.tag("CHECKOUT_FAILED", new Error("declined"));
    log.tag("CHECKOUT_FAILED", { error: new Error("declined"), orderId: "o-1" });

    expect(await records(log)).toMatchObject([
      { message: "too many items", "exception.type": "RangeError" },
      { severityText: "ERROR", "exception.message": "declined" },
      { severityText: "ERROR", "exception.message": "declined", orderId: "o-1" },
    ]);
  });

  test("callers without types lose nothing, whatever they pass", async () => {
    const log = aLog();
    const call = Reflect.get(log, "info") as (...values: unknown[]) => void;
    call({ cartId: "c-1" }, "in the order of another logger");
    call({ msg: "an object alone" });
    call("a list", [1, 2]);
    call(42);
    call(Symbol("s"), 7);
    call(undefined);
    call(null, null);
    call(Object.create(null));
    Reflect.apply(log.tag, null, [undefined]);
    Reflect.apply(log.tag, null, [{}, null, 7]);
    Reflect.apply(log.child, null, [null]).info("child of nothing");

    expect((await records(log)).map(({ message }) => message)).toEqual([
      "in the order of another logger",
      "an object alone",
      "a list",
      "42",
      "Symbol(s)",
      "undefined",
      "null",
      "",
      "UNDEFINED",
      "OBJECT_OBJECT",
      "child of nothing",
    ]);
  });

  test("a record that cannot be listed at all still says its message", async () => {
    const log = aLog();
    const locked = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
        getOwnPropertyDescriptor: () => {
          throw new Error("no");
        },
      },
    );
    log.child({ a: 1 }).info("hello", locked);
    log.child(locked).info("hello again");

    expect((await records(log)).map(({ message }) => message)).toEqual(["hello", "hello again"]);
  });

  test("a getter that logs does not go round in circles, and is counted", async () => {
    const log = aLog();
    const fields = {
      get looping(): string {
        log.info("inside", this);
        return "done";
      },
    };
    log.info("outside", fields);

    expect(await records(log)).toMatchObject([
      { message: "outside", looping: "done" },
      { "log.dropped.reason": "own-record" },
    ]);
    expect(log.stats().output?.droppedBecause).toEqual({ "own-record": 1 });
  });
});

describe("context", () => {
  test("log.with reaches everything awaited in it, and nothing beside it", async () => {
    const log = aLog();
    const work = (requestId: string) =>
      log.with({ requestId }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.with({ step: "pay" }, () => log.info("inner"));
      });
    await Promise.all([work("r-1"), work("r-2")]);
    log.info("outer");
    const said = await records(log);

    expect(said.slice(0, 2)).toMatchObject([
      { requestId: "r-1", step: "pay" },
      { requestId: "r-2", step: "pay" },
    ]);
    expect(said[2]).not.toHaveProperty("requestId");
  });

  test("what the work throws and returns goes through", () => {
    const log = aLog();

    expect(log.with({}, () => 7)).toBe(7);
    expect(() =>
      log.with({}, () => {
        throw new Error("of the application");
      }),
    ).toThrow("of the application");
  });

  test("two logs in one context write the ids each by its own rules", async () => {
    const log = aLog();
    const kept: string[] = [];
    const other = createLogWith(
      { service: "wallet", redact: { names: ["requestId"] } },
      {
        nowMs: Date.now,
        chance: () => 0.5,
        output: () => ({
          write: (bytes, done) => {
            kept.push(bytes.toString("utf8"));
            done(null, bytes.length);
          },
          writeSync: (bytes) => bytes.length,
        }),
      },
    );
    log.with({ requestId: "r-1" }, () => {
      log.info("one");
      other.info("two");
      log.info("three");
    });
    await other.close();

    expect((await records(log)).map(({ requestId }) => requestId)).toEqual(["r-1", "r-1"]);
    expect(kept.join("")).toContain('"requestId":"[redacted-secret]"');
  });
});

/** What a Node SDK of OpenTelemetry registers, in a few lines: the real package `api` finds it under its own key. */
function registerContext(): void {
  const storage = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...parameters) => storage.run(active, () => Reflect.apply(work, self, parameters)),
    bind: (_active, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
}

describe("OpenTelemetry", () => {
  const ids = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
  const span = () => trace.wrapSpanContext({ ...ids, traceFlags: 1 });

  test("records carry the ids of the active span, and none outside of one", async () => {
    registerContext();
    const log = aLog();
    context.with(trace.setSpan(context.active(), span()), () => log.info("inside"));
    log.info("outside");
    const [inside, outside] = await records(log);

    expect(inside).toMatchObject({ trace_id: ids.traceId, span_id: ids.spanId });
    expect(outside).not.toHaveProperty("trace_id");
  });

  test("ids that the application gives itself are not doubled", async () => {
    registerContext();
    const log = aLog();
    const own = "a".repeat(32);
    context.with(trace.setSpan(context.active(), span()), () => log.info("inside", { traceId: own }));
    await records(log);

    expect(text.match(/trace_?id/giu)).toHaveLength(1);
    expect(text).toContain(own);
  });

  test("the sender's own requests make no spans", () => {
    registerContext();
    const seen: unknown[] = [];
    untraced(() => seen.push(context.active().getValue(Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING"))));

    expect(seen).toEqual([true]);
  });

  test("a broken OpenTelemetry stops neither the record nor the sender", async () => {
    context.setGlobalContextManager({
      active: () => {
        throw new Error("broken");
      },
      with: () => {
        throw new Error("broken");
      },
      bind: (_active, target) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
    const log = aLog();
    log.info("hello");
    let runs = 0;
    untraced(() => runs++);

    expect(await records(log)).toMatchObject([{ message: "hello" }]);
    expect(runs).toBe(1);
  });
});

describe("options", () => {
  test("what is wrong is said in words and never thrown; the rest works", async () => {
    const log = aLog({
      service: "",
      url: "ftp://nowhere",
      level: "loud" as "info",
      output: "paper" as "stdout",
      limits: { flushMs: -1 },
    });
    log.info("hello");
    const said = await records(log);

    expect(log.stats().problems).toHaveLength(5);
    expect(log.stats().push).toBeNull();
    expect(said.slice(0, 5).map((record) => record["event.name"])).toEqual(Array(5).fill("TRACEOPS_LOG_MISCONFIGURED"));
    expect(said[5]).toMatchObject({ message: "hello", "service.name": "unknown_service" });
  });

  test("a token that would break a header is refused, and not written anywhere", async () => {
    const log = aLog({ url: "http://127.0.0.1:1", token: "abc\r\nx-evil: 1" });
    await records(log);

    expect(log.stats().push).toBeNull();
    expect(text).not.toContain("abc");
  });
});
