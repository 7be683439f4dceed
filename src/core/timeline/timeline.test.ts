import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aLog, at, BASELINE, WINDOW, words } from "../../../test/support/observations.ts";
import { aChange, aMetric, badNight, seen, usualDay } from "../../../test/support/timeline-records.ts";
import type { TimelineRow } from "../analysis.ts";
import type { Event, KubernetesEvent, LogEvent, MetricEvent } from "../event.ts";
import { epochMs, eventId } from "../ids.ts";
import { msToNs } from "../time.ts";
import type { Observations } from "./observations.ts";
import { buildTimeline } from "./timeline.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

function rowsOf(events: readonly Event[]): readonly TimelineRow[] {
  return buildTimeline(seen(events)).rows;
}

/** Everything that can be compared, byte for byte. */
function printed(observations: Observations): string {
  const { byId, graph, ...rest } = observations;
  const all = { ...rest, ids: [...byId.keys()], edges: graph.edges, timeline: buildTimeline(observations) };
  return JSON.stringify(all, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

describe("the timeline", () => {
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

  test("tells change, first symptom, spread and alert in order of time", () => {
    const rows = rowsOf([...usualDay, ...badNight, aChange("01:45:00"), alert]);

    expect(rows.map(({ role, service, count }) => [role, service, count])).toEqual([
      ["change", "orders", 1],
      ["first-symptom", "orders", 1],
      ["spread", "web", 910],
      ["spread", "orders", 1274],
      ["alert", "web", 1],
    ]);
  });

  test("folds what two sources say of one deploy", () => {
    const [row] = rowsOf([aChange("01:45:00"), aChange("01:46:00", {}, "pagerduty")]);

    expect(row).toMatchObject({ role: "change", count: 2, text: "deployed v2 (before: v1) by ada: smaller pool" });
  });

  test("says what was merged and not deployed, and what failed to deploy", () => {
    const pullRequest = { number: 7, title: words("smaller pool"), url: null };
    const rows = rowsOf([
      aChange("01:40:00", { status: "merged", pullRequest, version: words("abc") }),
      aChange("01:45:00", { status: "failed" }),
    ]);

    expect(rows.map(({ role, text }) => [role, text])).toEqual([
      ["context", "merged, not deployed: pull request #7 by ada: smaller pool"],
      ["change", "deploy failed: v2 (before: v1) by ada: smaller pool"],
    ]);
  });

  test("says when a merge was deployed later", () => {
    const pullRequest = { number: 7, title: words("smaller pool"), url: null };
    const rows = rowsOf([aChange("01:40:00", { status: "merged", pullRequest }), aChange("01:45:00")]);

    expect(rows[0]?.text).toContain("merged, deployed at 01:45:00Z");
  });

  test("tells cluster warnings with their count, and the end of the errors", () => {
    const short = badNight.filter(({ atNs }) => atNs < msToNs(at("01:50:00")));
    const rows = rowsOf([...usualDay, ...short, warning]);

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
      ...aChange("01:30:00", { version: words(`v${index}`) }),
      id: eventId("changes", `many${index}`),
      atNs: msToNs(at("01:30:00") + index * MINUTE_MS * 0.5),
    }));
    const { rows, hiddenRows } = buildTimeline(seen(changes));

    expect([rows.length, hiddenRows]).toEqual([15, 25]);
  });

  test("a resource at its limit is context, and no failing record", () => {
    const points: MetricEvent[] = [];
    for (let atMs: number = BASELINE.fromMs; atMs < WINDOW.toMs; atMs += MINUTE_MS) {
      points.push(aMetric("db.pool.max", 10, atMs), aMetric("db.pool.used", atMs < at("01:46:00") ? 3 : 10, atMs));
    }
    const observations = seen([...usualDay, ...points]);

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
  const anyStory = fc.array(anyLog, { maxLength: 120 }).map((some) => [...some, ...badNight.slice(0, 300)]);

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
