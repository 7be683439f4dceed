import { describe, expect, test } from "vitest";
import { anIncident, words } from "../../../../test/support/observations.ts";
import type { AlertEvent, Event, MetricEvent } from "../../event.ts";
import { type EpochMs, epochMs, eventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import { msToNs } from "../../time.ts";
import { observe } from "../../timeline/observe.ts";
import { metricGraph } from "./metric-graph.ts";
import { measureOf } from "./quantity.ts";

const STEP_MS = 60_000;
const BEFORE = 180;
const NOW = 8;
const ALERT_ROW = BEFORE + 5;
/** The rows in which the fault lasts. */
const isFaulty = (row: number) => row >= BEFORE + 4 && row < BEFORE + 7;
const at = (row: number): EpochMs => epochMs(Date.parse("2026-11-21T00:00:00Z") + row * STEP_MS);

function dice(seed: number): () => number {
  let state = seed * 7919;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A made-up company: who calls whom and how often per request, and how long each works itself. */
interface Company {
  readonly names: readonly string[];
  readonly calls: readonly { readonly from: number; readonly to: number; readonly often: number }[];
  readonly own: readonly number[];
  readonly requests: readonly number[];
}

const NAMES = "shop orders prices stock carts mail search users taxes maps gifts notes".split(" ");

function aCompany(seed: number): Company {
  const roll = dice(seed);
  const names = NAMES.slice(0, 6 + Math.floor(roll() * 7)).toSorted(
    (a, b) => ((a.length + seed) % 3) - ((b.length + seed) % 3),
  );
  const calls = names.slice(1).flatMap((_, index) => {
    const to = index + 1;
    const first = { from: Math.floor(roll() * to), to, often: 0.2 + roll() };
    const second = { from: Math.floor(roll() * to), to, often: 0.1 + roll() / 2 };
    return roll() < 0.3 && second.from !== first.from ? [first, second] : [first];
  });
  const requests = names.map(() => 0);
  requests[0] = 3000;
  for (const { from, to, often } of calls) requests[to] = (requests[to] ?? 0) + (requests[from] ?? 0) * often;
  return { names, calls, own: names.map(() => 0.005 + roll() * 0.05), requests };
}

interface Fault {
  readonly node: number;
  readonly quantity: "latency" | "failure";
}

interface Told {
  readonly company: Company;
  readonly fault: Fault | null;
  readonly seed: number;
  /** What every latency of the recording is multiplied with: it was made at another time. */
  readonly drift?: number;
  /** True when no alert says what it is about. */
  readonly isMute?: boolean;
}

/** The metrics of every service, row by row; callers wait for their callees and pass their failures on. */
function recorded({ company, fault, seed, drift = 1 }: Told): readonly Event[] {
  const roll = dice(seed);
  const noise = () => 1 + 0.1 * (roll() + roll() + roll() - 1.5);
  const extra = fault === null ? 0 : faultSize(company, fault);
  return Array.from({ length: BEFORE + NOW }, (_, row) => {
    const latency = company.own.map((own) => own * noise() * (row < BEFORE ? drift : 1));
    const failure = company.own.map(() => (roll() < 0.2 ? 0.002 * roll() : 0));
    if (fault !== null && isFaulty(row)) {
      const lane = fault.quantity === "latency" ? latency : failure;
      lane[fault.node] = (lane[fault.node] ?? 0) + extra;
    }
    for (const { from, to, often } of company.calls.toReversed()) {
      latency[from] = (latency[from] ?? 0) + often * (latency[to] ?? 0);
      failure[from] = Math.min(1, (failure[from] ?? 0) + often * (failure[to] ?? 0));
    }
    return company.names.flatMap((name, node) => {
      const told = { name, row };
      return [
        aMetric({ ...told, metric: "http.server.request.duration", unit: "ms", value: 1000 * (latency[node] ?? 0) }),
        aMetric({ ...told, metric: "availability", unit: "%", value: 100 * (1 - (failure[node] ?? 0)) }),
        aMetric({ ...told, metric: "requests", unit: "{request}", value: (company.requests[node] ?? 0) * noise() }),
      ];
    });
  }).flat();
}

/** Big enough that the first service, which everybody's trouble reaches, becomes twice as slow or fails one in twenty. */
function faultSize(company: Company, { node, quantity }: Fault): number {
  const reaching = company.names.map((_, index) => Number(index === node));
  const whole = [...company.own];
  for (const { from, to, often } of company.calls.toReversed()) {
    reaching[from] = (reaching[from] ?? 0) + often * (reaching[to] ?? 0);
    whole[from] = (whole[from] ?? 0) + often * (whole[to] ?? 0);
  }
  return (quantity === "latency" ? (whole[0] ?? 0) : 0.05) / (reaching[0] ?? 1);
}

function aMetric(told: { name: string; row: number; metric: string; unit: string; value: number }): MetricEvent {
  return {
    ...placed(told.name, told.row, told.metric),
    kind: "metric",
    name: words(told.metric),
    unit: words(told.unit),
    value: told.value,
    attributes: {},
  };
}

function placed(service: string, row: number, part: string) {
  return {
    id: eventId("test", `${service}/${row}/${part}`),
    atNs: msToNs(at(row)),
    observedNs: null,
    service: words(service),
    host: null,
    source: "test",
    ref: words(`${service}.csv#L${row}`),
    traceId: null,
    spanId: null,
    requestId: null,
  };
}

function anAlert(service: string, metric: string): AlertEvent {
  return {
    ...placed(service, ALERT_ROW, "alert"),
    kind: "alert",
    title: words(`${metric} of ${service}`),
    status: "firing",
    url: null,
    attributes: { metric: words(metric) },
  };
}

function judge(told: Told, alerted = told.company.names[0] ?? "", rename: (name: Safe) => Safe = (name) => name) {
  const metric = told.fault?.quantity === "failure" ? "availability" : "latency";
  const events = [...recorded(told), ...(told.isMute === true ? [] : [anAlert(alerted, metric)])];
  const { names, calls } = told.company;
  const evidence = {
    status: "found" as const,
    events: events.map((event) => ({ ...event, service: event.service === null ? null : rename(event.service) })),
    read: events.length,
    partial: null,
    topology: calls.map(({ from, to }) => [rename(words(names[from] ?? "")), rename(words(names[to] ?? ""))] as const),
  };
  const seen = observe({
    evidence: [{ source: "test", evidence }],
    window: { fromMs: at(BEFORE), toMs: at(BEFORE + NOW) },
    baseline: { fromMs: at(0), toMs: at(BEFORE) },
  });
  const incident = anIncident({
    service: rename(words(alerted)),
    startedAtMs: at(ALERT_ROW),
    detectedAtMs: at(ALERT_ROW),
  });
  const findings = metricGraph(seen, incident).toSorted((a, b) => pointsOf(b) - pointsOf(a));
  return { findings, seen };
}

function pointsOf({ reasons }: { readonly reasons: readonly { readonly points: number }[] }): number {
  return reasons.reduce((sum, { points }) => sum + points, 0);
}

const SEEDS = Array.from({ length: 4 }, (_, index) => index + 1);
const QUANTITIES = ["latency", "failure"] as const;

describe("in a company that nobody has seen before", () => {
  test.each(SEEDS.flatMap((seed) => QUANTITIES.map((quantity) => ({ seed, quantity }))))(
    "a fault stands first wherever it is ($quantity, company $seed)",
    ({ seed, quantity }) => {
      const company = aCompany(seed);
      const told = company.names.map((_, node) => ({ company, fault: { node, quantity }, seed: seed * 100 + node }));
      expect(told.map((each) => judge(each).findings[0]?.service)).toEqual(company.names);
    },
    30_000,
  );

  test("nobody is accused while nothing is wrong", () => {
    const accused = SEEDS.flatMap((seed) => judge({ company: aCompany(seed), fault: null, seed }).findings);
    expect(accused).toEqual([]);
  }, 30_000);

  test("the answer does not depend on names", () => {
    const told = { company: aCompany(3), fault: { node: 4, quantity: "latency" as const }, seed: 5 };
    const plain = judge(told).findings.map((finding) => [turned(finding.service ?? words("")), pointsOf(finding)]);
    expect(judge(told, undefined, turned).findings.map((finding) => [finding.service, pointsOf(finding)])).toEqual(
      plain,
    );
  });
});

describe("the metrics of services say", () => {
  const company = aCompany(2);
  const fault = { node: company.names.length - 1, quantity: "latency" } as const;

  test("the same when the recording was made at another time, when all was twice as slow", () => {
    const { findings } = judge({ company, fault, seed: 9, drift: 2 });
    expect(findings[0]?.service).toBe(company.names[fault.node]);
  });

  test.each(QUANTITIES)("what the trouble is (%s) when the alert does not", (quantity) => {
    const { findings } = judge({ company, fault: { ...fault, quantity }, seed: 9, isMute: true });
    expect(findings[0]).toMatchObject({
      service: company.names[fault.node],
      detail: quantity === "latency" ? "slow-answers" : "failing-requests",
    });
  });

  test("since when, how much, and by which records", () => {
    const { findings, seen } = judge({ company, fault, seed: 9 });
    expect(findings[0]).toMatchObject({ firstAtMs: at(BEFORE + 4), isActive: true, detail: "slow-answers" });
    expect(findings[0]?.summary).toMatch(
      /answers in [\d.]+ m?s instead of [\d.]+ m?s since 03:04:00Z; it adds \d+ % of/u,
    );
    const cited = findings.flatMap(({ reasons }) => reasons.flatMap(({ evidenceIds }) => evidenceIds));
    expect(cited.length).toBeGreaterThan(0);
    expect(cited.every((id) => seen.byId.has(id))).toBe(true);
  });

  test("nothing of a service that alerts while its own series is as ever", () => {
    const leaf = company.names.findIndex((_, node) => node > 0 && node !== fault.node && isApart(company, node));
    expect(judge({ company, fault, seed: 9 }, company.names[leaf]).findings).toEqual([]);
  });
});

/** Turned round, names sort in another order. */
function turned(name: Safe): Safe {
  return words(name.split("").toReversed().join(""));
}

/** True when a service calls nobody, so that no other's fault reaches it. */
function isApart({ calls }: Company, node: number): boolean {
  return !calls.some(({ from }) => from === node);
}

describe("a metric is read as", () => {
  test.each([
    ["http.server.request.duration", "s", { what: "latency", factor: 1 }],
    ["latency", "ms", { what: "latency", factor: 0.001 }],
    ["availability", "%", { what: "failure", isSuccess: true, factor: 0.01 }],
    ["error_rate", "1", { what: "failure", isSuccess: false }],
    ["requests", "{request}", { what: "load" }],
    ["http.server.errors", "{error}", { what: "failures" }],
  ])("%s in %s", (name, unit, expected) => {
    expect(measureOf({ name: words(name), unit: words(unit) })).toMatchObject(expected);
  });

  test.each([
    ["http.client.request.duration", "s"],
    ["jvm.gc.duration", "s"],
    ["container.cpu.utilization", "1"],
    ["latency", "By"],
    ["error_rate", "1/s"],
    ["requests", "%"],
  ])("nothing of what users feel: %s in %s", (name, unit) => {
    expect(measureOf({ name: words(name), unit: words(unit) })).toBeNull();
  });
});
