import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anAlert, anOpenIncident, TEN_O_CLOCK } from "../../../test/support/builders.ts";
import { alertFingerprint, epochMs, incidentId } from "../ids.ts";
import type { OpenIncident } from "../incident.ts";
import { safe } from "../safe.ts";
import { correlate, DEFAULT_CORRELATION_POLICY } from "./correlate.ts";

const MINUTE_MS = 60_000;
const later = (minutes: number) => epochMs(TEN_O_CLOCK + minutes * MINUTE_MS);
const context = { policy: DEFAULT_CORRELATION_POLICY, nowMs: TEN_O_CLOCK, edges: [] };
const calls = (...edges: (readonly [string, string])[]) => ({ ...context, edges });

test("the first alert of all opens an incident", () => {
  expect(correlate(anAlert(), [], context)).toEqual({ kind: "open", reason: "no-open-incident-matches" });
});

test("an acknowledgement whose alert is unknown opens an incident: somebody works on something that goes on", () => {
  expect(correlate(anAlert({ status: "acknowledged" }), [], context).kind).toBe("open");
});

test("a resolution that overtook its alert is kept, so that the late start finds it", () => {
  const alert = anAlert({ status: "resolved", startedAtMs: later(-47 * 60) });

  expect(correlate(alert, [], context)).toEqual({
    kind: "open",
    reason: "resolved-before-it-fired",
  });
});

test("a resolution of something so old that no sender still repeats its start is ignored", () => {
  const alert = anAlert({ status: "resolved", startedAtMs: later(-49 * 60) });

  expect(correlate(alert, [], context)).toEqual({ kind: "ignore", reason: "resolved-without-incident" });
});

const attached = (reason: string) => ({ kind: "attach", incidentId: "inc-1", reason });

describe("which incident an alert joins", () => {
  const mine = { fingerprints: [alertFingerprint("Q1")] };
  const elsewhere = { service: safe`search`, services: [safe`search`] };
  const opened = { kind: "open", reason: "no-open-incident-matches" };

  test.each([
    ["the same alert", anAlert(), anOpenIncident({ ...elsewhere, ...mine }), context, attached("same-fingerprint")],
    [
      "the same alert firing again after the incident was closed",
      anAlert({ eventId: "evt-9" }),
      anOpenIncident({ ...mine, status: "resolved" }),
      context,
      attached("same-fingerprint"),
    ],
    [
      "the sender's group, however late",
      anAlert({ groupKey: "g", startedAtMs: later(300) }),
      anOpenIncident({ ...elsewhere, groupKeys: ["g"] }),
      context,
      attached("same-group"),
    ],
    [
      "the same service, minutes later",
      anAlert({ startedAtMs: later(15) }),
      anOpenIncident(),
      context,
      attached("same-service"),
    ],
    ["the same service, too late", anAlert({ startedAtMs: later(16) }), anOpenIncident(), context, opened],
    [
      "another alerted service of the incident",
      anAlert({ service: safe`basket` }),
      anOpenIncident({ services: [safe`orders`, safe`basket`] }),
      context,
      attached("same-service"),
    ],
    [
      "a service that calls the broken one",
      anAlert({ service: safe`gateway`, startedAtMs: later(5) }),
      anOpenIncident(),
      calls(["gateway", "orders"]),
      attached("neighbour-service"),
    ],
    [
      "a service that the broken one calls",
      anAlert({ service: safe`ledger` }),
      anOpenIncident(),
      calls(["orders", "ledger"]),
      attached("neighbour-service"),
    ],
    [
      "a neighbour, too late for a storm",
      anAlert({ service: safe`gateway`, startedAtMs: later(6) }),
      anOpenIncident(),
      calls(["gateway", "orders"]),
      opened,
    ],
    [
      "a neighbour's neighbour",
      anAlert({ service: safe`mobile` }),
      anOpenIncident(),
      calls(["mobile", "gateway"], ["gateway", "orders"]),
      opened,
    ],
    ["no service at all", anAlert({ service: null }), anOpenIncident({ service: null, services: [] }), context, opened],
    [
      "a closed incident of the same service and group",
      anAlert({ groupKey: "g" }),
      anOpenIncident({ status: "resolved", groupKeys: ["g"] }),
      context,
      opened,
    ],
  ])("%s", (...[, alert, incident, ctx, decision]) => {
    expect(correlate(alert, [incident], ctx)).toEqual(decision);
  });

  test("a running incident wins over a closed one, and the nearer over the farther", () => {
    const closed = anOpenIncident({ ...mine, id: incidentId("closed"), status: "resolved" });
    const running = anOpenIncident({ ...mine, id: incidentId("running"), lastAlertAtMs: later(60) });
    const near = anOpenIncident({ ...mine, id: incidentId("near"), lastAlertAtMs: later(2) });

    expect(correlate(anAlert(), [closed, running], context)).toMatchObject({ incidentId: "running" });
    expect(correlate(anAlert(), [running, near], context)).toMatchObject({ incidentId: "near" });
  });
});

const incidents = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("a", "b", "c", "d").map(incidentId),
    service: fc.constantFrom(null, safe`orders`, safe`search`),
    services: fc.subarray([safe`orders`, safe`gateway`]),
    fingerprints: fc.subarray(["Q1", "Q2"].map(alertFingerprint)),
    groupKeys: fc.subarray(["Q1", "Q2"]),
    lastAlertAtMs: fc.integer({ min: -30, max: 30 }).map(later),
    status: fc.constantFrom("triggered", "acknowledged", "resolved"),
  }),
  { selector: ({ id }) => id },
) satisfies fc.Arbitrary<OpenIncident[]>;
const edges = calls(["gateway", "orders"], ["orders", "search"]);

test("the order of the list never decides", () => {
  fc.assert(
    fc.property(incidents, (open) => {
      expect(correlate(anAlert(), open.toReversed(), edges)).toEqual(correlate(anAlert(), open, edges));
    }),
  );
});

test("an alert's place does not depend on its status, so overtaken events meet", () => {
  fc.assert(
    fc.property(incidents, (open) => {
      const [firing, resolved] = (["firing", "resolved"] as const).map((status) =>
        correlate(anAlert({ status }), open, edges),
      );

      expect([resolved?.kind, resolved?.kind === "attach" ? resolved : null]).toEqual([
        firing?.kind,
        firing?.kind === "attach" ? firing : null,
      ]);
    }),
  );
});

test("an alert only ever joins a listed incident, and a closed one only when it is its own", () => {
  fc.assert(
    fc.property(incidents, (open) => {
      const decision = correlate(anAlert(), open, edges);
      const joined = open.find(({ id }) => decision.kind === "attach" && decision.incidentId === id);

      expect(joined !== undefined).toBe(decision.kind === "attach");
      expect(joined?.status === "resolved" && decision.reason !== "same-fingerprint").toBe(false);
    }),
  );
});
