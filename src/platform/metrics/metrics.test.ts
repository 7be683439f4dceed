import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExposition } from "../../../test/support/exposition-parser.ts";
import { ManualClock } from "../../../test/support/fakes.ts";
import { METRICS } from "./catalog.ts";
import { countRedactions } from "./count-redactions.ts";
import { createCounters } from "./counters.ts";
import { exposition, seriesOf } from "./exposition.ts";

/** Control characters, quotes and backslashes often; halves of pairs now and then. */
const ANY_UNIT = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0x80, max: 0xffff }).map((code) => String.fromCharCode(code)),
);

test("what is written is read back the same by a parser of the format, whatever a label holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: ANY_UNIT, maxLength: 30 }), fc.double({ noNaN: true }), (label, value) => {
      const series = seriesOf("traceops_webhooks_total", { source: label, outcome: "accepted" });
      const [family] = parseExposition(exposition(new Map([[series, value]])));

      expect(family?.samples).toHaveLength(1);
      const printable = label.toWellFormed().replaceAll(/(?!\n)\p{Cc}/gu, "?");
      expect(family?.samples[0]).toEqual({
        name: "traceops_webhooks_total",
        labels: new Map([
          ["outcome", "accepted"],
          ["source", printable],
        ]),
        value: value === 0 ? 0 : value,
      });
    }),
  );
});

test("a histogram's buckets are cumulative, end in +Inf and agree with its count and sum", () => {
  const counters = createCounters(new ManualClock());
  for (const seconds of [0.004, 0.2, 0.2, 99])
    counters.observe("traceops_webhook_duration_seconds", { source: "generic" }, seconds);

  const [family] = parseExposition(exposition(counters.drain().added));

  expect(family).toMatchObject({ name: "traceops_webhook_duration_seconds", type: "histogram" });
  const buckets = family?.samples.filter(({ name }) => name.endsWith("_bucket")) ?? [];
  expect(buckets.map(({ labels, value }) => [labels.get("le"), value])).toEqual([
    ["0.005", 1],
    ["0.01", 1],
    ["0.025", 1],
    ["0.05", 1],
    ["0.1", 1],
    ["0.25", 3],
    ["0.5", 3],
    ["1", 3],
    ["2.5", 3],
    ["5", 3],
    ["+Inf", 4],
  ]);
  expect(family?.samples.find(({ name }) => name.endsWith("_count"))?.value).toBe(4);
  expect(family?.samples.find(({ name }) => name.endsWith("_sum"))?.value).toBeCloseTo(99.404);
});

test("names follow the conventions: a base unit or _total at the end, _total for counters only", () => {
  const wrong = Object.entries(METRICS).filter(([name, { type }]) => {
    const isWellFormed = /^(?:traceops|process|nodejs)_[a-z0-9_]+$/u.test(name);
    return (
      !isWellFormed || name.endsWith("_total") !== (type === "counter") || /_(?:ms|milliseconds|minutes)$/u.test(name)
    );
  });

  expect(wrong).toEqual([]);
});

test("labels that never end cost no memory without end", () => {
  const counters = createCounters(new ManualClock());
  for (let number = 0; number < 10_000; number++) counters.count("traceops_webhooks_total", { source: String(number) });

  expect(counters.drain().added.size).toBe(2_000);
});

test("what could not be added is added the next time, with what came meanwhile", () => {
  const counters = createCounters(new ManualClock());
  counters.count("traceops_webhooks_total", { source: "a" }, 2);
  const counted = counters.drain();
  counters.count("traceops_webhooks_total", { source: "a" });
  counters.restore(counted);

  expect([...counters.drain().added.values()]).toEqual([3]);
});

test("a text counts once for each rule that found something new in it", () => {
  const counters = createCounters(new ManualClock());
  const tell = countRedactions(counters);
  tell("[redacted-card] and [redacted-card], [redacted-secret]", "4111 and 4242, [redacted-secret]");
  tell("[withheld: redaction failed]", "x");

  expect(Object.fromEntries(counters.drain().added)).toEqual({
    'traceops_redactions_total{rule="card"}': 1,
    'traceops_redactions_total{rule="withheld"}': 1,
  });
});
