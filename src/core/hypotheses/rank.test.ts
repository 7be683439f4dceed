import { describe, expect, test } from "vitest";
import { anIncident, at, observed, type Story, words } from "../../../test/support/observations.ts";
import type { Hypothesis } from "../analysis.ts";
import type { Incident } from "../incident.ts";
import { NO_WEIGHTS } from "../learning/weights.ts";
import { openCaseFile } from "./case-file.ts";
import { rankHypotheses } from "./rank.ts";
import { decideVerdict } from "./verdict.ts";

const BAD_DEPLOY: Story = {
  symptoms: [
    {
      service: "orders",
      text: "timeout acquiring a connection after <num> ms (store.pool.max=<num>)",
      from: "01:47:20",
      meaning: { category: "connection-pool", setting: words("store.pool.max") },
    },
    {
      service: "accounts",
      text: "request to http://orders:8080 failed: timed out",
      from: "01:47:21",
      meaning: { category: "timeout", peer: words("orders") },
    },
    {
      service: "edge",
      text: "GET / 502 upstream=accounts",
      from: "01:47:24",
      meaning: { category: "upstream-error", peer: words("accounts"), impact: "user-facing" },
    },
  ],
  changes: [
    { service: "stock", at: "01:40:00", version: "v1.9" },
    {
      service: "orders",
      at: "01:45:00",
      version: "v2.14",
      previousVersion: words("v2.13"),
      files: [
        {
          path: words("config/production.yaml"),
          diff: [words("-  store.pool.max: 40"), words("+  store.pool.max: 4")],
        },
      ],
    },
  ],
  calls: [
    ["edge", "accounts"],
    ["accounts", "orders"],
    ["edge", "stock"],
  ],
  heard: ["stock", "orders", "accounts", "edge"],
};

function solve(story: Story, incident: Incident = anIncident()) {
  const file = openCaseFile(incident, observed(story));
  const hypotheses = rankHypotheses(file, NO_WEIGHTS, []);
  return { hypotheses, top: hypotheses[0], ...decideVerdict(file, hypotheses) };
}

const summaries = (hypotheses: readonly Hypothesis[]): readonly string[] =>
  hypotheses.map(
    ({ rank, score, confidence, summary, against }) =>
      `${rank} ${score} ${confidence} ${summary} | ${against.map(({ because }) => because).join(" / ")}`,
  );

describe("a deploy with a bad setting", () => {
  test("is the likely cause, with the setting and the distance to the first error", () => {
    const { top, verdict, hypotheses } = solve(BAD_DEPLOY);

    expect(summaries(hypotheses)).toMatchSnapshot();
    expect(verdict).toBe("likely-cause");
    expect(top?.summary).toBe(
      "Deploy v2.14 of orders at 01:45:00Z changed store.pool.max from 40 to 4; first error 2 min 20 s later",
    );
  });

  test("stands above its loud victims, which are listed with what speaks against them", () => {
    const victim = solve(BAD_DEPLOY).hypotheses.find(({ cause }) => cause.service === "accounts");

    expect(victim?.against.map(({ signal }) => signal)).toContain("errors-blame-callee");
  });

  test("is close enough to the second that one person's votes can turn the order", () => {
    const [first, second] = solve(BAD_DEPLOY).hypotheses;

    expect((first?.score ?? 0) - (second?.score ?? 0)).toBeLessThan(900);
  });
});

test("a deploy after the first error is listed lower and says why it cannot be the trigger", () => {
  const late = { service: "orders", at: "01:50:20", version: "v2.15" };
  const { hypotheses } = solve({ ...BAD_DEPLOY, changes: [...(BAD_DEPLOY.changes ?? []), late] });

  const herring = hypotheses.find(({ summary }) => summary.includes("v2.15"));
  expect(herring?.rank).toBeGreaterThan(1);
  expect(herring?.against[0]?.because).toBe("took effect 3 min after the first error (01:47:20Z → 01:50:20Z)");
});

test("a deploy belongs to its service however the name is spelled", () => {
  const changes = [{ service: "Orders", at: "01:45:00", version: "v2.14" }];
  const { top } = solve({ ...BAD_DEPLOY, changes }, anIncident({ service: words("ORDERS") }));

  expect(top?.cause).toMatchObject({ kind: "change", service: "orders" });
  expect(top?.parts.map(({ because }) => because)).toContain("orders is the service that alerted");
});

test("a merge without a deployment is never a cause", () => {
  const { hypotheses } = solve({
    ...BAD_DEPLOY,
    changes: [{ service: "orders", at: "01:45:00", version: "abc", kind: "merge", status: "merged" }],
  });

  expect(hypotheses.every(({ cause }) => cause.changeId === undefined)).toBe(true);
});

test("an outside host that callers complain about and that tells nothing is a third-party outage", () => {
  const meaning = { category: "timeout", peer: words("api.cards.example") } as const;
  const { top, verdict } = solve({
    symptoms: [
      { service: "orders", text: "call to api.cards.example timed out", from: "01:47:20", meaning },
      { service: "billing", text: "call to api.cards.example timed out too", from: "01:47:25", meaning },
    ],
    calls: [["edge", "orders"]],
    changes: [{ service: "stock", at: "00:10:00", version: "v1" }],
    heard: ["orders", "billing", "stock"],
  });

  expect(top?.cause).toMatchObject({ kind: "third-party-outage", service: "api.cards.example" });
  expect(verdict).toBe("likely-cause");
});

test("errors that are as frequent as ever leave nothing to suspect", () => {
  const usual = { course: "steady", surprise: 0, baselineCount: 1200 } as const;
  const { verdict, hypotheses } = solve({
    symptoms: [{ service: "orders", text: "cache miss error", from: "01:20:00", ...usual }],
    changes: BAD_DEPLOY.changes ?? [],
    heard: ["orders"],
  });

  expect({ verdict, hypotheses }).toEqual({ verdict: "no-likely-cause", hypotheses: [] });
});

test("errors that ended by themselves are a recovery", () => {
  const { verdict, because } = solve({
    symptoms: [{ service: "orders", text: "timeout", from: "01:47:20", lastAtMs: at("01:50:00"), ended: true }],
    heard: ["orders"],
    until: "01:57:00",
  });

  expect(verdict).toBe("recovered");
  expect(because).toBe("the errors stopped at 01:50:00Z and have not come back");
});

test("points add up to the score, and every part cites a record", () => {
  const { hypotheses } = solve(BAD_DEPLOY);

  for (const { score, parts, against } of hypotheses) {
    const all = [...parts, ...against];
    expect(all.reduce((sum, { points }) => sum + points, 0)).toBe(score);
    expect(all.every(({ evidenceIds, points }) => evidenceIds.length > 0 && Number.isInteger(points))).toBe(true);
  }
});
