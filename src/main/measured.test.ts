import { expect, test } from "vitest";
import type { Metrics } from "../app/metrics-port.ts";
import type { ReceiveOutcome } from "../app/receive-delivery.ts";
import { epochMs } from "../core/ids.ts";
import { measuredHook } from "./measured.ts";

const RECEIVED_AT = "2026-11-21T10:00:00Z";

/** What is counted about clocks when a webhook with this `Date` arrives. */
async function skewedBy(
  date: string | undefined,
  outcome: ReceiveOutcome = { kind: "accepted" },
): Promise<readonly unknown[]> {
  const counted: unknown[] = [];
  const metrics: Metrics = {
    count: (name, labels) => void (name === "traceops_clock_skewed_total" && counted.push(labels)),
    observe: () => undefined,
    reached: () => undefined,
  };
  const delivery = { raw: new Uint8Array(), headers: { date }, receivedAtMs: epochMs(Date.parse(RECEIVED_AT)) };
  await measuredHook(metrics, { source: "alertmanager", delivery }, () => Promise.resolve(outcome));
  return counted;
}

test.each([
  ["Sat, 21 Nov 2026 09:54:59 GMT", 1],
  ["Sat, 21 Nov 2026 10:05:01 GMT", 1],
  ["Sat, 21 Nov 2026 09:55:00 GMT", 0],
  ["Sat, 21 Nov 2026 10:05:00 GMT", 0],
  ["yesterday", 0],
  [undefined, 0],
])("a sender whose Date is more than five minutes off is counted: %s", async (date, times) => {
  expect(await skewedBy(date)).toEqual(times === 1 ? [{ against: "alertmanager" }] : []);
});

test("whoever is not believed tells nothing about clocks", async () => {
  expect(await skewedBy("Sat, 21 Nov 2020 10:00:00 GMT", { kind: "refused", reason: "wrong-signature" })).toEqual([]);
});
