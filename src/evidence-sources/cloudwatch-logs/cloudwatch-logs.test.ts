import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Evidence, EvidenceQuery } from "../../core/evidence.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../core/ids.ts";
import { clientPerRegion, gatherLogs } from "./index.ts";
import { EVERYTHING, TROUBLE_FIRST, TROUBLE_PATTERN, USUAL_TROUBLE } from "./queries.ts";
import { parseLogGroups } from "./settings.ts";

const ms = (clock: string) => epochMs(Date.parse(`2026-11-21T${clock}Z`));

const query: EvidenceQuery = {
  tenant: DEFAULT_TENANT,
  incidentId: incidentId("i1"),
  service: null,
  window: { fromMs: ms("01:18:00"), toMs: ms("01:58:00.500") },
  baseline: { fromMs: epochMs(ms("01:18:00") - 7_200_000), toMs: ms("01:18:00") },
  external: [],
};

type Body = Readonly<Record<string, unknown>>;
type Answer = readonly [status: number, body: object];
type Api = (action: string, body: Body) => Answer;

interface Call {
  readonly region: string;
  readonly action: string;
  readonly body: Body;
}

let calls: Call[] = [];

/** CloudWatch's JSON protocol: one address per region, the operation in a header. */
function aws(region: string, api: Api) {
  nock(`https://logs.${region}.amazonaws.com`)
    .persist()
    .post("/")
    .reply(async (request: Request) => {
      const action = (request.headers.get("x-amz-target") ?? "").replace("Logs_20140328.", "");
      const body = (await request.json()) as Body;
      calls.push({ region, action, body });
      const [status, answer] = api(action, body);
      return [status, JSON.stringify(answer), { "content-type": "application/x-amz-json-1.1" }];
    });
}

const failure = (type: string, message = "no"): Answer => [400, { __type: type, message }];
const row = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields).map(([field, value]) => ({ field, value }));
const complete = (rows: readonly object[] = [], matched = rows.length): Answer => [
  200,
  {
    status: "Complete",
    results: rows,
    statistics: { recordsMatched: matched, recordsScanned: 99, bytesScanned: 1234 },
  },
];

const LINE = row({
  "@timestamp": "2026-11-21 01:47:20.123",
  "@ingestionTime": "2026-11-21 01:47:24.000",
  "@message":
    '{"time":"2026-11-21T01:47:20.123456Z","level":"error","msg":"charge failed","trace_id":"0af7651916cd43dd8448eb211c80319c"}',
  "@logStream": "pod-1",
  "@log": "123456789012:/ecs/pay",
  "@ptr": "ptr-1",
});

/** Insights that knows what each query text answers. */
const insights =
  (answers: Readonly<Record<string, Answer>>): Api =>
  (action, body) => {
    if (action === "StartQuery") return [200, { queryId: String(body["queryString"]) }];
    if (action === "GetQueryResults") return answers[String(body["queryId"])] ?? complete();
    return [200, { success: true }];
  };

const denied = (action: string) =>
  failure(
    "AccessDeniedException",
    `User: arn:aws:sts::123456789012:assumed-role/bot/x is not authorized to perform: logs:${action} on resource: arn:aws:logs:us-east-1:123456789012:log-group:/ecs/pay:log-stream:`,
  );

const running =
  (rows: readonly object[]): Api =>
  (action) => {
    if (action === "StartQuery") return [200, { queryId: "q1" }];
    return action === "GetQueryResults" ? [200, { status: "Running", results: rows }] : [200, { success: true }];
  };

const gather = (list = "us-east-1:/ecs/pay=payment", deadlineMs = 3000): Promise<Evidence<string>> =>
  gatherLogs(
    {
      ...parseLogGroups({ CLOUDWATCH_LOG_GROUPS: list }),
      clientFor: clientPerRegion({ credentials: { accessKeyId: "id", secretAccessKey: "key" }, maxAttempts: 1 }),
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      deadlineMs,
      pollMs: 1,
    },
    query,
    new AbortController().signal,
  );

beforeEach(() => {
  calls = [];
  nock.disableNetConnect();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test("a row becomes a log event with its own fine time, service, stream and ids", async () => {
  aws("us-east-1", insights({ [EVERYTHING]: complete([LINE]) }));

  expect(await gather()).toMatchObject({
    status: "found",
    partial: null,
    read: 1,
    events: [
      {
        kind: "log",
        source: "cloudwatch-logs",
        service: "payment",
        host: "pod-1",
        severity: "error",
        body: "charge failed",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        atNs: BigInt(ms("01:47:20")) * 1_000_000n + 123_456_000n,
        observedNs: BigInt(ms("01:47:24")) * 1_000_000n,
        ref: "us-east-1//ecs/pay/pod-1#ptr-1",
      },
    ],
  });
});

test("a line of a megabyte is cut to 64 KiB, and not within a word", async () => {
  const message = `charge failed ${"word ".repeat(13_000)}${"s3cret".repeat(300)} ${"x".repeat(900_000)}`;
  const long = LINE.map(({ field, value }) => ({ field, value: field === "@message" ? message : value }));
  aws("us-east-1", insights({ [EVERYTHING]: complete([long]) }));

  const evidence = await gather();
  const [event] = evidence.status === "found" ? evidence.events : [];
  const body = event?.kind === "log" ? event.body : "";

  expect(body.length).toBeLessThanOrEqual(64 * 1024);
  expect(body.endsWith("word [cut]")).toBe(true);
});

test("window and baseline are asked in whole seconds, with these very queries", async () => {
  aws("us-east-1", insights({}));
  await gather();

  const started = calls.filter(({ action }) => action === "StartQuery").map(({ body }) => body);
  expect(started).toEqual([
    {
      logGroupNames: ["/ecs/pay"],
      startTime: ms("01:18:00") / 1000,
      endTime: ms("01:58:01") / 1000,
      queryString: EVERYTHING,
    },
    {
      logGroupNames: ["/ecs/pay"],
      startTime: ms("01:18:00") / 1000 - 7200,
      endTime: ms("01:18:00") / 1000,
      queryString: USUAL_TROUBLE,
    },
  ]);
  expect({ EVERYTHING, TROUBLE_FIRST, USUAL_TROUBLE, TROUBLE_PATTERN }).toMatchInlineSnapshot(`
    {
      "EVERYTHING": "fields @timestamp, @ingestionTime, @message, @logStream, @log, @ptr | sort @timestamp asc | limit 10000",
      "TROUBLE_FIRST": "fields @timestamp, @ingestionTime, @message, @logStream, @log, @ptr | filter @message like /(?i)(error|warn|fatal|critical|panic|exception|fail|timeout|timed out|refused|denied|killed|oom|unavailable|[ =:]5[0-9][0-9]\\b)/ | sort @timestamp asc | limit 10000",
      "TROUBLE_PATTERN": "?ERROR ?Error ?error ?WARN ?Warn ?warn ?FATAL ?CRITICAL ?panic ?Exception ?exception ?FAIL ?fail ?Fail ?timeout ?refused ?denied ?Killed ?OOM",
      "USUAL_TROUBLE": "fields @timestamp, @ingestionTime, @message, @logStream, @log, @ptr | filter @message like /(?i)(error|warn|fatal|critical|panic|exception|fail|timeout|timed out|refused|denied|killed|oom|unavailable|[ =:]5[0-9][0-9]\\b)/ | sort @timestamp desc | limit 10000",
    }
  `);
});

test("nothing found says what was searched", async () => {
  aws("us-east-1", insights({}));

  expect(await gather()).toEqual({
    status: "empty",
    searched: "us-east-1:/ecs/pay, 2026-11-20T23:18:00.000Z to 2026-11-21T01:58:00.500Z",
  });
});

test("regions are asked apart, and one that fails is a gap beside the other", async () => {
  aws("us-east-1", insights({ [EVERYTHING]: complete([LINE]) }));
  aws("eu-west-1", () => failure("ServiceUnavailableException"));

  expect(await gather("us-east-1:/ecs/pay,eu-west-1:/ecs/pay")).toMatchObject({
    status: "found",
    read: 1,
    partial: expect.stringContaining("eu-west-1"),
  });
});

test("fifty groups fit into one query, more make more queries", async () => {
  aws("us-east-1", insights({}));
  await gather(Array.from({ length: 51 }, (_, index) => `us-east-1:/g/${index}`).join(","));

  const sizes = calls
    .filter(({ action }) => action === "StartQuery")
    .map(({ body }) => [body["logGroupNames"]].flat().length);
  expect(sizes.toSorted((a, b) => a - b)).toEqual([1, 1, 50, 50]);
});

test("when more lines match than fit, trouble is read too and the rest is stated", async () => {
  const many = Array.from({ length: 10_000 }, (_, index) =>
    row({ "@timestamp": "2026-11-21 01:20:00.000", "@message": "ok", "@ptr": `p${index}` }),
  );
  aws("us-east-1", insights({ [EVERYTHING]: complete(many, 18_000), [TROUBLE_FIRST]: complete([LINE]) }));

  const evidence = await gather();

  expect(evidence).toMatchObject({ status: "found", partial: "10000 of 18000 matching lines were read in us-east-1" });
  expect(evidence.status === "found" && evidence.events).toHaveLength(10_001);
});

describe("refusals", () => {
  test("a missing permission is spelled out with action and resource", async () => {
    aws("us-east-1", (action) => denied(action));

    const evidence = await gather();

    expect(evidence).toMatchObject({ status: "failed", reason: "unauthorized" });
    expect(evidence.status === "failed" && evidence.detail).toContain(
      "AWS refused logs:StartQuery in us-east-1: add logs:StartQuery, logs:GetQueryResults and logs:StopQuery on arn:aws:logs:us-east-1:123456789012:log-group:/ecs/pay:log-stream: to the role",
    );
    expect(evidence.status === "failed" && evidence.detail).toContain("add logs:FilterLogEvents on");
  });

  test.each(["AccessDeniedException", "LimitExceededException"])(
    "after %s the lines come page by page, and an empty page with a token is not the end",
    async (type) => {
      aws("us-east-1", (action, body) => {
        if (action !== "FilterLogEvents") return failure(type);
        if (body["startTime"] !== query.window.fromMs) return [200, { events: [] }];
        if (body["nextToken"] === undefined) return [200, { events: [], nextToken: "2" }];
        const event = {
          eventId: "e1",
          logStreamName: "pod-1",
          timestamp: ms("01:47:20"),
          ingestionTime: ms("01:47:21"),
          message: "ERROR boom",
        };
        return [200, { events: [event] }];
      });

      expect(await gather()).toMatchObject({
        status: "found",
        events: [
          { service: "payment", severity: "error", body: "ERROR boom", atNs: BigInt(ms("01:47:20")) * 1_000_000n },
        ],
        partial: expect.stringContaining("us-east-1"),
      });
      const asked = calls.filter(({ action }) => action === "FilterLogEvents").map(({ body }) => body);
      expect(asked).toContainEqual({
        logGroupName: "/ecs/pay",
        filterPattern: TROUBLE_PATTERN,
        startTime: query.window.fromMs,
        endTime: query.window.toMs,
      });
    },
  );

  test("a group that does not exist is named, and the others are still read", async () => {
    aws("us-east-1", (action, body) => {
      if (action !== "FilterLogEvents") return failure("ResourceNotFoundException");
      if (body["logGroupName"] === "/gone") return failure("ResourceNotFoundException");
      return [200, { events: [{ eventId: "e1", timestamp: ms("01:47:20"), message: "ERROR boom" }] }];
    });

    expect(await gather("us-east-1:/ecs/pay,us-east-1:/gone")).toMatchObject({
      status: "found",
      partial: "a log group does not exist in us-east-1: /gone",
    });
  });

  test.each([
    ["ThrottlingException", "unavailable", "throttled"],
    ["ExpiredTokenException", "unauthorized", "expired"],
    ["UnrecognizedClientException", "unauthorized", "does not accept"],
  ])("%s is %s and says so", async (type, reason, words) => {
    aws("us-east-1", () => failure(type));

    expect(await gather()).toMatchObject({ status: "failed", reason, detail: expect.stringContaining(words) });
  });

  test("a query that AWS ends by itself is a failure", async () => {
    aws("us-east-1", (action) =>
      action === "StartQuery" ? [200, { queryId: "q" }] : [200, { status: "Failed", results: [] }],
    );

    expect(await gather()).toMatchObject({ status: "failed", detail: expect.stringContaining("ended as Failed") });
  });
});

describe("the deadline", () => {
  test("keeps the rows that came, says that it is not all, and stops the query", async () => {
    aws("us-east-1", running([LINE]));

    expect(await gather(undefined, 200)).toMatchObject({
      status: "found",
      read: 2,
      partial: expect.stringContaining("partly read"),
    });
    expect(calls.filter(({ action }) => action === "StopQuery").map(({ body }) => body)).toEqual([
      { queryId: "q1" },
      { queryId: "q1" },
    ]);
  });

  test("without any row it is a timeout", async () => {
    aws("us-east-1", running([]));

    expect(await gather(undefined, 200)).toMatchObject({ status: "failed", reason: "timeout" });
    expect(calls.some(({ action }) => action === "StopQuery")).toBe(true);
  });
});

test("the list of groups knows regions, services and ARNs", () => {
  const arn = "arn:aws:logs:us-west-2:123456789012:log-group:/ecs/cart";
  const { groups, wrong } = parseLogGroups({
    CLOUDWATCH_LOG_GROUPS: `us-east-1:/ecs/pay=payment, /shared/api, ${arn}:*, not a group`,
    CLOUDWATCH_REGIONS: "eu-west-1,eu-central-1",
  });

  expect(groups).toEqual([
    { region: "us-east-1", group: "/ecs/pay", service: "payment" },
    { region: "eu-west-1", group: "/shared/api", service: "api" },
    { region: "eu-central-1", group: "/shared/api", service: "api" },
    { region: "us-west-2", group: arn, service: "cart" },
  ]);
  expect(wrong).toEqual(["not a group"]);
  expect(parseLogGroups({ CLOUDWATCH_LOG_GROUPS: "/ecs/pay" })).toEqual({ groups: [], wrong: ["/ecs/pay"] });
});
