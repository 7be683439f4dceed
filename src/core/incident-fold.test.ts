import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert } from "./alert.ts";
import { alertFingerprint, epochMs } from "./ids.ts";
import { foldIncident, foldMore, incidentOf, reopenedAt } from "./incident-fold.ts";
import { own, ownWords } from "./safe.ts";

const words = (text: string) => ownWords(own(text));

function anAlert(change: Partial<Alert> = {}): Alert {
  return {
    source: "generic",
    eventId: "event-1",
    fingerprint: alertFingerprint("one"),
    groupKey: "group",
    externalId: null,
    status: "firing",
    severity: "error",
    title: words("first"),
    service: words("checkout"),
    startedAtMs: epochMs(900),
    occurredAtMs: epochMs(1_000),
    url: null,
    by: null,
    ...change,
  };
}

const at = (ms: number, change: Partial<Alert>) =>
  anAlert({ eventId: `event-${ms}-${change.fingerprint ?? ""}`, occurredAtMs: epochMs(ms), ...change });

/** Few times and names, so that ties and repeats are common. */
const anyAlert = fc
  .record({
    id: fc.integer({ min: 0, max: 1_000_000 }),
    fingerprint: fc.constantFrom("one", "two", "three"),
    groupKey: fc.constantFrom("a", "b"),
    status: fc.constantFrom("firing" as const, "acknowledged" as const, "resolved" as const),
    severity: fc.constantFrom("critical" as const, "error" as const, "warning" as const, "info" as const),
    title: fc.constantFrom("slow", "down"),
    service: fc.constantFrom("checkout", "search", null),
    occurredAtMs: fc.integer({ min: 0, max: 5 }),
    startedAtMs: fc.integer({ min: 0, max: 5 }),
    externalId: fc.constantFrom("P1", "P2", null),
    url: fc.constantFrom("https://x.test/1", null),
    by: fc.constantFrom("ana", "ben", null),
  })
  .map((drawn) => ({
    ...drawn,
    source: "generic",
    eventId: `event-${drawn.id}`,
    fingerprint: alertFingerprint(drawn.fingerprint),
    title: words(drawn.title),
    service: drawn.service === null ? null : words(drawn.service),
    url: drawn.url === null ? null : words(drawn.url),
    by: drawn.by === null ? null : words(drawn.by),
    occurredAtMs: epochMs(drawn.occurredAtMs),
    startedAtMs: epochMs(drawn.startedAtMs),
  }));

/** An event id names one event for ever. */
const anyAlerts = fc.uniqueArray(anyAlert, { selector: ({ eventId }) => eventId, minLength: 1, maxLength: 12 });

describe("an incident is a fold over its events", () => {
  test("the order of arrival has no part in it", () => {
    const shuffled = anyAlerts.chain((alerts) =>
      fc.tuple(fc.constant(alerts), fc.shuffledSubarray(alerts, { minLength: alerts.length })),
    );

    fc.assert(
      fc.property(shuffled, ([alerts, arrived]) => {
        expect(foldIncident(arrived)).toEqual(foldIncident(alerts));
      }),
    );
  });

  test("an event that arrives twice counts once", () => {
    fc.assert(
      fc.property(anyAlerts, fc.integer({ min: 1, max: 3 }), (alerts, times) => {
        const repeated = Array.from({ length: times + 1 }, () => alerts).flat();
        expect(foldIncident(repeated)).toEqual(foldIncident(alerts));
      }),
    );
  });

  test("what was folded up to any instant, stored and read again, goes on to the same incident", () => {
    const instants = fc.uniqueArray(fc.integer({ min: -1, max: 6 }), { maxLength: 4 });
    fc.assert(
      fc.property(anyAlerts, instants, (alerts, cuts) => {
        const bounds = [...cuts.toSorted((a, b) => a - b), Number.POSITIVE_INFINITY];
        let folding: ReturnType<typeof foldMore> = null;
        let from = Number.NEGATIVE_INFINITY;
        for (const until of bounds) {
          const part = alerts.filter(({ occurredAtMs }) => occurredAtMs > from && occurredAtMs <= until);
          folding = JSON.parse(JSON.stringify(foldMore(folding, part)));
          from = until;
        }

        expect(folding === null ? null : incidentOf(folding)).toEqual(foldIncident(alerts));
        expect(folding?.reopenedAtMs ?? null).toBe(reopenedAt(alerts));
      }),
      { numRuns: 1_000 },
    );
  });

  test("it is resolved exactly when the last event of each alert is", () => {
    fc.assert(
      fc.property(anyAlerts, (alerts) => {
        const last = new Map<string, Alert>();
        const rank = { firing: 0, acknowledged: 1, resolved: 2 };
        for (const alert of alerts) {
          const known = last.get(alert.fingerprint);
          const later =
            known === undefined ||
            alert.occurredAtMs > known.occurredAtMs ||
            (alert.occurredAtMs === known.occurredAtMs && rank[alert.status] >= rank[known.status]);
          if (later) last.set(alert.fingerprint, alert);
        }
        const over = [...last.values()].every(({ status }) => status === "resolved");
        const folded = foldIncident(alerts);
        expect(folded?.status === "resolved").toBe(over);
        expect(folded?.resolvedAtMs === null).toBe(!over);
      }),
    );
  });
});

test("no events are no incident", () => {
  expect(foldIncident([])).toBeNull();
});

test("a resolution that overtook its alert does not reopen or rename the incident", () => {
  const resolved = at(2_000, { status: "resolved", title: words("resolved: slow"), severity: "info" });
  const firing = at(1_000, { title: words("slow"), severity: "critical", startedAtMs: epochMs(500) });

  expect(foldIncident([resolved, firing])).toMatchObject({
    title: "slow",
    severity: "critical",
    status: "resolved",
    reopened: false,
    startedAtMs: 500,
    detectedAtMs: 1_000,
    resolvedAtMs: 2_000,
    alertCount: 1,
  });
});

test("an acknowledgement names its person and ends when the alert fires again", () => {
  const firing = at(1_000, {});
  const acknowledged = at(2_000, { status: "acknowledged", by: words("ana") });
  const again = at(3_000, {});

  expect(foldIncident([firing, acknowledged])).toMatchObject({ status: "acknowledged", acknowledgedBy: "ana" });
  expect(foldIncident([firing, acknowledged, again])).toMatchObject({ status: "triggered", acknowledgedBy: null });
});

test("it stays open until its last alert ends, and reopens when one fires afterwards", () => {
  const two = alertFingerprint("two");
  const events = [at(1_000, {}), at(1_100, { fingerprint: two }), at(2_000, { status: "resolved" })];
  const allOver = [...events, at(3_000, { fingerprint: two, status: "resolved" })];

  expect(foldIncident(events)).toMatchObject({ status: "triggered", resolvedAtMs: null, alertCount: 2 });
  expect(foldIncident(allOver)).toMatchObject({ status: "resolved", resolvedAtMs: 3_000, reopened: false });
  expect(foldIncident([...allOver, at(4_000, {})])).toMatchObject({
    status: "triggered",
    resolvedAtMs: null,
    reopened: true,
  });
  expect(reopenedAt(allOver)).toBeNull();
  expect(reopenedAt([at(4_000, {}), ...allOver])).toBe(4_000);
});

test("it gathers services, groups and the senders' own incidents without repeats", () => {
  const folded = foldIncident([
    at(1_000, { externalId: "P1" }),
    at(1_100, { externalId: "P1", url: words("https://x.test/P1"), service: words("search"), groupKey: "other" }),
  ]);

  expect(folded).toMatchObject({
    service: "checkout",
    services: ["checkout", "search"],
    groupKeys: ["group", "other"],
    external: [{ source: "generic", externalId: "P1", url: "https://x.test/P1" }],
    lastAlertAtMs: 1_100,
  });
});
