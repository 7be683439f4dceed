import { describe, expect, test } from "vitest";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { at, BASELINE, WINDOW, words } from "../../../test/support/observations.ts";
import { anError, aSpan, badNight, repeated, seen, usualDay } from "../../../test/support/timeline-records.ts";
import type { Event, LogEvent } from "../event.ts";
import { epochNs, eventId } from "../ids.ts";
import { msToNs } from "../time.ts";
import type { Observations, Symptom } from "./observations.ts";
import { observe } from "./observe.ts";
import { buildTimeline } from "./timeline.ts";

const MINUTE_MS = 60_000;

const symptomsOf = (observations: Observations, service: string): readonly Symptom[] =>
  observations.symptoms.filter((symptom) => symptom.service === service);

/** A number as letters only, so that masking cannot make all of them alike. */
function letters(index: number): string {
  return index.toString(26).replaceAll(/\d/gu, (digit) => "qrstuvwxyz".charAt(Number(digit)));
}

describe("symptoms", () => {
  test("what is as frequent as before is steady and no surprise", () => {
    const [receipt] = symptomsOf(seen(usualDay), "orders");

    expect(receipt).toMatchObject({ course: "steady", surprise: 0, baselineCount: 120, count: 40 });
  });

  test("what was never there before and repeats is novel", () => {
    const [refused] = symptomsOf(seen([...usualDay, ...badNight]), "web");

    expect(refused).toMatchObject({ course: "novel", baselineCount: 0, surprise: 12, firstAtMs: at("01:47:21") });
    expect(refused?.meaning).toMatchObject({ category: "upstream-error", peer: "orders" });
  });

  test("a usual error that grows is a burst, dated where it grew", () => {
    const more = repeated("orders", "could not send receipt", {
      from: at("01:45:00"),
      everyMs: 900,
      severity: "error",
    });
    const [receipt] = symptomsOf(seen([...usualDay, ...more]), "orders");

    expect(receipt).toMatchObject({ course: "burst", baselineCount: 120 });
    expect(receipt?.surprise).toBeGreaterThan(3);
    expect(Math.abs((receipt?.firstAtMs ?? 0) - at("01:45:00"))).toBeLessThan(MINUTE_MS);
  });

  test("many lines within one second are one fact", () => {
    const clump = Array.from({ length: 50 }, (_, index) => anError("web", `boom ${index}`, at("01:40:00") + index));
    const [boom] = symptomsOf(seen([...usualDay, ...clump]), "web");

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
    const observations = seen([...usualDay, ...once, ...pauses]);

    expect(symptomsOf(observations, "web")[0]?.ended).toBe(true);
    expect(observations.symptoms.find(({ service, course }) => service === "orders" && course === "novel")?.ended).toBe(
      false,
    );
  });

  test("a line of normal work that is no longer written has vanished", () => {
    const until = repeated("orders", "invoice sent to", { to: at("01:45:00") });
    const vanished = seen([...usualDay, ...until]).symptoms.filter(({ course }) => course === "vanished");

    expect(vanished.map(({ template, meaning }) => [template.slice(0, 15), meaning.isFailure])).toEqual([
      ["invoice sent to", false],
    ]);
  });

  test("without a baseline nothing is novel, yet repeated failures still count", () => {
    const only = badNight.filter(({ service }) => service === "orders");
    const [refused] = symptomsOf(seen(only), "orders");

    expect(refused?.course).toBe("burst");
    expect(refused?.surprise).toBeGreaterThanOrEqual(3);
    expect(seen(only).hasBaseline).toBe(false);
  });

  test("a baseline shorter than the window makes newness worth little", () => {
    const window = { fromMs: at("01:50:00"), toMs: at("01:53:00") };
    const boom = repeated("web", "boom", {
      from: at("01:50:05"),
      to: at("01:53:00"),
      everyMs: 18_000,
      severity: "error",
    });
    const handled = repeated("web", "handled", { from: at("01:49:00"), to: at("01:53:00"), everyMs: 2000 });
    const surprise = (events: readonly Event[]) =>
      seen(events, window).symptoms.find(({ template }) => template.startsWith("boom"))?.surprise;

    expect(surprise([...handled, ...boom])).toBeLessThan(3);
    expect(surprise([...usualDay, ...handled, ...boom])).toBe(12);
  });

  test("however many kinds of trouble there are, the list ends, and the onset's is in it", () => {
    const kinds = Array.from({ length: 900 }, (_, index) => {
      const word = letters(index + 1000);
      return anError("web", `${word} broke ${word} in ${word}`, at("01:30:00") + index * 100);
    });
    const observations = seen([...usualDay, ...badNight, ...kinds]);

    expect(observations.symptoms.length).toBeLessThanOrEqual(301);
    expect(observations.symptoms.some(({ id }) => id === observations.onset?.symptomId)).toBe(true);
  });

  test("counts are told per ten seconds from the window's start", () => {
    const [refused] = symptomsOf(seen([...usualDay, anError("web", "boom", at("01:18:25"))]), "web");

    expect(refused?.buckets.slice(0, 4)).toEqual([0, 0, 1, 0]);
    expect(refused?.buckets).toHaveLength(240);
  });
});

describe("onset", () => {
  test("is the single first error before the burst, not the caller that is loud first", () => {
    const { onset } = seen([...usualDay, ...badNight]);

    expect(onset).toMatchObject({ service: "orders", atMs: at("01:47:20") });
  });

  test("is an error of another kind when the same service bursts within the minute", () => {
    const forerunner = anError("orders", "pool of ledger is at its limit, giving up", at("01:46:50"));

    expect(seen([...usualDay, ...badNight, forerunner]).onset?.eventId).toBe(forerunner.id);
  });

  test("is not an early lonely error", () => {
    const early = anError("orders", "connect ECONNREFUSED ledger-db:5432 attempt 1", at("01:20:00"));

    expect(seen([...usualDay, ...badNight, early]).onset?.atMs).toBe(at("01:47:20"));
  });

  test("is not a lonely error either when the same one comes back before the burst", () => {
    const early = anError("orders", "ledger looks busy", at("01:20:00"));
    const forerunner = anError("orders", "ledger looks busy", at("01:47:10"));

    expect(seen([...usualDay, ...badNight, early, forerunner]).onset?.eventId).toBe(forerunner.id);
  });

  test("is null on a usual day", () => {
    expect(seen(usualDay).onset).toBeNull();
  });

  test("of calls is the one that failed first, though its caller began earlier", () => {
    const calls = Array.from({ length: 20 }, (_, index) => {
      const from = at("01:47:20") + index * 3000;
      return [
        aSpan("web", { index, fromMs: from, lengthMs: 1500 }),
        aSpan("orders", { index, fromMs: from + 100, lengthMs: 1000 }),
      ];
    }).flat();

    expect(seen([...usualDay, ...calls]).onset?.service).toBe("orders");
  });
});

const FAST_MS = 4200;
const onHost = (event: LogEvent, host: string): LogEvent => ({
  ...event,
  host: words(host),
  observedNs: msToNs(Number(event.atNs / 1_000_000n) + 150),
});
const fast = (event: LogEvent): LogEvent => ({ ...event, atNs: epochNs(event.atNs + BigInt(FAST_MS) * 1_000_000n) });

describe("a clock that runs fast", () => {
  const events = [...usualDay, ...badNight].map((event) =>
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

test("twenty thousand lines take less than a second of work", () => {
  const many = [...usualDay, ...repeated("web", "request to /v1/orders/77 answered 200 in", { everyMs: 500 })];
  // Twice the promise: the first run compiles.
  expect(cpuMs(() => buildTimeline(seen([...many, ...badNight])))).toBeLessThan(2000);
  expect(many.length).toBeGreaterThan(20_000);
});

test("two records under one id are one, whichever came first", () => {
  const one = anError("web", "boom", at("01:40:00"));
  const other = { ...one, body: words("bang") };
  const kept = (events: readonly Event[]) => seen([...usualDay, ...events]).byId.get(one.id);

  expect(kept([one, other])).toEqual(kept([other, one]));
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

test("a span that a collector wrote twice is one span, a client and a server of one id are two", () => {
  const call = { ...aSpan("orders", { index: 1, fromMs: at("01:40:00"), lengthMs: 20 }), spanId: "s1" };
  const again: Event = { ...call, id: eventId("spans", "again") };
  const client: Event = { ...call, id: eventId("spans", "client"), service: words("web"), spanKind: "client" };

  expect(seen([call, again, client]).spans.map(({ event }) => event.service)).toHaveLength(2);
  expect(seen([client, again, call]).spans).toEqual(seen([call, again, client]).spans);
});

test("what people say after the last look counts, and no other record from outside of what was read does", () => {
  const outside = msToNs(WINDOW.toMs + 10 * MINUTE_MS);
  const late = { ...anError("orders", "late", at("01:50:00")), atNs: outside };
  const { severity: _s, body: _b, attributes: _a, exception: _e, ...place } = late;
  const said: Event = {
    ...place,
    kind: "person",
    id: eventId("people", "late"),
    who: words("Ada"),
    text: words("it was v2"),
  };

  const observations = seen([...badNight, late, said]);

  expect(observations.people.map(({ event }) => event.id)).toEqual([said.id]);
  expect(observations.logs.map(({ event }) => event.id)).not.toContain(late.id);
});
