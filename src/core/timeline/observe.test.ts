import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aLog, at, BASELINE, WINDOW, words } from "../../../test/support/observations.ts";
import type { ChangeEvent, Event, KubernetesEvent, LogEvent, MetricEvent, SpanEvent } from "../event.ts";
import { epochMs, epochNs, eventId } from "../ids.ts";
import { msToNs } from "../time.ts";
import type { Observations, Symptom } from "./observations.ts";
import { observe } from "./observe.ts";
import { buildTimeline } from "./timeline.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Records of one service every `everyMs`, with different numbers in them. */
function repeated(
  service: string,
  text: string,
  { from = BASELINE.fromMs, to = WINDOW.toMs, everyMs = 10_000, severity = "info" }: Told = {},
): LogEvent[] {
  const events: LogEvent[] = [];
  for (let atMs: number = from; atMs < to; atMs += everyMs) {
    events.push({ ...aLog(service, `${text} ${atMs % 9973}`, epochMs(atMs)), severity });
  }
  return events;
}

interface Told {
  readonly from?: number;
  readonly to?: number;
  readonly everyMs?: number;
  readonly severity?: LogEvent["severity"];
}

const anError = (service: string, text: string, atMs: number): LogEvent => ({
  ...aLog(service, text, epochMs(atMs)),
  severity: "error",
});

/** A usual day: two working services, one of them with a steady error. */
const usual = [
  ...repeated("web", "handled request"),
  ...repeated("orders", "order stored"),
  ...repeated("orders", "could not send receipt", { everyMs: 60_000, severity: "error" }),
];
/** And a bad night: one first error, a caller a second later, then the burst. */
const night = [
  anError("orders", "connect ECONNREFUSED ledger-db:5432", at("01:47:20")),
  anError("web", "upstream orders returned 503", at("01:47:21")),
  ...repeated("orders", "connect ECONNREFUSED ledger-db:5432 attempt", {
    from: at("01:47:23"),
    everyMs: 500,
    severity: "error",
  }),
  ...repeated("web", "upstream orders returned 503 after", { from: at("01:47:24"), everyMs: 700, severity: "error" }),
];

function seen(events: readonly Event[], window = WINDOW): Observations {
  const evidence = { status: "found", events, read: events.length, partial: null } as const;
  return observe({ evidence: [{ source: "logs", evidence }], window, baseline: BASELINE });
}

const symptomsOf = (observations: Observations, service: string): readonly Symptom[] =>
  observations.symptoms.filter((symptom) => symptom.service === service);

/** Everything that can be compared, byte for byte. */
function printed(observations: Observations): string {
  const { byId, graph, ...rest } = observations;
  const all = { ...rest, ids: [...byId.keys()], edges: graph.edges, timeline: buildTimeline(observations) };
  return JSON.stringify(all, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

describe("symptoms", () => {
  test("what is as frequent as before is steady and no surprise", () => {
    const [receipt] = symptomsOf(seen(usual), "orders");

    expect(receipt).toMatchObject({ course: "steady", surprise: 0, baselineCount: 120, count: 40 });
  });

  test("what was never there before and repeats is novel", () => {
    const [refused] = symptomsOf(seen([...usual, ...night]), "web");

    expect(refused).toMatchObject({ course: "novel", baselineCount: 0, surprise: 12, firstAtMs: at("01:47:21") });
    expect(refused?.meaning).toMatchObject({ category: "upstream-error", peer: "orders" });
  });

  test("a usual error that grows is a burst, dated where it grew", () => {
    const more = repeated("orders", "could not send receipt", {
      from: at("01:45:00"),
      everyMs: 900,
      severity: "error",
    });
    const [receipt] = symptomsOf(seen([...usual, ...more]), "orders");

    expect(receipt).toMatchObject({ course: "burst", baselineCount: 120 });
    expect(receipt?.surprise).toBeGreaterThan(3);
    expect(Math.abs((receipt?.firstAtMs ?? 0) - at("01:45:00"))).toBeLessThan(MINUTE_MS);
  });

  test("many lines within one second are one fact", () => {
    const clump = Array.from({ length: 50 }, (_, index) => anError("web", `boom ${index}`, at("01:40:00") + index));
    const [boom] = symptomsOf(seen([...usual, ...clump]), "web");

    expect(boom?.count).toBe(50);
    expect(boom?.surprise).toBeLessThan(3);
  });

  test("what stopped while its service goes on has ended; what comes and goes has not", () => {
    const once = repeated("web", "socket hang up", {
      from: at("01:40:00"),
      to: at("01:43:00"),
      everyMs: 2000,
      severity: "error",
    });
    const pauses = ["01:40:00", "01:44:30", "01:49:00", "01:53:30"].flatMap((clock) =>
      repeated("orders", "socket hang up", { from: at(clock), to: at(clock) + 5000, everyMs: 1000, severity: "error" }),
    );
    const observations = seen([...usual, ...once, ...pauses]);

    expect(symptomsOf(observations, "web")[0]?.ended).toBe(true);
    expect(observations.symptoms.find(({ service, course }) => service === "orders" && course === "novel")?.ended).toBe(
      false,
    );
  });

  test("a line of normal work that is no longer written has vanished", () => {
    const until = repeated("orders", "invoice sent to", { to: at("01:45:00") });
    const vanished = seen([...usual, ...until]).symptoms.filter(({ course }) => course === "vanished");

    expect(vanished.map(({ template, meaning }) => [template, meaning.isFailure])).toEqual([
      ["invoice sent to <num>", false],
    ]);
  });

  test("without a baseline nothing is novel, yet repeated failures still count", () => {
    const only = night.filter(({ service }) => service === "orders");
    const [refused] = symptomsOf(seen(only), "orders");

    expect(refused?.course).toBe("burst");
    expect(refused?.surprise).toBeGreaterThanOrEqual(3);
    expect(seen(only).hasBaseline).toBe(false);
  });

  test("a baseline shorter than the burst makes newness worth little", () => {
    const short = [
      ...repeated("web", "handled", { from: at("01:46:00") }),
      ...repeated("web", "boom", { from: at("01:47:00"), to: at("01:47:10"), everyMs: 1000, severity: "error" }),
    ];
    const window = { fromMs: at("01:46:30"), toMs: WINDOW.toMs };
    const long = [...usual, ...short];

    expect(symptomsOf(seen(short, window), "web")[0]?.surprise).toBeLessThan(
      symptomsOf(seen(long), "web").find(({ template }) => template.startsWith("boom"))?.surprise ?? 0,
    );
  });

  test("counts are told per ten seconds from the window's start", () => {
    const [refused] = symptomsOf(seen([...usual, anError("web", "boom", at("01:18:25"))]), "web");

    expect(refused?.buckets.slice(0, 4)).toEqual([0, 0, 1, 0]);
    expect(refused?.buckets).toHaveLength(240);
  });
});

describe("onset", () => {
  test("is the single first error before the burst, not the caller that is loud first", () => {
    const { onset } = seen([...usual, ...night]);

    expect(onset).toMatchObject({ service: "orders", atMs: at("01:47:20") });
  });

  test("is an error of another kind when the same service bursts within the minute", () => {
    const forerunner = anError("orders", "pool of ledger is at its limit, giving up", at("01:46:50"));

    expect(seen([...usual, ...night, forerunner]).onset?.eventId).toBe(forerunner.id);
  });

  test("is not an early lonely error", () => {
    const early = anError("orders", "connect ECONNREFUSED ledger-db:5432", at("01:20:00"));

    expect(seen([...usual, ...night, early]).onset?.atMs).toBe(at("01:47:20"));
  });

  test("is null on a usual day", () => {
    expect(seen(usual).onset).toBeNull();
  });

  test("of calls is the one that failed first, though its caller began earlier", () => {
    const span = (service: string, from: number, lengthMs: number, index: number): SpanEvent => ({
      ...aLog(service, "x", epochMs(from)),
      id: eventId("spans", `${service}${index}`),
      kind: "span",
      traceId: `t${index}`,
      spanId: service,
      parentSpanId: service === "orders" ? "web" : null,
      name: words("GET /orders"),
      spanKind: "server",
      durationNs: BigInt(lengthMs) * 1_000_000n,
      status: "error",
      attributes: {},
    });
    const calls = Array.from({ length: 20 }, (_, index) => {
      const from = at("01:47:20") + index * 3000;
      return [span("web", from, 1500, index), span("orders", from + 100, 1000, index)];
    }).flat();

    expect(seen([...usual, ...calls]).onset?.service).toBe("orders");
  });
});

describe("a clock that runs fast", () => {
  const FAST_MS = 4200;
  const onHost = (event: LogEvent, host: string): LogEvent => ({
    ...event,
    host: words(host),
    observedNs: msToNs(Number(event.atNs / 1_000_000n) + 150),
  });
  const fast = (event: LogEvent): LogEvent => ({ ...event, atNs: epochNs(event.atNs + BigInt(FAST_MS) * 1_000_000n) });
  const events = [...usual, ...night].map((event) =>
    event.service === "orders" ? fast(onHost(event, "host-b")) : onHost(event, "host-a"),
  );

  test("is found by the times of receipt and taken out, and the rows say so", () => {
    const observations = seen(events);
    const { rows } = buildTimeline(observations);

    expect(observations.skew).toMatchObject([{ host: "host-b", correctionMs: -FAST_MS }]);
    expect(observations.onset).toMatchObject({ service: "orders", atMs: at("01:47:20") });
    expect(rows.find(({ role }) => role === "first-symptom")?.skewCorrectedMs).toBe(-FAST_MS);
    expect(rows.map(({ text }) => text)).toContainEqual(expect.stringContaining("clock of host-b runs 4.2 s fast"));
  });

  test("is left alone when the delays are only long, or all over the place", () => {
    const slowly = events.map((event, index) => ({
      ...event,
      observedNs: epochNs(event.atNs + BigInt(index % 60) * 1_000_000_000n),
    }));

    expect(seen(slowly).skew).toEqual([]);
  });
});

describe("the timeline", () => {
  const change = (overrides: Partial<ChangeEvent["change"]>, clock: string, source = "changes"): ChangeEvent => ({
    ...aLog("orders", "x", at(clock)),
    id: eventId(source, `${clock}${overrides.status ?? ""}`),
    source,
    kind: "change",
    change: {
      kind: "deploy",
      status: "deployed",
      version: words("v2"),
      previousVersion: words("v1"),
      environment: null,
      by: words("ada"),
      url: null,
      summary: words("smaller pool"),
      files: [],
      pullRequest: null,
      ...overrides,
    },
  });
  const warning: KubernetesEvent = {
    ...aLog("orders", "x", at("01:49:00")),
    id: eventId("k8s", "1"),
    kind: "kubernetes",
    object: words("Pod/orders-7d9f8b6c5-x2x9z"),
    reason: words("BackOff"),
    type: "Warning",
    note: words("Back-off restarting failed container"),
    count: 7,
  };
  const alert: Event = {
    ...aLog("web", "x", at("01:48:00")),
    id: eventId("pd", "1"),
    kind: "alert",
    title: words("5xx above 5 %"),
    status: "firing",
    url: null,
  };
  const rowsOf = (events: readonly Event[]) => buildTimeline(seen(events)).rows;

  test("tells change, first symptom, spread and alert in order of time", () => {
    const rows = rowsOf([...usual, ...night, change({}, "01:45:00"), alert]);

    expect(rows.map(({ role, service, count }) => [role, service, count])).toEqual([
      ["change", "orders", 1],
      ["first-symptom", "orders", 1],
      ["spread", "web", 1],
      ["spread", "orders", expect.any(Number)],
      ["spread", "web", expect.any(Number)],
      ["alert", "web", 1],
    ]);
  });

  test("folds what two sources say of one deploy", () => {
    const [row] = rowsOf([change({}, "01:45:00"), change({}, "01:46:00", "pagerduty")]);

    expect(row).toMatchObject({ role: "change", count: 2, text: "deployed v2 (before: v1) by ada: smaller pool" });
  });

  test("says what was merged and not deployed, and what failed to deploy", () => {
    const pullRequest = { number: 7, title: words("smaller pool"), url: null };
    const rows = rowsOf([
      change({ status: "merged", pullRequest, version: words("abc") }, "01:40:00"),
      change({ status: "failed" }, "01:45:00"),
    ]);

    expect(rows.map(({ role, text }) => [role, text])).toEqual([
      ["context", "merged, not deployed: pull request #7 by ada: smaller pool"],
      ["change", "deploy failed: v2 (before: v1) by ada: smaller pool"],
    ]);
  });

  test("says when a merge was deployed later", () => {
    const pullRequest = { number: 7, title: words("smaller pool"), url: null };
    const rows = rowsOf([change({ status: "merged", pullRequest }, "01:40:00"), change({}, "01:45:00")]);

    expect(rows[0]?.text).toContain("merged, deployed at 01:45:00Z");
  });

  test("tells cluster warnings with their count, and the end of the errors", () => {
    const short = night.filter(({ atNs }) => atNs < msToNs(at("01:50:00")));
    const rows = rowsOf([...usual, ...short, warning]);

    expect(rows.find(({ role, source }) => role !== "first-symptom" && source === "logs")).toBeDefined();
    expect(rows.find(({ text }) => text.includes("BackOff"))?.count).toBe(7);
    expect(rows.at(-1)).toMatchObject({ role: "recovery", text: expect.stringContaining("errors stopped") });
  });

  test("folds a storm of alerts into the first and the rest", () => {
    const storm = Array.from({ length: 30 }, (_, index) => ({
      ...alert,
      id: eventId("pd", `s${index}`),
      atNs: msToNs(at("01:48:00") + index * SECOND_MS),
      title: words(`alert ${index}`),
    }));

    expect(rowsOf(storm).map(({ role, count }) => [role, count])).toEqual([
      ["alert", 1],
      ["alert", 29],
    ]);
  });

  test("shows at most fifteen rows and counts the others", () => {
    const changes = Array.from({ length: 40 }, (_, index) => ({
      ...change({ version: words(`v${index}`) }, "01:30:00"),
      id: eventId("changes", `many${index}`),
      atNs: msToNs(at("01:30:00") + index * MINUTE_MS * 0.5),
    }));
    const { rows, hiddenRows } = buildTimeline(seen(changes));

    expect([rows.length, hiddenRows]).toEqual([15, 25]);
  });

  test("a resource at its limit is context, and no failing record", () => {
    const metric = (name: string, value: number, atMs: number): MetricEvent => ({
      ...aLog("orders", "x", epochMs(atMs)),
      id: eventId("metrics", `${name}${atMs}`),
      kind: "metric",
      name: words(name),
      unit: words("{connection}"),
      value,
      attributes: {},
    });
    const points: MetricEvent[] = [];
    for (let atMs: number = BASELINE.fromMs; atMs < WINDOW.toMs; atMs += MINUTE_MS) {
      points.push(metric("db.pool.max", 10, atMs), metric("db.pool.used", atMs < at("01:46:00") ? 3 : 10, atMs));
    }
    const observations = seen([...usual, ...points]);

    expect(buildTimeline(observations).rows).toMatchObject([
      { role: "context", at: "2026-11-21T01:46:00.000Z", text: "db.pool.used at 100 % of its limit" },
    ]);
    expect(observations.symptoms.find(({ meaning }) => meaning.category === "connection-pool")?.meaning.isFailure).toBe(
      false,
    );
    expect(observations.onset).toBeNull();
  });
});

describe("whatever the records are", () => {
  const texts = [
    "boom 1",
    "boom 2",
    "connect ECONNREFUSED b:1",
    "ok",
    "upstream a returned 503",
    "0 errors",
    "timed out",
  ];
  const anyLog = fc
    .record({
      service: fc.constantFrom("a", "b", "c"),
      text: fc.constantFrom(...texts),
      offset: fc.integer({ min: -9_000_000, max: 3_000_000 }),
      severity: fc.constantFrom<LogEvent["severity"]>("info", "warn", "error", "unspecified"),
      trace: fc.constantFrom("t1", "t2", null),
    })
    .map(
      ({ service, text, offset, severity, trace }): LogEvent => ({
        ...aLog(service, text, epochMs(WINDOW.fromMs + offset)),
        severity,
        traceId: trace,
      }),
    );
  const anyStory = fc.array(anyLog, { maxLength: 120 }).map((some) => [...some, ...night.slice(0, 300)]);

  test("their order and their repeats do not matter", () => {
    fc.assert(
      fc.property(anyStory, fc.infiniteStream(fc.nat()), (events, keys) => {
        const shuffled = [...events, ...events.slice(0, 40)]
          .map((event) => ({ event, key: keys.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ event }) => event);

        expect(printed(seen(shuffled))).toBe(printed(seen(events)));
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  test("rows are sorted, at most fifteen, and cite records that exist", () => {
    fc.assert(
      fc.property(anyStory, (events) => {
        const observations = seen(events);
        const { rows } = buildTimeline(observations);

        expect(rows.length).toBeLessThanOrEqual(15);
        expect(rows.map(({ at: time, id }) => `${time} ${id}`)).toEqual(
          rows.map(({ at: time, id }) => `${time} ${id}`).toSorted(),
        );
        expect(rows.flatMap(({ evidenceIds }) => evidenceIds).every((id) => observations.byId.has(id))).toBe(true);
        expect(rows.filter(({ role }) => role === "first-symptom").length).toBe(observations.onset === null ? 0 : 1);
        expect(
          observations.symptoms.flatMap(({ sampleIds }) => sampleIds).every((id) => observations.byId.has(id)),
        ).toBe(true);
      }),
      { seed: 4, numRuns: 60 },
    );
  });
});

test("twenty thousand lines take less than a second of work", () => {
  const many = [...usual, ...repeated("web", "request to /v1/orders/77 answered 200 in", { everyMs: 500 })];
  const started = performance.now();
  const observations = seen([...many, ...night]);
  buildTimeline(observations);

  expect(observations.logs.length).toBeGreaterThan(20_000);
  // Three times the promise, because tests share a busy machine.
  expect(performance.now() - started).toBeLessThan(3000);
});

test("answers that are empty or failed show nothing, and nothing breaks", () => {
  const observations = observe({
    evidence: [
      { source: "a", evidence: { status: "empty", searched: words("everything") } },
      { source: "b", evidence: { status: "failed", reason: "timeout", detail: words("late") } },
    ],
    window: WINDOW,
    baseline: BASELINE,
  });

  expect(observations).toMatchObject({ hasBaseline: false, symptoms: [], onset: null });
  expect(buildTimeline(observations)).toEqual({ rows: [], hiddenRows: 0 });
});
