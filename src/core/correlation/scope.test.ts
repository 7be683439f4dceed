import fc from "fast-check";
import { expect, test } from "vitest";
import { anAlert, anOpenIncident, TEN_O_CLOCK } from "../../../test/support/builders.ts";
import { alertFingerprint, epochMs, incidentId } from "../ids.ts";
import { safe } from "../safe.ts";
import { correlate, DEFAULT_CORRELATION_POLICY } from "./correlate.ts";
import { isInScope, openingLocks, scopeOf } from "./scope.ts";

const MINUTE_MS = 60_000;
const NAMES = [safe`basket`, safe`checkout`, safe`payments`] as const;
const nameOf = (index: number) => NAMES[index] ?? NAMES[0];

const places = fc.record({
  fingerprint: fc.integer({ min: 0, max: 6 }),
  group: fc.integer({ min: 0, max: 6 }),
  service: fc.integer({ min: 0, max: 2 }),
  minute: fc.integer({ min: -40, max: 40 }),
  status: fc.constantFrom("triggered", "acknowledged", "resolved"),
});
const edges = [["basket", "checkout"]] as const;
const context = { policy: DEFAULT_CORRELATION_POLICY, nowMs: TEN_O_CLOCK, edges };

type Place = typeof places extends fc.Arbitrary<infer Value> ? Value : never;

function alertAt({ fingerprint, group, service, minute }: Place, index = 0) {
  const startedAtMs = epochMs(TEN_O_CLOCK + minute * MINUTE_MS);
  return anAlert({
    eventId: `event-${index}`,
    fingerprint: alertFingerprint(`F${fingerprint}`),
    groupKey: `G${group}`,
    service: nameOf(service),
    startedAtMs,
  });
}

function incidentAt(place: Place, index: number) {
  const { fingerprint, groupKey, service, startedAtMs } = alertAt(place);
  return anOpenIncident({
    id: incidentId(`inc-${index}`),
    service,
    services: service === null ? [] : [service],
    fingerprints: [fingerprint],
    groupKeys: [groupKey],
    lastAlertAtMs: startedAtMs,
    status: place.status,
  });
}

test("an alert gets the same place among the incidents in its scope as among all", () => {
  fc.assert(
    fc.property(places, fc.array(places, { maxLength: 12 }), (place, others) => {
      const alert = alertAt(place);
      const all = others.map(incidentAt);
      const scope = scopeOf(alert, DEFAULT_CORRELATION_POLICY);
      const some = all.filter((incident) => isInScope(scope, incident));

      expect(correlate(alert, some, context)).toEqual(correlate(alert, all, context));
    }),
    { numRuns: 2_000 },
  );
});

test("two alerts of which one could join the incident that the other opens share a lock", () => {
  fc.assert(
    fc.property(places, places, (one, other) => {
      const opened = incidentAt({ ...other, status: "triggered" }, 1);
      const decision = correlate(alertAt(one), [opened], context);
      const taken = new Set(openingLocks(alertAt(other, 1), DEFAULT_CORRELATION_POLICY));
      const shared = openingLocks(alertAt(one), DEFAULT_CORRELATION_POLICY).filter((name) => taken.has(name));

      expect(shared.length > 0 || decision.kind === "open").toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test("alerts of different services that began an hour apart open their incidents side by side", () => {
  const early = alertAt({ fingerprint: 1, group: 1, service: 0, minute: 0, status: "triggered" });
  const late = alertAt({ fingerprint: 2, group: 2, service: 1, minute: 60, status: "triggered" });
  const locks = [...openingLocks(early, DEFAULT_CORRELATION_POLICY), ...openingLocks(late, DEFAULT_CORRELATION_POLICY)];

  expect(new Set(locks).size).toBe(locks.length);
});

test("all take their locks in the same order, so that two never wait for each other", () => {
  fc.assert(
    fc.property(places, (place) => {
      const locks = openingLocks(alertAt(place), DEFAULT_CORRELATION_POLICY);

      expect(locks).toEqual(locks.toSorted());
    }),
  );
});
