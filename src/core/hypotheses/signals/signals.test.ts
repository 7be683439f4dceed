import { describe, expect, test } from "vitest";
import {
  aLog,
  anIncident,
  asObserved,
  at,
  observed,
  type Story,
  words,
} from "../../../../test/support/observations.ts";
import type { MetricEvent } from "../../event.ts";
import { findCandidates } from "../candidates.ts";
import { openCaseFile } from "../case-file.ts";
import type { SignalHit } from "../signal.ts";
import { type SignalName, signals } from "./registry.ts";

/** Asks one signal about the candidate of this service and kind ("orders change"); its hits, points and words. */
function ask(name: SignalName, about: string, story: Story): readonly (readonly [number, string])[] {
  const file = openCaseFile(anIncident(), observed(story));
  const candidate = findCandidates(file).find(({ service, kind }) => `${service} ${kind}` === about);
  if (candidate === undefined) throw new TypeError(`no candidate ${about}`);
  const hits: readonly SignalHit[] = signals[name].ask(candidate, file);
  for (const { evidenceIds } of hits) expect(evidenceIds.every((id) => file.observations.byId.has(id))).toBe(true);
  return hits.map(({ points, because }) => [points, because]);
}

const crash = {
  service: "orders",
  text: "cannot read total",
  from: "01:47:20",
  meaning: { category: "code-error" },
} as const;
const deploy = { service: "orders", at: "01:45:00", version: "v2" } as const;
const about = (peer: string, service: string, from: string) => ({
  service,
  from,
  text: `request to ${peer} timed out`,
  meaning: { category: "timeout", peer: words(peer) } as const,
});

const withDiff = (...diff: readonly string[]) => ({
  ...deploy,
  files: [{ path: words("config/app.yaml"), diff: diff.map(words) }],
});
const pool = (text: string) => ({ ...crash, text, meaning: { category: "connection-pool" } }) as const;

const late = (clock: string) =>
  ask("change-after-onset", "orders change", { symptoms: [crash], changes: [{ ...deploy, at: clock }] });

describe("change-before-first-error", () => {
  test("counts the distance, with both clocks", () => {
    const hits = ask("change-before-first-error", "orders change", { symptoms: [crash], changes: [deploy] });

    expect(hits).toEqual([[221, "took effect 2 min 20 s before the first error at orders (01:45:00Z → 01:47:20Z)"]]);
  });

  test("fades with time, but slowly for what grows slowly", () => {
    const old = { ...deploy, at: "00:47:20" };
    const leak = { ...crash, meaning: { category: "memory" } } as const;

    expect(ask("change-before-first-error", "orders change", { symptoms: [crash], changes: [old] })[0]?.[0]).toBe(4);
    expect(ask("change-before-first-error", "orders change", { symptoms: [leak], changes: [old] })[0]?.[0]).toBe(232);
  });

  test("is worth less when only callers fail", () => {
    const story = {
      symptoms: [{ ...crash, service: "edge" }],
      changes: [deploy],
      calls: [["edge", "orders"]],
    } as const;

    expect(ask("change-before-first-error", "orders change", story)[0]?.[0]).toBe(88);
  });

  test("says nothing of a change after the errors", () => {
    const story = { symptoms: [crash], changes: [{ ...deploy, at: "01:50:00" }] };

    expect(ask("change-before-first-error", "orders change", story)).toEqual([]);
  });
});

test("change-after-onset speaks against what came later, but not within the error of clocks", () => {
  expect(late("01:50:20")).toEqual([[-400, "took effect 3 min after the first error (01:47:20Z → 01:50:20Z)"]]);
  expect(late("01:47:23")).toEqual([]);
  expect(late("01:45:00")).toEqual([]);
});

describe("diff-names-failure", () => {
  test("is strongest when the errors name the changed setting", () => {
    const story = {
      symptoms: [pool("no free connection (DB_POOL_SIZE=5)")],
      changes: [withDiff("-DB_POOL_SIZE=50", "+DB_POOL_SIZE=5")],
    };

    expect(ask("diff-names-failure", "orders config-change", story)).toEqual([
      [260, 'the errors name DB_POOL_SIZE, which it changed in config/app.yaml: "no free connection (DB_POOL_SIZE=5)"'],
    ]);
  });

  test("knows the value or the topic when the name is missing", () => {
    const change = withDiff("-maxConnections: 50", "+maxConnections: 5");

    expect(
      ask("diff-names-failure", "orders config-change", {
        symptoms: [pool("all 5 connections in use")],
        changes: [change],
      })[0]?.[0],
    ).toBe(240);
    expect(
      ask("diff-names-failure", "orders config-change", {
        symptoms: [pool("no free connection")],
        changes: [change],
      })[0]?.[0],
    ).toBe(200);
    expect(ask("diff-names-failure", "orders config-change", { symptoms: [crash], changes: [change] })).toEqual([]);
  });
});

test("new-error-after-change counts only what never happened before and only with a baseline", () => {
  const known = { ...crash, baselineCount: 3 };

  expect(ask("new-error-after-change", "orders change", { symptoms: [crash], changes: [deploy] })).toEqual([
    [160, 'a new error after it: "cannot read total" at orders ×400 from 01:47:20Z, never in the 2 h before'],
  ]);
  expect(ask("new-error-after-change", "orders change", { symptoms: [known], changes: [deploy] })).toEqual([]);
  const blind = { symptoms: [crash], changes: [deploy], extra: { hasBaseline: false } };
  expect(ask("new-error-after-change", "orders change", blind)).toEqual([]);
});

test("first-symptom-here honours the first and doubts those that failed after their callee", () => {
  const story: Story = { symptoms: [crash, about("orders", "edge", "01:47:26")], calls: [["edge", "orders"]] };

  expect(ask("first-symptom-here", "orders code-error", story)).toEqual([
    [130, "the first error of the incident is at orders: 01:47:20Z"],
  ]);
  expect(ask("first-symptom-here", "edge dependency-failure", story)).toEqual([
    [-90, "orders, which it calls, failed 6 s earlier (01:47:20Z → 01:47:26Z)"],
  ]);
});

describe("reaches-the-alert", () => {
  const calls = [
    ["orders", "stock"],
    ["stock", "store"],
    ["island", "reef"],
  ] as const;
  const hit = (service: string) =>
    ask("reaches-the-alert", `${service} code-error`, { symptoms: [{ ...crash, service }], calls });

  test.each([
    ["orders", [[100, "orders is the service that alerted"]]],
    ["stock", [[90, "the alerted orders calls stock"]]],
    ["store", [[45, "the alerted orders calls store through one other service"]]],
    ["reef", [[-120, "no call from the alerted orders leads to reef"]]],
    ["stranger", []],
  ])("knows how far %s is from the alert", (service, expected) => {
    expect(hit(service)).toEqual(expected);
  });
});

test("explains-other-symptoms counts whom a fault here would bring down, from callee to caller", () => {
  const story: Story = { symptoms: [crash, about("orders", "edge", "01:47:26")], calls: [["edge", "orders"]] };

  expect(ask("explains-other-symptoms", "orders code-error", story)).toEqual([
    [180, "would explain all failing services: edge and orders"],
  ]);
  expect(ask("explains-other-symptoms", "edge dependency-failure", story)).toEqual([
    [90, "would explain 1 of 2 failing services: edge"],
  ]);
});

test("blamed-by-callers counts errors of others that name it", () => {
  const story: Story = { symptoms: [crash, about("orders", "edge", "01:47:26"), about("orders", "web", "01:47:28")] };

  expect(ask("blamed-by-callers", "orders code-error", story)).toEqual([
    [150, "800 errors at edge and web name orders"],
  ]);
});

describe("errors-blame-callee", () => {
  test("clears a service whose errors are about one that fails itself", () => {
    const story: Story = { symptoms: [crash, about("orders", "edge", "01:47:10")] };

    expect(ask("errors-blame-callee", "edge dependency-failure", story)).toEqual([
      [-260, "a victim: 400 errors of its own are about orders, which fails itself since 01:47:20Z"],
    ]);
  });

  test("clears a service that accuses a healthy one only a little, and doubts the accusation", () => {
    const story: Story = { symptoms: [about("orders", "edge", "01:47:10")], heard: ["orders"] };

    expect(ask("errors-blame-callee", "edge dependency-failure", story)).toEqual([
      [-100, "a victim: 400 errors of its own are about orders"],
    ]);
    expect(ask("accused-is-healthy", "orders dependency-failure", story)[0]?.[0]).toBe(-100);
  });

  test("clears it only in part when it also fails in its own words", () => {
    const own = { ...crash, service: "edge", text: "null reference" };
    const story: Story = { symptoms: [crash, own, about("orders", "edge", "01:47:30")] };

    expect(ask("errors-blame-callee", "edge dependency-failure", story)[0]?.[0]).toBe(-130);
  });
});

test("quiet-after-change speaks only when the service's own records were read", () => {
  const story: Story = { symptoms: [{ ...crash, service: "edge" }], changes: [deploy] };

  expect(ask("quiet-after-change", "orders change", { ...story, heard: ["orders"] })).toEqual([
    [-220, "orders itself shows no new errors, and nobody's errors name it"],
  ]);
  expect(ask("quiet-after-change", "orders change", story)).toEqual([]);
});

test("errors-are-usual says that the changed service fails no more than before", () => {
  const usual = { ...crash, text: "cache miss", course: "steady", surprise: 0, baselineCount: 1200 } as const;
  const story: Story = { symptoms: [{ ...crash, service: "edge" }, usual], changes: [deploy] };

  expect(ask("errors-are-usual", "orders change", story)).toEqual([
    [-120, 'its only errors are as frequent as before: "cache miss" ×400 now, ×1,200 in the 2 h before'],
  ]);
});

describe("recovery-after-rollback", () => {
  const back = { service: "orders", at: "01:52:00", version: "v1" };
  const bad = { ...deploy, previousVersion: words("v1") };

  test("is strong when the errors stop", () => {
    const ended = { ...crash, lastAtMs: at("01:52:40"), ended: true };

    expect(ask("recovery-after-rollback", "orders change", { symptoms: [ended], changes: [bad, back] })).toEqual([
      [300, "rolled back at 01:52:00Z, and the errors stopped at 01:52:40Z"],
    ]);
  });

  test("is strong against when they go on", () => {
    expect(ask("recovery-after-rollback", "orders change", { symptoms: [crash], changes: [bad, back] })).toEqual([
      [-300, "errors went on 5 min 50 s after it was rolled back at 01:52:00Z"],
    ]);
  });

  test("says nothing too early", () => {
    const soon = { ...back, at: "01:56:00" };

    expect(ask("recovery-after-rollback", "orders change", { symptoms: [crash], changes: [bad, soon] })).toEqual([]);
  });
});

test("change-explains-it takes credit from a failure that follows a change of the same service", () => {
  expect(ask("change-explains-it", "orders code-error", { symptoms: [crash], changes: [deploy] })).toEqual([
    [-180, "v2 of orders took effect 2 min 20 s before it (01:45:00Z → 01:47:20Z) and would explain it"],
  ]);
});

test("no-change-nearby speaks only when changes were read", () => {
  const elsewhere = { service: "stock", at: "01:45:00", version: "v9" };

  expect(ask("no-change-nearby", "orders code-error", { symptoms: [crash], changes: [elsewhere] })[0]?.[0]).toBe(60);
  expect(ask("no-change-nearby", "orders code-error", { symptoms: [crash], changes: [deploy] })).toEqual([]);
  expect(ask("no-change-nearby", "orders code-error", { symptoms: [crash] })).toEqual([]);
});

test("outside-host counts the callers that complain about somebody else's host", () => {
  const story: Story = {
    symptoms: [about("api.cards.example", "orders", "01:47:20"), about("api.cards.example", "web", "01:47:22")],
  };

  expect(ask("outside-host", "api.cards.example third-party-outage", story)).toEqual([
    [220, "api.cards.example is not one of our services; 800 errors at orders and web are about it"],
  ]);
});

test("own-failure knows words of an own resource, and an expired certificate best", () => {
  const expired = { ...crash, text: "x509: certificate has expired", meaning: { category: "certificate" } } as const;

  expect(ask("own-failure", "orders code-error", { symptoms: [crash] })[0]?.[0]).toBe(120);
  expect(ask("own-failure", "orders certificate", { symptoms: [expired] })[0]?.[0]).toBe(260);
});

test("says-more-itself doubts a vague complaint where the same service names what is broken", () => {
  const story: Story = {
    symptoms: [pool("no free connection"), about("stock", "orders", "01:47:30")],
    heard: ["stock"],
  };

  expect(ask("says-more-itself", "orders dependency-failure", story)).toEqual([
    [-220, 'orders says more exactly what is broken: "no free connection" from 01:47:20Z'],
  ]);
  expect(ask("says-more-itself", "orders resource-exhaustion", story)).toEqual([]);
});

test("resource-metrics counts a metric near its limit", () => {
  const point = asObserved<MetricEvent>({
    ...aLog("orders", "memory", at("01:40:00")),
    kind: "metric",
    name: words("process.memory.usage"),
    unit: words("By"),
    value: 500,
    attributes: {},
  });
  const full = { ...crash, text: "process.memory.usage grew by 90 % in 80 min", surprise: 10, from: "01:40:00" };
  const meaning = { category: "memory", isFailure: false } as const;
  const story: Story = { symptoms: [crash, { ...full, meaning, sampleIds: [point.event.id] }] };
  const extra = { metrics: [point], byId: new Map([...observed(story).byId, [point.event.id, point.event]]) };

  expect(ask("resource-metrics", "orders memory", { ...story, extra })).toEqual([
    [100, "process.memory.usage grew by 90 % in 80 min, from 01:40:00Z"],
  ]);
});

test("a pod's address is the service that the text names beside it", () => {
  const meaning = { category: "connection-refused", peer: words("10.96.14.20") } as const;
  const refused = {
    service: "edge",
    text: "call to orders failed: connect ECONNREFUSED <ip>",
    from: "01:47:20",
    meaning,
  };

  expect(ask("blamed-by-callers", "orders dependency-failure", { symptoms: [refused], heard: ["orders"] })).toEqual([
    [100, "400 errors at edge name orders"],
  ]);
});
