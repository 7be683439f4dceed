import { describe, expect, test } from "vitest";
import { aLog, anIncident, at, BASELINE, WINDOW, words } from "../../../../test/support/observations.ts";
import type { AlertEvent, KubernetesObjectEvent } from "../../event.ts";
import { epochMs, eventId } from "../../ids.ts";
import { observe } from "../../timeline/observe.ts";
import type { Finding } from "../finding.ts";
import { alertStorm } from "./index.ts";

const START = at("01:50:00");
const SERVICES = ["shop", "orders", "stock", "mail", "prices"];
const CALLS = [
  ["shop", "orders"],
  ["orders", "stock"],
  ["orders", "mail"],
] as const;

interface Alarm {
  readonly [label: string]: string | number;
}

function place(id: string, atMs = START) {
  const { atNs, observedNs, source, traceId, spanId, requestId } = aLog("x", id, atMs);
  return {
    id: eventId("alerts", id),
    atNs,
    observedNs,
    source,
    traceId,
    spanId,
    requestId,
    ref: words(id),
    host: null,
  };
}

/** An alert with these labels; `s` is when it came, in seconds after the start. */
function alert({ s = 0, ...labels }: Alarm, status: AlertEvent["status"] = "firing"): AlertEvent {
  const id = JSON.stringify([s, labels]);
  const attributes = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, words(String(value))]));
  const stamped = place(id, epochMs(START + Number(s) * 1000));
  return { ...stamped, kind: "alert", service: null, title: words("it alerts"), status, url: null, attributes };
}

/** Three pods of each service, the first of all on node-1 and so on. */
const cluster: readonly KubernetesObjectEvent[] = [
  ...SERVICES.flatMap((service) =>
    [1, 2, 3].map((number) => {
      const name = words(`${service}-${number}`);
      const metadata = { name, labels: { app: words(service) } };
      const manifest = { metadata, spec: { nodeName: words(`node-${number}`) } };
      return {
        ...place(name),
        kind: "kubernetes-object" as const,
        service: null,
        object: words(`Pod/${name}`),
        manifest,
      };
    }),
  ),
  ...[1, 2, 3, 4].map((number) => {
    const name = words(`node-${number}`);
    const manifest = { metadata: { name } };
    return {
      ...place(name),
      kind: "kubernetes-object" as const,
      service: null,
      object: words(`Node/${name}`),
      manifest,
    };
  }),
];

/** A slow call of one pod to another. */
function call(caller: string, callee: string): Alarm {
  return { caller, callee, callee_service: callee.slice(0, -2), metric: "response_time" };
}

/** What alerts in any storm: the load of half the pods. */
const noise: readonly Alarm[] = SERVICES.flatMap((service) =>
  [1, 2].map((number) => ({ pod: `${service}-${number}`, metric: "container_threads", s: 5 * number })),
);

function findings(alarms: readonly AlertEvent[], calls = CALLS): readonly Finding[] {
  const topology = calls.map(([caller, callee]) => [words(caller), words(callee)] as const);
  const events = [...cluster, ...alarms];
  const evidence = { status: "found" as const, events, read: events.length, partial: null, topology };
  const observations = observe({ evidence: [{ source: "alerts", evidence }], window: WINDOW, baseline: BASELINE });
  return alertStorm(observations, anIncident());
}

const points = ({ reasons }: Finding): number => reasons.reduce((sum, { points: each }) => sum + each, 0);
const nameOf = ({ object, service }: Finding): string => object ?? service ?? "";

/** The suspects, best first, as the ranking will have them. */
function suspects(alarms: readonly Alarm[]): readonly string[] {
  const found = findings([...noise, ...alarms].map((each) => alert(each)));
  return found.toSorted((a, b) => points(b) - points(a)).map(nameOf);
}

function pointsOf(name: string, alarms: readonly Alarm[]): number {
  const found = findings([...noise, ...alarms].map((each) => alert(each))).find((each) => nameOf(each) === name);
  return found === undefined ? 0 : points(found);
}

describe("the level of the fault", () => {
  test("a pod that alone shows a series is suspected itself, and its resource is the cause", () => {
    const alarms = [{ pod: "stock-2", metric: "container_fs_writes" }];

    const [first] = findings([...noise, ...alarms].map((each) => alert(each)));

    expect(first).toMatchObject({ object: "Pod/stock-2", service: "stock", kind: "disk", detail: "disk-write-load" });
    expect(first?.reasons[0]?.because).toBe("disk writes alerts at pod stock-2; 0 of 14 others show it");
  });

  test("pods of one service that are all alike point to the service", () => {
    const alarms = [1, 2, 3].map((number) => ({ pod: `stock-${number}`, metric: "container_cpu_usage" }));

    expect(suspects(alarms)[0]).toBe("stock");
  });

  test("pods of different services that share a node and nothing else point to the node", () => {
    const alarms = SERVICES.map((service) => ({ pod: `${service}-3`, metric: "container_cpu_usage" }));

    expect(suspects(alarms)[0]).toBe("Node/node-3");
  });

  test("a series of the node itself points to the node", () => {
    expect(suspects([{ node: "node-4", metric: "system.mem.used" }])[0]).toBe("Node/node-4");
  });
});

describe("what others explain is spent", () => {
  test("a node that shows what one of few pods on it uses is no suspect of its own weight", () => {
    const node = { node: "node-2", metric: "system.cpu.usage" };
    const alone = pointsOf("Node/node-2", [node]);

    const explained = pointsOf("Node/node-2", [node, { pod: "mail-2", metric: "container_cpu_usage" }]);

    expect(alone).toBeGreaterThan(150);
    expect(explained).toBeLessThan(alone / 2);
  });

  test("of services that suffer together the one that calls no other stands first, by its callers as well", () => {
    const alarms = ["shop", "orders", "stock"].map((service) => ({ service, metric: "grpc_response_time" }));

    expect(suspects(alarms)[0]).toBe("stock");
    expect(pointsOf("stock", alarms)).toBeGreaterThan(pointsOf("stock", alarms.slice(2)));
    expect(pointsOf("shop", alarms)).toBe(0);
  });

  test("a pod whose calls fail passes the blame to the pod that they fail at", () => {
    const status_code = "500";
    const alarms = [
      { ...call("shop-1", "orders-1"), status_code },
      { ...call("orders-1", "mail-1"), status_code },
      { ...call("orders-2", "mail-1"), status_code },
    ];

    expect(suspects(alarms)[0]).toBe("Pod/mail-1");
    expect(pointsOf("Pod/orders-1", alarms)).toBe(pointsOf("Pod/orders-1", []));
  });
});

describe("how much an alert weighs", () => {
  const here = { pod: "stock-2", metric: "container_memory_rss" };

  test("the more others show the same, the less", () => {
    const everywhere = SERVICES.map((service) => ({ pod: `${service}-1`, metric: "container_memory_rss" }));

    expect(pointsOf("Pod/stock-2", [here, ...everywhere])).toBeLessThan(pointsOf("Pod/stock-2", [here]) / 2);
  });

  test("the later after the start, the less", () => {
    expect(pointsOf("Pod/stock-2", [{ ...here, s: 240 }])).toBeLessThan(pointsOf("Pod/stock-2", [here]) / 4);
    expect(pointsOf("Pod/stock-2", [{ ...here, s: 50 }])).toBe(pointsOf("Pod/stock-2", [here]));
  });

  test("less of a resource, one core of many and a series of unknown meaning weigh less than a rise", () => {
    const rise = pointsOf("Pod/stock-2", [here]);

    expect(pointsOf("Pod/stock-2", [{ ...here, direction: "down" }])).toBeLessThan(rise);
    expect(pointsOf("Pod/stock-2", [{ pod: "stock-2", metric: "cpu_core_15_pct" }])).toBeLessThan(rise / 2);
    expect(pointsOf("Pod/stock-2", [{ pod: "stock-2", metric: "keyspace_ttl" }])).toBeLessThan(rise / 2);
  });

  test("many series of one resource are one fact", () => {
    const more = { pod: "stock-2", metric: "container_memory_usage" };

    expect(pointsOf("Pod/stock-2", [here, more])).toBe(pointsOf("Pod/stock-2", [here]));
  });
});

test("a replica that makes none of the calls of its siblings is suspected to fail before it calls", () => {
  const alarms = ["shop-1", "shop-2"].flatMap((caller) => [1, 2, 3].map((number) => call(caller, `orders-${number}`)));

  const found = findings([...noise, ...alarms].map((each) => alert(each)));

  expect(found.find((each) => nameOf(each) === "Pod/shop-3")).toMatchObject({
    service: "shop",
    kind: "configuration",
    detail: "fails-before-calling",
  });
  expect(pointsOf("Pod/shop-2", alarms)).toBe(pointsOf("Pod/shop-2", []));
});

describe("silence", () => {
  const hot = { pod: "stock-2", metric: "container_cpu_usage" };

  test("a handful of alerts, alerts of one or two places, or what is resolved is no storm", () => {
    const few = [...noise.slice(0, 6), hot].map((each) => alert(each));
    const onePlace = Array.from({ length: 20 }, (_, s) => alert({ ...hot, s }));
    const over = [...noise, hot].map((each) => alert(each, "resolved"));

    expect(findings(few)).toEqual([]);
    expect(findings(onePlace)).toEqual([]);
    expect(findings(over)).toEqual([]);
  });

  test("alerts without labels say nothing", () => {
    const plain = noise.map((each) => {
      const { attributes: _attributes, ...rest } = alert(each);
      return rest;
    });

    expect(findings(plain)).toEqual([]);
  });
});

test("order changes nothing, and every reason cites alerts that exist", () => {
  const alarms = [
    ...noise,
    { pod: "stock-2", metric: "container_cpu_usage" },
    { node: "node-4", metric: "node_load1" },
  ].map((each) => alert(each));

  const found = findings(alarms);

  expect(findings(alarms.toReversed())).toEqual(found);
  const known = new Set(alarms.map(({ id }) => id));
  const cited = found.flatMap(({ reasons }) => reasons.flatMap(({ evidenceIds }) => evidenceIds));
  expect(cited.length).toBeGreaterThan(0);
  expect(cited.filter((id) => !known.has(id))).toEqual([]);
});
