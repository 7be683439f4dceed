import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogEvent, SpanEvent } from "../event.ts";
import { epochNs, eventId } from "../ids.ts";
import { own, ownWords, type Safe } from "../safe.ts";
import { inferGraph, type TimedEvent } from "./infer.ts";
import { createGraphKeeper, type GraphKeeper, KEEPER_LIMITS } from "./keeper.ts";
import type { SeenSpan } from "./keeper-spans.ts";
import type { EdgeChange } from "./known-edge.ts";

const name = (text: string): Safe => ownWords(own(text));

function aSpan(service: string, spanId: string, overrides: Partial<SeenSpan> = {}): SeenSpan {
  return {
    traceId: "t1",
    spanId,
    parentSpanId: null,
    service: name(service),
    spanKind: "server",
    peer: null,
    isFailing: false,
    atMs: 1000,
    ...overrides,
  };
}

const calling = (peer: string) => ({ spanKind: "client" as const, peer: name(peer) });
const aLog = (service: string, atMs: number, isFailing = false) => ({
  traceId: "t1",
  service: name(service),
  isFailing,
  atMs,
});
const told = (changes: readonly EdgeChange[]) =>
  changes.map(({ caller, callee, origin, calls, failures }) => `${caller}->${callee} ${origin} ${calls}/${failures}`);

describe("a call between services", () => {
  test("is found whether the parent or the child comes first, also in different batches", () => {
    const [parent, child] = [aSpan("web", "a"), aSpan("orders", "b", { parentSpanId: "a", isFailing: true })];
    const inOrder = createGraphKeeper();
    inOrder.addSpan(parent);
    inOrder.drain();
    inOrder.addSpan(child);
    const childFirst = createGraphKeeper();
    childFirst.addSpan(child);
    expect(childFirst.drain()).toEqual([]);
    childFirst.addSpan(parent);

    expect(told(inOrder.drain())).toEqual(["web->orders trace 1/1"]);
    expect(told(childFirst.drain())).toEqual(["web->orders trace 1/1"]);
    expect(childFirst.drain()).toEqual([]);
  });

  test("is told with its first and last time", () => {
    const keeper = createGraphKeeper();
    keeper.addSpan(aSpan("web", "a"));
    keeper.addSpan(aSpan("orders", "b", { parentSpanId: "a", atMs: 3000 }));
    keeper.addSpan(aSpan("orders", "c", { parentSpanId: "a", atMs: 2000 }));

    expect(keeper.drain()).toMatchObject([{ calls: 2, firstMs: 2000, lastMs: 3000 }]);
  });

  test("counts once when a sender repeats its spans", () => {
    const keeper = createGraphKeeper();
    for (let time = 0; time < 3; time++) {
      keeper.addSpan(aSpan("web", "a"));
      keeper.addSpan(aSpan("orders", "b", { parentSpanId: "a" }));
    }

    expect(told(keeper.settle())).toEqual(["web->orders trace 1/0"]);
  });
});

describe("a client span", () => {
  test("names its peer when no server side comes", () => {
    const keeper = createGraphKeeper();
    keeper.addSpan(aSpan("orders", "a", { ...calling("api.pay.example:443"), isFailing: true }));

    expect(keeper.drain()).toEqual([]);
    expect(keeper.drain()).toEqual([]);
    expect(told(keeper.drain())).toEqual(["orders->api.pay.example peer 1/1"]);
    expect(keeper.drain()).toEqual([]);
  });

  test("counts for nothing when its server side comes in a later batch", () => {
    const keeper = createGraphKeeper();
    keeper.addSpan(aSpan("web", "a", calling("orders.internal")));
    keeper.drain();
    keeper.addSpan(aSpan("orders", "b", { parentSpanId: "a" }));

    expect(told(keeper.settle())).toEqual(["web->orders trace 1/0"]);
  });

  test("is taken back when its server side comes after it was told", () => {
    const keeper = createGraphKeeper();
    keeper.addSpan(aSpan("web", "a", calling("balancer")));
    expect(told(keeper.settle())).toEqual(["web->balancer peer 1/0"]);
    keeper.addSpan(aSpan("orders", "b", { parentSpanId: "a" }));

    expect(told(keeper.settle())).toEqual(["web->balancer log -1/0", "web->orders trace 1/0"]);
  });
});

describe("ids in logs", () => {
  test("show the call once the trace is quiet", () => {
    const keeper = createGraphKeeper();
    keeper.addLog(aLog("web", 0));
    keeper.addLog(aLog("orders", 10, true));
    keeper.drain();
    keeper.addLog(aLog("web", 30));

    expect([keeper.drain(), keeper.drain()]).toEqual([[], []]);
    expect(told(keeper.drain())).toEqual(["web->orders log 1/1"]);
  });

  test("never turn a call round that spans show", () => {
    const keeper = createGraphKeeper();
    keeper.addSpan(aSpan("web", "a"));
    keeper.addSpan(aSpan("orders", "b", { parentSpanId: "a" }));
    keeper.addLog(aLog("orders", 0));
    keeper.addLog(aLog("web", 5));

    expect(told(keeper.settle())).toEqual(["web->orders trace 1/0"]);
  });
});

const SERVICES = ["web", "orders", "stock", "ledger"];
const PEERS = ["orders", "stock.shop.svc:80", "api.pay.example", "10.0.0.1", "mail"];
const spans = fc.array(
  fc.record({
    trace: fc.integer({ min: 0, max: 3 }),
    // Of an earlier span of this list, or of one that never comes.
    parent: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }),
    service: fc.constantFrom(...SERVICES),
    spanKind: fc.constantFrom("server" as const, "client" as const, "internal" as const),
    peer: fc.option(fc.constantFrom(...PEERS), { nil: null }),
    isFailing: fc.boolean(),
  }),
  { maxLength: 30 },
);
const logs = fc.array(
  fc.record({
    trace: fc.integer({ min: 0, max: 5 }),
    service: fc.constantFrom(...SERVICES),
    isFailing: fc.boolean(),
  }),
  { maxLength: 30 },
);

function base(kind: string, index: number, service: string) {
  const atMs = 1000 + index * 7;
  return {
    id: eventId(kind, String(index)),
    atNs: epochNs(BigInt(atMs) * 1_000_000n),
    observedNs: null,
    service: name(service),
    host: null,
    source: "test",
    ref: name(`${kind}${index}`),
    requestId: null,
  };
}

const window = fc.tuple(spans, logs, fc.infiniteStream(fc.nat())).map(([spanPlans, logPlans, order]) => {
  const spanEvents = spanPlans.map((plan, index): SpanEvent => {
    return {
      ...base("span", index, plan.service),
      kind: "span",
      traceId: `t${plan.trace}`,
      spanId: `s${index}`,
      parentSpanId: plan.parent === null || plan.parent === index ? null : `s${plan.parent}`,
      name: name("call"),
      spanKind: plan.spanKind,
      durationNs: 1n,
      status: plan.isFailing ? "error" : "ok",
      attributes: plan.peer === null ? {} : { "server.address": name(plan.peer) },
    };
  });
  // Times mix logs and spans, and no two records share one.
  const logEvents = logPlans.map((plan, index): LogEvent => {
    return {
      ...base("log", (index * 13) % 31, plan.service),
      id: eventId("log", String(index)),
      kind: "log",
      severity: plan.isFailing ? "error" : "info",
      body: name("x"),
      attributes: {},
      exception: null,
      traceId: plan.trace === 5 ? null : `l${plan.trace}`,
      requestId: plan.trace === 5 ? name("request-1") : null,
      spanId: null,
    };
  });
  const events: readonly TimedEvent[] = [...spanEvents, ...logEvents].map((event) => ({
    event,
    atMs: Number(event.atNs / 1_000_000n),
  }));
  const ranks = events.map(() => order.next().value ?? 0);
  const arrivals = events
    .map((one, index) => ({ one, rank: ranks[index] ?? 0, drains: (ranks[index] ?? 0) % 5 === 0 }))
    .toSorted((a, b) => a.rank - b.rank);
  return { events: events.toSorted((a, b) => a.atMs - b.atMs), arrivals };
});

function sumOf(changes: readonly EdgeChange[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const { caller, callee, calls } of changes) {
    sums.set(`${caller}->${callee}`, (sums.get(`${caller}->${callee}`) ?? 0) + calls);
  }
  return Object.fromEntries([...sums].filter(([, calls]) => calls !== 0));
}

/** Feeds in order of arrival, drains now and then, and adds up what was told. */
function keptOf(arrivals: readonly { readonly one: TimedEvent; readonly drains: boolean }[]) {
  const keeper = createGraphKeeper({ ...KEEPER_LIMITS, maxSpans: 2_000, maxTraces: 1_000 });
  const changes = arrivals.flatMap(({ one, drains }) => {
    keeper.addEvent(one.event, one.atMs);
    return drains ? keeper.drain() : [];
  });
  return sumOf([...changes, ...keeper.settle()]);
}

function inferred(events: readonly TimedEvent[]): Readonly<Record<string, number>> {
  const { edges } = inferGraph({ events, mentions: [], given: [] });
  return Object.fromEntries(edges.map(({ caller, callee, count }) => [`${caller}->${callee}`, count]));
}

describe("what a keeper tells, in any order of arrival and however often it is drained", () => {
  test("are the calls that are inferred from the whole window", () => {
    fc.assert(
      fc.property(window, ({ events, arrivals }) => {
        expect(Object.keys(keptOf(arrivals)).toSorted()).toEqual(Object.keys(inferred(events)).toSorted());
      }),
      { numRuns: 500 },
    );
  });

  test.each(["span", "log"] as const)("counts every call that a %s shows as often as it is inferred", (kind) => {
    fc.assert(
      fc.property(window, ({ events, arrivals }) => {
        const kept = keptOf(arrivals.filter(({ one }) => one.event.kind === kind));

        expect(kept).toEqual(inferred(events.filter(({ event }) => event.kind === kind)));
      }),
      { numRuns: 300 },
    );
  });

  test("counts a call that spans and logs both show once", () => {
    const keeper = createGraphKeeper();
    keeper.addLog(aLog("web", 0));
    keeper.addLog(aLog("orders", 10));
    keeper.addLog(aLog("web", 30));
    const first = keeper.settle();
    keeper.addSpan(aSpan("web", "a"));
    keeper.addSpan(aSpan("orders", "b", { parentSpanId: "a" }));
    keeper.addSpan(aSpan("orders", "c", { parentSpanId: "a" }));

    expect(told(first)).toEqual(["web->orders log 1/0"]);
    expect(sumOf([...first, ...keeper.settle()])).toEqual({ "web->orders": 2 });
  });
});

const SMALL = { maxNodes: 40, maxEdges: 60, maxSpans: 200, maxTraces: 50, patience: 1 };

function expectBounded(keeper: GraphKeeper): void {
  const { nodes, edges, spans: spanIds, traces } = keeper.size;
  expect(nodes).toBeLessThanOrEqual(SMALL.maxNodes);
  expect(edges).toBeLessThanOrEqual(SMALL.maxEdges);
  expect(spanIds).toBeLessThanOrEqual(SMALL.maxSpans);
  expect(traces).toBeLessThanOrEqual(SMALL.maxTraces);
}

describe("names that somebody makes up", () => {
  test("never grow the memory, are counted, and do not push out a call that goes on", () => {
    const keeper = createGraphKeeper(SMALL);
    const real: EdgeChange[] = [];
    for (let round = 0; round < 50; round++) {
      keeper.addSpan(aSpan("web", `a${round}`));
      keeper.addSpan(aSpan("orders", `b${round}`, { parentSpanId: `a${round}` }));
      for (let index = 0; index < 300; index++) {
        const id = `${round}-${index}`;
        keeper.addSpan(aSpan(`evil-${id}`, `e${id}`));
        keeper.addSpan(
          aSpan(`evil-child-${id}`, `f${id}`, { ...calling(`peer-${id}.example`), parentSpanId: `e${id}` }),
        );
        keeper.addSpan(aSpan("web", `g${id}`, calling(`host-${id}.example`)));
        keeper.addLog({ ...aLog(`evil-${id}`, index), traceId: `trace-${id}` });
      }
      expectBounded(keeper);
      real.push(...keeper.drain().filter(({ caller, callee }) => caller === "web" && callee === "orders"));
      expectBounded(keeper);
    }

    expect(sumOf(real)).toEqual({ "web->orders": 50 });
    expect(keeper.size.dropped).toBeGreaterThan(1000);
  });

  test("are not taken when they are longer than names of services are", () => {
    const keeper = createGraphKeeper();
    keeper.addSpan(aSpan("web", "a"));
    keeper.addSpan(aSpan("x".repeat(100_000), "b", { parentSpanId: "a" }));

    expect(keeper.settle()).toEqual([]);
    expect(keeper.size).toMatchObject({ nodes: 1, dropped: 1 });
  });

  test("a trace with more services than a request has shows no calls", () => {
    const keeper = createGraphKeeper();
    for (let index = 0; index < 20; index++) {
      keeper.addLog(aLog(`s${index}`, index));
      keeper.addLog(aLog(`s${index}`, 100 - index));
    }

    expect(keeper.settle()).toEqual([]);
  });
});

test("edges that are given up for room are neither told twice nor taken back", () => {
  const keeper = createGraphKeeper({ ...KEEPER_LIMITS, maxEdges: 10 });
  const changes: EdgeChange[] = [];
  for (let round = 0; round < 9; round++) {
    keeper.addSpan(aSpan("web", "root"));
    keeper.addSpan(aSpan("web", `c${round}`, calling(`host-${round}.example`)));
    changes.push(...keeper.settle());
  }
  changes.push(...keeper.settle(), ...keeper.settle());

  expect(changes.map(({ callee, calls }) => `${callee} ${calls}`)).toEqual(
    Array.from({ length: 9 }, (_, round) => `host-${round}.example 1`),
  );
});
