import { describe, expect, test } from "vitest";
import { aMesh, type MeshStory, type Moment } from "../../../../test/support/mesh.ts";
import type { FindingReason } from "../finding.ts";
import { canary } from "./canary.ts";

const ALL = { orders: 13, prices: 14, stock: 15, mail: 15 };

function judged(story: MeshStory) {
  const { observations, incident } = aMesh({ rollouts: ALL, ...story });
  return canary(observations, incident)
    .map(({ service, reasons, summary, isActive }) => ({
      service,
      reasons,
      summary,
      isActive,
      points: pointsOf(reasons),
    }))
    .toSorted((a, b) => b.points - a.points);
}

/** As the ranking adds them: the best and the worst of each family. */
function pointsOf(reasons: readonly FindingReason[]): number {
  return [...Map.groupBy(reasons, ({ family }) => family).values()].reduce((sum, of) => {
    const points = of.map((each) => each.points);
    return sum + Math.max(0, ...points) + Math.min(0, ...points);
  }, 0);
}

const since = (minute: number, percent: number) => (moment: Moment) => (moment.minute >= minute ? percent : undefined);
const signalsOf = (story: MeshStory, service: string) =>
  judged(story)
    .find((finding) => finding.service === service)
    ?.reasons.map(({ signal }) => signal) ?? [];

describe("the rollout at fault stands first when", () => {
  const cases: readonly (readonly [string, string, MeshStory])[] = [
    [
      "its new pods fail the requests they serve",
      "stock",
      { fault: ({ what, service, isNew }) => (what === "served" && service === "stock" && isNew ? 60 : undefined) },
    ],
    [
      "its new pods fail and all its callers fail with them",
      "prices",
      {
        fault: (moment) => {
          if (moment.what !== "served" || moment.minute < 16) return undefined;
          if (moment.service === "prices") return moment.isNew ? 70 : undefined;
          return moment.service === "orders" ? 40 : undefined;
        },
      },
    ],
    [
      "only calls that its new pods make fail, at every pod they call",
      "orders",
      {
        fault: (moment) => {
          if (moment.client !== "orders" || moment.server !== "mail") return undefined;
          if (moment.what === "made") return moment.isNew ? 90 : undefined;
          return moment.what === "served" && moment.minute >= 15 ? 30 : undefined;
        },
      },
    ],
    [
      "its new pods are never measured and its callers fail, new and old pods alike",
      "stock",
      {
        silent: ["stock"],
        fault: (moment) =>
          moment.what === "served" && moment.service === "orders" ? since(17, 50)(moment) : undefined,
      },
    ],
    [
      "its new pods are slow and nothing fails",
      "prices",
      { fault: ({ what, service, isNew }) => (what === "latency" && service === "prices" && isNew ? 80 : undefined) },
    ],
    [
      "its new pods burn processor time and nothing fails",
      "mail",
      { fault: ({ what, service, isNew }) => (what === "cpu" && service === "mail" && isNew ? 95 : undefined) },
    ],
    [
      "calls to it fail since it serves, and its new pods are not measured",
      "mail",
      {
        silent: ["mail"],
        fault: ({ what, service, isNew }) => (what === "served" && service === "mail" && isNew ? 90 : undefined),
      },
    ],
  ];

  test.each(cases)("%s", (_, service, story) => {
    const [first, second] = judged(story);

    expect(first?.service).toBe(service);
    // A decision, not a toss: e times as likely as the next at least.
    expect((first?.points ?? 0) - (second?.points ?? 0)).toBeGreaterThan(100);
  });
});

test("a service whose old pods fail like its new ones is acquitted: what it calls is at fault", () => {
  const story: MeshStory = {
    fault: (moment) => (moment.what === "served" && moment.service === "orders" ? since(16, 50)(moment) : undefined),
  };

  expect(signalsOf(story, "orders")).toContain("old-pods-fail-too");
  expect(judged(story)[0]?.service).not.toBe("orders");
});

test("a rollout that ran well for minutes before the trouble is less likely than the one just done", () => {
  const story: MeshStory = {
    rollouts: { orders: 4, prices: 15 },
    fault: (moment) => (moment.what === "served" && moment.client === "web" ? since(17, 30)(moment) : undefined),
    calls: [
      ["web", "front"],
      ["front", "orders"],
      ["front", "prices"],
    ],
  };
  const timing = judged(story).map(({ service, reasons }) => [
    service,
    reasons.find(({ family }) => family === "timing")?.points,
  ]);

  expect(timing[0]?.[0]).toBe("prices");
  expect(Number(timing[0]?.[1])).toBeGreaterThan(Number(timing[1]?.[1]));
});

test("a rollout that starts after the trouble cannot be its cause", () => {
  const story: MeshStory = {
    rollouts: { prices: 14, stock: 18 },
    alarmMinute: 19,
    fault: ({ what, service, isNew, minute }) =>
      what === "served" && service === "prices" && isNew && minute > 15 ? 60 : undefined,
  };
  const late = judged(story).find(({ service }) => service === "stock");

  expect(late?.reasons.find(({ family }) => family === "timing")?.points).toBe(-400);
});

test("a rollout after the alarm is no suspect at all", () => {
  const story: MeshStory = {
    rollouts: { prices: 14, stock: 19 },
    fault: ({ what, service, isNew }) => (what === "served" && service === "prices" && isNew ? 60 : undefined),
  };

  expect(judged(story).map(({ service }) => service)).toEqual(["prices"]);
});

test("pods that were taken away but go on being reported count for the rollout, not as old pods", () => {
  const story: MeshStory = {
    fault: ({ what, service, isNew }) => (what === "served" && service === "stock" && isNew ? 60 : undefined),
  };

  expect(signalsOf(story, "stock")).not.toContain("old-pods-fail-too");
});

describe("silence", () => {
  test("is the answer to healthy rollouts without an alarm", () => {
    expect(judged({ isResolved: true })).toEqual([]);
  });

  test("is the answer where nothing is rolled out, whatever fails", () => {
    expect(judged({ rollouts: {}, fault: (moment) => since(15, 50)(moment) })).toEqual([]);
  });

  test("of one new pod means nothing while no new pod of any rollout is measured", () => {
    expect(signalsOf({ silent: Object.keys(ALL) }, "stock")).not.toContain("new-pods-are-silent");
  });

  test("of healthy rollouts under an open alarm stays below what names a cause", () => {
    expect(Math.max(...judged({}).map(({ points }) => points))).toBeLessThan(150);
  });

  test("a single bad minute while pods are exchanged is no failing edge", () => {
    const story: MeshStory = {
      isResolved: true,
      fault: ({ what, service, minute }) =>
        what === "served" && service === "stock" && minute === 17 ? 12 : undefined,
    };

    expect(judged(story)).toEqual([]);
  });
});

test("every reason cites a step of its own rollout", () => {
  const { observations, incident } = aMesh({ rollouts: ALL, silent: ["stock"] });

  for (const { changeId, reasons } of canary(observations, incident))
    for (const { evidenceIds } of reasons) expect(evidenceIds).toContain(changeId);
});
