import process from "node:process";
import nock from "nock";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { eventually, type Install, startInstall } from "../support/install.ts";
import { pagerDutyAlert } from "../support/limits/alert.ts";

/** What people are promised, whatever the sources do. */
const ANSWER_WITHIN_MS = 60_000;
const TIMEOUT_MS = 2 * ANSWER_WITHIN_MS;
const AWS = "https://logs.eu-central-1.amazonaws.com";
const GITHUB = "https://api.github.com";
const PAGERDUTY = "https://api.pagerduty.com";
const ANY = /.*/u;
/** Enough for each thing that is read once, and for nobody who knocks again and again. */
const MOST_CALLS = 30;

/** One for each story: alerts of one service would be one incident. */
const SHOPS = ["checkout", "basket", "payments"];
const calls: string[] = [];
let slack: FakeSlack;
let install: Install;

beforeAll(async () => {
  nock.disableNetConnect();
  nock.enableNetConnect(/^(?:127\.0\.0\.1|localhost)/u);
  // The AWS library reads its credentials from the environment by itself.
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  slack = new FakeSlack(() => Date.now());
  await slack.start();
  install = await startInstall({
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
    CLOUDWATCH_LOG_GROUPS: SHOPS.map((shop) => `eu-central-1:/shop/${shop}=${shop}`).join(","),
    GITHUB_TOKEN: "a-token-for-tests",
    GITHUB_REPOS: SHOPS.map((shop) => `shop/${shop}=${shop}`).join(","),
    PAGERDUTY_API_TOKEN: "a-token-for-tests",
    PAGERDUTY_FROM_EMAIL: "bot@shop.example",
  });
});
afterAll(async () => {
  nock.abortPendingRequests();
  await install.stop();
  await slack.stop();
  nock.cleanAll();
  nock.enableNetConnect();
  vi.unstubAllEnvs();
});

type Answer = readonly [status: number, body: object, headers?: Readonly<Record<string, string>>];

/** From now on each of these hosts answers everything like this; "nothing" keeps the line open without a word. */
function answerWith(answers: Readonly<Record<string, Answer | "nothing">>): void {
  nock.cleanAll();
  calls.length = 0;
  for (const [host, given] of Object.entries(answers)) {
    const reply = (): Promise<Answer> | Answer => {
      calls.push(host);
      return given === "nothing" ? new Promise<never>(() => undefined) : given;
    };
    const api = nock(host).persist();
    api.get(ANY).reply(reply);
    api.post(ANY).reply(reply);
    api.put(ANY).reply(reply);
  }
}

const throttled = { __type: "ThrottlingException", message: "Rate exceeded" };
const STORIES: readonly {
  readonly what: string;
  readonly service: string;
  readonly answers: Readonly<Record<string, Answer | "nothing">>;
  /** Words about CloudWatch Logs that people read. */
  readonly said: RegExp;
}[] = [
  {
    what: "broken (500)",
    service: "basket",
    answers: { [AWS]: [500, {}], [GITHUB]: [502, {}], [PAGERDUTY]: [503, {}] },
    said: /could not be asked/u,
  },
  {
    what: "silent (connected, and then nothing)",
    service: "payments",
    answers: { [AWS]: "nothing", [GITHUB]: "nothing", [PAGERDUTY]: "nothing" },
    said: /in time|no answer within/u,
  },
  // Last, because what asked to be left alone for minutes is left alone from then on.
  {
    what: "throttled (429, and what each vendor says instead)",
    service: "checkout",
    answers: {
      [AWS]: [400, throttled, { "content-type": "application/x-amz-json-1.1" }],
      [GITHUB]: [403, { message: "You have exceeded a secondary rate limit" }, { "retry-after": "3600" }],
      [PAGERDUTY]: [429, { error: { message: "Rate Limit Exceeded", code: 2020 } }, { "ratelimit-reset": "600" }],
    },
    said: /throttled/u,
  },
];

test.for(STORIES)(
  "while every source is $what the answer comes within 60 s and says what was not read, in the answer and in Slack",
  { timeout: TIMEOUT_MS },
  async ({ what, service, answers, said }) => {
    answerWith(answers);
    const id = `Q${service.toUpperCase()}`;
    const begun = performance.now();
    expect(await install.webhook(pagerDutyAlert({ id, service }))).toBe(202);
    const { analysis } = await eventually(
      () => install.answerWhen((answer) => answer.analysis !== null, id).catch(() => null),
      ANSWER_WITHIN_MS + 5_000,
    );
    const elapsedMs = performance.now() - begun;
    process.stdout.write(`${what}: answered after ${Math.round(elapsedMs)} ms and ${calls.length} calls\n`);

    expect(elapsedMs).toBeLessThan(ANSWER_WITHIN_MS);
    const gaps = JSON.stringify(analysis?.gaps);
    for (const source of ["CloudWatch Logs", "GitHub", "PagerDuty"]) expect(gaps).toContain(source);
    expect(gaps).toMatch(said);
    expect(new Set(calls)).toEqual(new Set([AWS, GITHUB, PAGERDUTY]));
    expect(calls.length).toBeLessThan(MOST_CALLS);
    const card = await eventually(
      () => slack.workspace.roots().find(({ text }) => text.includes(` ${service}:`)) ?? null,
    );
    const shown = await eventually(() => {
      const thread = JSON.stringify([card, ...slack.workspace.replies(card.ts)].map(({ blocks }) => blocks));
      return ["CloudWatch Logs", "GitHub", "PagerDuty"].every((source) => thread.includes(source)) ? thread : null;
    });
    expect(shown).toContain("CloudWatch Logs");
  },
);
