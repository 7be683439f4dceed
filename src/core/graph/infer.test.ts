import { describe, expect, test } from "vitest";
import type { LogEvent, SpanEvent } from "../event.ts";
import { epochNs, eventId } from "../ids.ts";
import type { Safe } from "../safe.ts";
import { inferGraph, type Mention, resolvePeer, silentNodes, type TimedEvent, thirdParties } from "./infer.ts";

const safeText = (text: string) => text as Safe;

function base(service: string, atMs: number) {
  return {
    id: eventId(service, String(atMs)),
    atNs: epochNs(BigInt(atMs) * 1_000_000n),
    observedNs: null,
    service: safeText(service),
    host: null,
    source: "test",
    ref: safeText(`${service}${atMs}`),
    spanId: null,
    requestId: null,
  };
}

function aLog(service: string, atMs: number, severity: LogEvent["severity"] = "info"): TimedEvent {
  const event: LogEvent = {
    ...base(service, atMs),
    kind: "log",
    severity,
    body: safeText("x"),
    attributes: {},
    exception: null,
    traceId: "t",
  };
  return { event, atMs };
}

function aSpan(service: string, spanId: string, overrides: Partial<SpanEvent> = {}): TimedEvent {
  const event: SpanEvent = {
    ...base(service, 1),
    kind: "span",
    traceId: "t",
    spanId,
    parentSpanId: null,
    name: safeText("call"),
    spanKind: "server",
    durationNs: 1n,
    status: "ok",
    attributes: {},
    ...overrides,
  };
  return { event, atMs: 1 };
}

const edges = (events: readonly TimedEvent[]) =>
  inferGraph({ events, mentions: [], given: [] }).edges.map(({ caller, callee }) => `${caller}->${callee}`);

function mention(peer: string): Mention {
  return { service: safeText("web"), peer: safeText(peer), isFailure: true, count: 2 };
}

describe("edges", () => {
  test("come from spans whose parent is of another service", () => {
    expect(edges([aSpan("web", "a"), aSpan("orders", "b", { parentSpanId: "a" })])).toEqual(["web->orders"]);
  });

  test("come from a client span whose server side nobody recorded", () => {
    const attributes = { "server.address": safeText("api.pay.example") };

    expect(edges([aSpan("orders", "a", { spanKind: "client", attributes })])).toEqual(["orders->api.pay.example"]);
  });

  test("come from a shared trace id: whose records enclose the other's in time is the caller", () => {
    const star = [aLog("web", 0), aLog("orders", 10), aLog("stock", 20), aLog("web", 30)];

    expect(edges(star)).toEqual(["web->orders", "web->stock"]);
  });

  test("of two failing records the later one is the caller's", () => {
    expect(edges([aLog("orders", 0, "error"), aLog("web", 5, "error")])).toEqual(["web->orders"]);
  });

  test("come from peers that texts name, by service name or host, and never from addresses", () => {
    const mentions = ["orders.shop.svc.cluster.local:8080", "api.pay.example:443", "10.0.0.1:80", "user-db:5432"];
    const graph = inferGraph({ events: [aLog("orders", 0)], mentions: mentions.map(mention), given: [] });

    expect(graph.edges.map(({ callee }) => callee)).toEqual(["api.pay.example", "orders", "user-db"]);
  });

  test("that are given stay, and what time order says against them is dropped", () => {
    const given = [[safeText("web"), safeText("orders")]] as const;
    const events = [aLog("orders", 0), aLog("web", 5)];

    expect(inferGraph({ events, mentions: [], given }).edges).toEqual([
      { caller: "web", callee: "orders", count: 1, from: "given" },
    ]);
  });
});

test("distance counts calls downwards and ends in loops", () => {
  const given = [
    [safeText("a"), safeText("b")],
    [safeText("b"), safeText("c")],
    [safeText("c"), safeText("a")],
  ] as const;
  const graph = inferGraph({ events: [], mentions: [], given });

  expect(graph.distance(safeText("a"), safeText("c"))).toBe(2);
  expect(graph.distance(safeText("a"), safeText("a"))).toBe(0);
  expect(graph.distance(safeText("a"), safeText("z"))).toBeNull();
});

test("nodes that never log are silent, and those with a public name are third parties", () => {
  const given = [
    [safeText("web"), safeText("orders")],
    [safeText("orders"), safeText("user-db")],
    [safeText("orders"), safeText("api.pay.example")],
  ] as const;
  const graph = inferGraph({ events: [], mentions: [], given });

  expect(silentNodes(graph, [safeText("web"), safeText("orders")])).toEqual(["api.pay.example", "user-db"]);
  expect(thirdParties(graph, [safeText("web"), safeText("orders")])).toEqual(["api.pay.example"]);
});

test("a peer is the service that its first label names", () => {
  const services = new Set([safeText("orders")]);

  expect(resolvePeer(safeText("orders.prod.svc:80"), services)).toBe("orders");
  expect(resolvePeer(safeText("localhost:80"), services)).toBeNull();
});
