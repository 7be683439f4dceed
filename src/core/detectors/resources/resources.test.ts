import { expect, test } from "vitest";
import { at, BASELINE, WINDOW, words } from "../../../../test/support/observations.ts";
import { aMetric, seen } from "../../../../test/support/timeline-records.ts";
import type { MetricEvent } from "../../event.ts";
import { eventId } from "../../ids.ts";
import { resources } from "./resources.ts";

const SERVICES = ["web", "orders", "ledger", "stock", "mail", "search"];
const NAME = "k8s.pod.cpu_limit_utilization";

/** One point a minute for every service; `share` tells how much of its limit a service used. */
function minutes(share: (service: string, atMs: number) => number | null, name = NAME): readonly MetricEvent[] {
  const events: MetricEvent[] = [];
  for (let atMs: number = BASELINE.fromMs; atMs < WINDOW.toMs; atMs += 60_000) {
    for (const [index, service] of SERVICES.entries()) {
      const value = share(service, atMs) ?? 2 + ((index * 7 + (atMs / 60_000) * 3) % 11);
      const id = eventId("metrics", `${service}${atMs}${name}`);
      events.push({
        ...aMetric(name, value, atMs),
        id,
        service: words(service),
        host: words(`${service}-1`),
        unit: words("%"),
      });
    }
  }
  return events;
}

const said = (events: readonly MetricEvent[]) =>
  resources(seen(events)).map(({ service, kind }) => `${service} ${kind}`);

test("a processor that is newly at its limit is named, with how much it usually uses", () => {
  const [found] = resources(
    seen(minutes((service, atMs) => (service === "stock" && atMs >= at("01:50:00") ? 99 : null))),
  );

  expect(found).toMatchObject({ service: "stock", kind: "cpu", detail: "cpu-limit", isActive: true });
  expect(found?.summary).toMatch(/stock-1 at 99 % of its limit from 01:50:00Z, usually \d %/u);
});

test("one minute at the limit is enough where no place ever came near it", () => {
  expect(said(minutes((service, atMs) => (service === "mail" && atMs >= at("01:57:00") ? 100 : null)))).toEqual([
    "mail cpu",
  ]);
});

test("what is always full is not newly full", () => {
  expect(said(minutes((service) => (service === "stock" ? 99 : null)))).toEqual([]);
});

test("an idle place that uses many times more of very little is left alone", () => {
  expect(said(minutes((service, atMs) => (service === "stock" && atMs >= at("01:50:00") ? 40 : null)))).toEqual([]);
});

test("where places are full now and then, being full is no news", () => {
  expect(
    said(minutes((service, atMs) => ((atMs / 60_000 + SERVICES.indexOf(service) * 5) % 13 === 0 ? 95 : null))),
  ).toEqual([]);
});

test("without earlier points nothing is new", () => {
  const events = minutes((service) => (service === "stock" ? 99 : null)).filter(
    ({ atNs }) => atNs >= BigInt(WINDOW.fromMs) * 1_000_000n,
  );

  expect(said(events)).toEqual([]);
});

test("memory is judged like the processor", () => {
  const events = minutes(
    (service, atMs) => (service === "search" && atMs >= at("01:45:00") ? 97 : null),
    "k8s.pod.memory_limit_utilization",
  );

  expect(said(events)).toEqual(["search memory"]);
});
