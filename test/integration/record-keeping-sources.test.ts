import nock from "nock";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CloudWatchStub, type KeptLine } from "../support/cloudwatch-stub.ts";
import { type KeptRepository, keepRepository } from "../support/github-stub.ts";
import { type Install, startInstall } from "../support/install.ts";
import { readSmithyModel } from "../support/smithy.ts";

const ALERT_SECRET = "a-secret-of-the-generic-webhook";
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const GROUP = "/ecs/payments";
const CLOUDWATCH = { CLOUDWATCH_LOG_GROUPS: `eu-central-1:${GROUP}=payments` };
const GITHUB = { GITHUB_TOKEN: "a-token-for-tests", GITHUB_REPOS: "acme/payments=payments" };
const sha = (letter: string) => letter.repeat(40);

const model = readSmithyModel(
  new URL("../../../shared/contracts/aws/cloudwatch-logs-2014-03-28.smithy-trimmed.json", import.meta.url),
  "com.amazonaws.cloudwatchlogs",
);

const POOL = {
  filename: "config/pool.yaml",
  patch: "@@ -1,3 +1,3 @@ pool:\n   name: ledger\n-  max: 40\n+  max: 4\n   idle: 30s",
};

let install: Install | null = null;
let cloudWatch: CloudWatchStub;
let nowMs = 0;

beforeEach(() => {
  nock.disableNetConnect();
  nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  nowMs = Date.now();
  cloudWatch = new CloudWatchStub();
  cloudWatch.install("eu-central-1");
});
afterEach(async () => {
  await install?.stop();
  install = null;
  nock.cleanAll();
  nock.enableNetConnect();
  vi.unstubAllEnvs();
});

describe("CloudWatch Logs alone", () => {
  test("leads to the first symptom, in the words of its own lines", async () => {
    cloudWatch.keep(GROUP, poolNight());
    const { timeline, evidence, gaps } = await answerTo("payments", CLOUDWATCH);
    const first = timeline.find(({ role }) => role === "first-symptom");
    const quotes = evidence.filter(({ id }) => first?.evidenceIds.includes(id));

    expect(first).toMatchObject({ service: "payments", at: expect.stringContaining(second(troubleMs())) });
    expect(quotes[0]).toMatchObject({
      source: expect.stringMatching(/cloudwatch/iu),
      quote: expect.stringContaining("timed out waiting for a connection from pool ledger"),
      ref: expect.stringContaining(GROUP),
    });
    expect(gaps.map(({ source }) => source)).not.toContain("CloudWatch Logs");
  });

  test.skipIf(model === null)(
    "is asked and answers as AWS describes (skipped where shared/contracts is absent)",
    async () => {
      cloudWatch.keep(GROUP, poolNight());
      await answerTo("payments", CLOUDWATCH);
      const problems = cloudWatch.exchanges.flatMap(({ operation, request, response }) => [
        ...(model?.problems(operation, "input", request) ?? []),
        ...(model?.problems(operation, "output", response) ?? []),
      ]);

      expect(new Set(cloudWatch.exchanges.map(({ operation }) => operation))).toEqual(
        new Set(["StartQuery", "GetQueryResults"]),
      );
      expect(problems).toEqual([]);
      expect(model?.problems("StartQuery", "input", { queryString: 7, surprise: 1 })).toHaveLength(4);
    },
  );
});

describe("GitHub beside the logs", () => {
  test("a deployment that succeeded shortly before the first error is the first cause, with the changed setting", async () => {
    cloudWatch.keep(GROUP, poolNight());
    keepRepository(
      payments({
        deployments: [
          { sha: sha("a"), atMs: nowMs - 26 * 60 * MINUTE_MS },
          { sha: sha("b"), atMs: deployedMs() },
        ],
        pulls: [{ number: 21, title: "Tune the connection pool", sha: sha("b"), mergedAtMs: deployedMs() - MINUTE_MS }],
      }),
    );
    const { verdict, timeline, hypotheses, evidence } = await answerTo("payments", { ...CLOUDWATCH, ...GITHUB });
    const [first] = hypotheses;
    const change = timeline.find(({ role }) => role === "change");

    expect(verdict).toBe("likely-cause");
    expect(first?.cause).toMatchObject({ service: "payments", changeId: expect.any(String) });
    expect(first?.cause.kind).toMatch(/change/u);
    expect(first?.summary).toMatch(/max from 40 to 4/u);
    expect(first?.summary).toMatch(/2 min/u);
    expect(evidence.find(({ id }) => id === first?.cause.changeId)?.source).toMatch(/github/iu);
    expect(change).toMatchObject({ service: "payments", at: expect.stringContaining(second(deployedMs())) });
    expect(change?.text).toContain("Tune the connection pool");
    expect(timeline.filter(({ role }) => role === "context")).toEqual([]);
  });

  test("the same pull request merged and never deployed is context, and no cause", async () => {
    cloudWatch.keep(GROUP, poolNight());
    keepRepository(
      payments({
        deployments: [{ sha: sha("a"), atMs: nowMs - 26 * 60 * MINUTE_MS }],
        pulls: [{ number: 21, title: "Tune the connection pool", sha: sha("b"), mergedAtMs: deployedMs() }],
      }),
    );
    const { timeline, hypotheses } = await answerTo("payments", { ...CLOUDWATCH, ...GITHUB });
    const context = timeline.filter(({ role }) => role === "context");

    expect(context).toMatchObject([
      { service: "payments", text: expect.stringMatching(/^merged, not deployed:.*#21/u) },
    ]);
    expect(timeline.filter(({ role }) => role === "change")).toEqual([]);
    expect(hypotheses.filter(({ cause }) => cause.changeId !== undefined)).toEqual([]);
    expect(hypotheses.map(({ cause }) => cause.kind).filter((kind) => kind.includes("change"))).toEqual([]);
  });
});

const deployedMs = () => wholeSecond(nowMs - 7 * MINUTE_MS);
const troubleMs = () => wholeSecond(nowMs - 5 * MINUTE_MS);
const wholeSecond = (ms: number) => ms - (ms % SECOND_MS);
const second = (ms: number) => new Date(ms).toISOString().slice(0, 19);

function payments(more: Pick<KeptRepository, "deployments" | "pulls">): KeptRepository {
  return { name: "acme/payments", files: [POOL], ...more };
}

/** Hours of usual work, then a pool that gives no more connections. */
function poolNight(): readonly KeptLine[] {
  const usual = steps(nowMs - 120 * MINUTE_MS, nowMs, 20 * SECOND_MS).map((atMs, index) =>
    line(atMs, "info", `charged order ${4_000 + index} in ${10 + (index % 7)} ms`),
  );
  const trouble = steps(troubleMs(), nowMs - SECOND_MS, 2 * SECOND_MS).map((atMs, index) =>
    line(atMs, "error", `timed out waiting for a connection from pool ledger: 4 of 4 in use, ${index + 3} waiting`),
  );
  return [...usual, ...trouble].toSorted((left, right) => left.atMs - right.atMs);
}

function line(atMs: number, level: string, msg: string): KeptLine {
  return { atMs, message: JSON.stringify({ time: new Date(atMs).toISOString(), level, msg }) };
}

function steps(fromMs: number, toMs: number, everyMs: number): readonly number[] {
  return Array.from({ length: Math.floor((toMs - fromMs) / everyMs) }, (_, index) => fromMs + index * everyMs);
}

async function answerTo(service: string, settings: Readonly<Record<string, string>>) {
  install = await startInstall({ GENERIC_WEBHOOK_SECRETS: ALERT_SECRET, ...settings });
  const response = await fetch(`${install.url}/hooks/generic`, {
    method: "POST",
    headers: { authorization: `Bearer ${ALERT_SECRET}`, "content-type": "application/json" },
    body: JSON.stringify({ service, title: `${service} fails`, severity: "critical" }),
  });
  expect(response.status).toBe(202);
  const { analysis } = await install.answerWhen((answer) => answer.analysis !== null);
  if (analysis === null) throw new TypeError("no answer");
  return analysis;
}
