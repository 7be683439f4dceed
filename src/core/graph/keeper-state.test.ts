import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { own, ownWords, type Safe } from "../safe.ts";
import { createGraphKeeper, type GraphKeeper, KEEPER_LIMITS } from "./keeper.ts";
import type { SeenSpan } from "./keeper-spans.ts";
import type { KeeperState } from "./keeper-state.ts";
import { StateWriter } from "./keeper-state.ts";

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

/** What another process would go on with. */
const again = (keeper: GraphKeeper, limits = KEEPER_LIMITS) => createGraphKeeper(limits, keeper.save());
const service = fc.constantFrom("web", "orders", "stock", "ledger").map(name);

/** Records and drains in any order; small ids, so that halves meet, repeat and contradict each other. */
const acts = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("span" as const),
        span: fc.record({
          traceId: fc.constantFrom("t1", "t2"),
          spanId: fc.integer({ min: 0, max: 12 }).map(String),
          parentSpanId: fc.option(fc.integer({ min: 0, max: 12 }).map(String), { nil: null }),
          service,
          spanKind: fc.constantFrom("server" as const, "client" as const),
          peer: fc.option(fc.constantFrom("orders", "stock.shop.svc:80", "api.pay.example").map(name), { nil: null }),
          isFailing: fc.boolean(),
          atMs: fc.integer({ min: 0, max: 50 }),
        }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("log" as const),
        log: fc.record({
          traceId: fc.constantFrom("a", "b", "c"),
          service,
          isFailing: fc.boolean(),
          atMs: fc.integer({ min: 0, max: 50 }),
        }),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: "drain" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
  ),
  { maxLength: 80 },
);
type Act = typeof acts extends fc.Arbitrary<infer List> ? List : never;

function told(list: Act, limits: typeof KEEPER_LIMITS, restarts: boolean) {
  let keeper = createGraphKeeper(limits);
  const changes = list.map((act) => {
    if (act.kind === "span") keeper.addSpan(act.span);
    if (act.kind === "log") keeper.addLog(act.log);
    if (act.kind === "restart" && restarts) keeper = again(keeper, limits);
    return act.kind === "drain" ? keeper.drain() : [];
  });
  return { changes, last: keeper.settle(), size: keeper.size };
}

describe("a keeper made of a saved one", () => {
  test.each([
    ["with room for everything", { ...KEEPER_LIMITS, maxSpans: 1000, maxTraces: 100 }],
    ["that forgets", { maxNodes: 6, maxEdges: 8, maxSpans: 12, maxTraces: 4, patience: 1 }],
  ])("tells exactly what the other would have told, %s", (_, limits) => {
    fc.assert(
      fc.property(acts, (list) => {
        expect(told(list, limits, true)).toEqual(told(list, limits, false));
      }),
      { numRuns: 400 },
    );
  });

  test("joins halves that came before with those that come after, and knows what was told", () => {
    const first = createGraphKeeper();
    first.addSpan(aSpan("orders", "b", { parentSpanId: "a", isFailing: true }));
    first.addSpan(aSpan("web", "c"));
    first.addSpan(aSpan("stock", "d", { parentSpanId: "c" }));
    expect(first.drain()).toHaveLength(1);
    const second = again(first);
    second.addSpan(aSpan("stock", "d", { parentSpanId: "c" }));
    second.addSpan(aSpan("web", "a"));

    expect(second.settle()).toMatchObject([{ caller: "web", callee: "orders", calls: 1, failures: 1 }]);
  });
});

describe("what cannot be joined", () => {
  test("is counted when the half that waited has to make room", () => {
    const keeper = createGraphKeeper({ ...KEEPER_LIMITS, maxSpans: 100 });
    keeper.addSpan(aSpan("orders", "child", { parentSpanId: "never-sent" }));
    expect(keeper.size.unjoined).toBe(0);
    for (let index = 0; index < 200; index++) keeper.addSpan(aSpan("web", `other-${index}`));

    expect(keeper.size).toMatchObject({ unjoined: 1, dropped: 0 });
    expect(again(keeper).size.unjoined).toBe(1);
  });

  test("is joined while fewer than half of the remembered ids came between", () => {
    const keeper = createGraphKeeper({ ...KEEPER_LIMITS, maxSpans: 1000 });
    keeper.addSpan(aSpan("orders", "child", { parentSpanId: "late" }));
    for (let index = 0; index < 490; index++) keeper.addSpan(aSpan("web", `other-${index}`));
    keeper.addSpan(aSpan("web", "late"));

    expect(keeper.settle()).toMatchObject([{ caller: "web", callee: "orders", calls: 1 }]);
  });
});

describe("a keeper waits", () => {
  test("exactly while a later drain tells something by itself", () => {
    const keeper = createGraphKeeper();
    keeper.addSpan(aSpan("web", "a", { spanKind: "client", peer: name("orders") }));
    keeper.addLog({ traceId: "x", service: name("web"), isFailing: false, atMs: 0 });
    keeper.addLog({ traceId: "x", service: name("stock"), isFailing: false, atMs: 5 });
    const waited: boolean[] = [];
    for (let drain = 0; drain < 4; drain++) {
      keeper.drain();
      waited.push(keeper.isWaiting);
    }

    expect(waited).toEqual([true, true, false, false]);
  });
});

function saved(): KeeperState {
  const keeper = createGraphKeeper();
  keeper.addSpan(aSpan("orders", "b", { parentSpanId: "a" }));
  return keeper.save();
}

describe("a state that does not agree with itself", () => {
  test.each([
    ["was cut", ({ names, numbers }: KeeperState) => ({ names, numbers: numbers.slice(0, -1) })],
    ["lacks a name", ({ numbers }: KeeperState) => ({ names: [], numbers })],
    ["is of another version", ({ names, numbers }: KeeperState) => ({ names, numbers: numbers.with(0, 99) })],
    ["promises more than it has", ({ names, numbers }: KeeperState) => ({ names, numbers: numbers.with(4, 1e9) })],
    ["is empty", () => ({ names: [], numbers: new Float64Array() })],
    ["says nothing", () => new StateWriter().finish()],
  ])("is refused when it %s", (_, break_) => {
    expect(() => createGraphKeeper(KEEPER_LIMITS, break_(saved()))).toThrow(RangeError);
  });
});
