import { describe, expect, test } from "vitest";
import { epochMs } from "../core/ids.ts";
import { generateScenario, scenarioNames } from "./generate-scenario.ts";
import { plantedSecrets } from "./planted.ts";
import { createRandom } from "./random.ts";

function linesOf(path: string): readonly string[] {
  return (generateScenario("two-am").files.get(path) ?? "").split("\n").filter((line) => line !== "");
}

describe("every scenario", () => {
  test("has a name that its own text does not give away", () => {
    const causes = scenarioNames.filter((name) => {
      const logs = [...generateScenario(name).files.values()].join("\n");
      return name.includes("-") && logs.includes(name);
    });

    expect(causes).toEqual([]);
  }, 60_000);

  test("is the same for the same seed, and another for another seed", () => {
    const [one, again, other] = [1, 1, 2].map((seed) =>
      JSON.stringify([...generateScenario("recovered", { seed }).files]),
    );

    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test("moves as a whole when its alert is moved", () => {
    const startAt = epochMs(Date.UTC(2027, 0, 5, 8, 30));

    const { alert, files, alertAtMs } = generateScenario("recovered", { startAt });

    expect(alertAtMs).toBe(startAt);
    expect(alert).toMatchObject({
      event: { event_type: "incident.triggered", occurred_at: "2027-01-05T08:30:00.000Z" },
    });
    expect([...files.values()].join("\n")).not.toContain("2026-03-03");
  });
});

describe("two-am", () => {
  test("has about 18,000 lines in the window and five log groups", () => {
    const { files } = generateScenario("two-am");
    const groups = [...files].filter(([path]) => path.startsWith("logs/"));
    // Two hours and two minutes of baseline come before the window.
    const perGroup = groups.map(([, content]) => content.split("\n").filter(isInWindow).length);

    expect(groups).toHaveLength(5);
    const total = perGroup.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(17_000);
    expect(total).toBeLessThan(19_000);
  });

  test("has one host whose clock is 4.2 s fast, seen only by comparing with the collector", () => {
    const first = linesOf("logs/payment-service.jsonl").find((line) => line.includes('"ERROR"')) ?? "";
    const own = Number(/"timeUnixNano":"(\d+)"/u.exec(first)?.[1]) / 1e6;
    const observed = Number(/"observedTimeUnixNano":"(\d+)"/u.exec(first)?.[1]) / 1e6;

    expect(first).toContain("ip-10-0-3-44");
    expect(new Date(own).toISOString()).toBe("2026-11-21T01:47:24.200Z");
    expect(observed - own).toBeLessThan(-3800);
  });

  test("says each planted secret in one line only", () => {
    const lines = [...generateScenario("two-am").files.values()].flatMap((content) => content.split("\n"));

    expect(lines.filter((line) => plantedSecrets.some((secret) => line.includes(secret)))).toHaveLength(1);
  });
});

test("a storm has about forty alerts of six services, and the first stands in the bundle", () => {
  const { alerts, alert, files } = generateScenario("alert-storm");
  const services = new Set(
    alerts.map((each) => /"service":\{[^}]*"summary":"([^"]+)"/u.exec(JSON.stringify(each))?.[1]),
  );

  expect(alerts.length).toBeGreaterThan(34);
  expect(services.size).toBe(6);
  expect(JSON.parse(files.get("alert.json") ?? "")).toEqual(alert);
});

test("chance is even enough and stays within its bounds", () => {
  const random = createRandom(7);
  const draws = Array.from({ length: 6000 }, () => random.int(1, 6));

  expect(new Set(draws)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  for (const face of [1, 2, 3, 4, 5, 6]) expect(draws.filter((each) => each === face).length).toBeGreaterThan(850);
  expect(random.hex(9)).toMatch(/^[0-9a-f]{9}$/u);
});

/** By the first time in the line, whatever its form. */
function isInWindow(line: string): boolean {
  const nanos = /"timeUnixNano":"(\d+)"/u.exec(line)?.[1];
  const at =
    nanos === undefined ? /(\d{4}-\d\d-\d\dT[\d:.]+Z)/u.exec(line)?.[1] : new Date(Number(nanos) / 1e6).toISOString();
  return at !== undefined && at >= "2026-11-21T01:18:00.000Z";
}
