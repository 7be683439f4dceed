import { expect, test } from "vitest";
import { observed, type ToldSymptom } from "../../../test/support/observations.ts";
import { drawChart } from "./chart.ts";

const failing = (service: string, buckets: readonly number[]): ToldSymptom => ({
  service,
  text: `${service} failed`,
  from: "01:47:20",
  buckets,
});

test("failures are counted per bucket of the window, for all and for the loudest five services", () => {
  const services = ["a", "b", "c", "d", "e", "f"];
  const chart = drawChart(observed({ symptoms: services.map((name, index) => failing(name, [index + 1, 0, 1])) }));

  // Forty minutes in at most 120 buckets are 20 s each: two symptom buckets of 10 s fall into one.
  expect(chart).toMatchObject({ from: "2026-11-21T01:18:00.000Z", bucketSeconds: 20 });
  expect(chart.errors).toHaveLength(120);
  expect(chart.errors.slice(0, 3)).toEqual([21, 6, 0]);
  expect(chart.byService.map(({ service }) => service)).toEqual(["f", "e", "d", "c", "b"]);
});

test("what is no failure is not drawn", () => {
  const chart = drawChart(observed({ symptoms: [{ ...failing("a", [7]), meaning: { isFailure: false } }] }));

  expect({ ...chart, errors: chart.errors.filter(Boolean) }).toMatchObject({ errors: [], byService: [] });
});
