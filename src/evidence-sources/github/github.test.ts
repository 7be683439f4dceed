import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv } from "ajv";
import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Evidence, EvidenceQuery } from "../../core/evidence.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../core/ids.ts";
import { gatherChanges } from "./index.ts";
import { parseRepositories } from "./settings.ts";

const API = "https://api.github.com";
const at = (clock: string) => `2026-11-21T${clock}Z`;
const ms = (clock: string) => epochMs(Date.parse(at(clock)));
const sha = (letter: string) => letter.repeat(40);

const query: EvidenceQuery = {
  tenant: DEFAULT_TENANT,
  incidentId: incidentId("i1"),
  service: null,
  window: { fromMs: ms("01:18:00"), toMs: ms("01:58:00") },
  baseline: { fromMs: epochMs(ms("01:18:00") - 7_200_000), toMs: ms("01:18:00") },
  external: [],
};

const user = { login: "ann" };
const deployment = (id: number, run: string, more: object = {}) => {
  const [letter = "", createdAt = ""] = run.split("@");
  return {
    id,
    sha: sha(letter),
    ref: "main",
    environment: "production",
    description: null,
    created_at: at(createdAt),
    creator: user,
    ...more,
  };
};
const status = (state: string, createdAt: string) => ({
  state,
  created_at: createdAt,
  log_url: "https://ci.example/7",
  creator: user,
});
const commit = (letter: string, message = "Lower pool size") => ({ sha: sha(letter), commit: { message } });
const comparison = (more: object = {}) => ({
  status: "ahead",
  html_url: "https://github.com/acme/pay/compare/a...b",
  total_commits: 1,
  commits: [commit("b")],
  files: [{ filename: "config/pool.yaml", patch: "@@ -1,2 +1,2 @@\n-max: 50\n+max: 5\n same" }],
  ...more,
});
const pull = (number: number, mergedAt: string | null, letter: string) => ({
  number,
  title: `Change ${number}`,
  html_url: `https://github.com/acme/pay/pull/${number}`,
  merged_at: mergedAt,
  merge_commit_sha: sha(letter),
  user,
});

interface Stub {
  readonly deployments?: readonly object[];
  readonly statuses?: Readonly<Record<number, readonly object[]>>;
  readonly compare?: Readonly<Record<string, object>>;
  readonly pulls?: readonly object[];
  readonly pullsOf?: Readonly<Record<string, readonly object[]>>;
}

const NOTHING: Required<Stub> = { deployments: [], statuses: {}, compare: {}, pullsOf: {}, pulls: [] };

function github(stub: Stub, repo = "acme/pay") {
  const reply = (path: string, body: object) =>
    nock(API).persist().get(`/repos/${repo}/${path}`).query(true).reply(200, body);
  const { deployments, statuses, compare, pullsOf, pulls } = { ...NOTHING, ...stub };
  reply("deployments", deployments);
  for (const [id, list] of Object.entries(statuses)) reply(`deployments/${id}/statuses`, list);
  for (const [range, body] of Object.entries(compare)) reply(`compare/${range}`, body);
  for (const letter of ["a", "b", "c", "d"]) reply(`commits/${sha(letter)}/pulls`, pullsOf[letter] ?? []);
  reply("pulls", pulls);
}

const gather = (list = "acme/pay=payment", apiUrl = API, deadlineMs = 3000): Promise<Evidence<string>> =>
  gatherChanges(
    { reader: { token: "t", apiUrl, retryPauseMs: 1 }, repositories: parseRepositories(list) ?? [], deadlineMs },
    query,
    new AbortController().signal,
  );

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
});

const ranBefore = deployment(1, "a@00:10:00");
const ranBeforeStatus = { 1: [status("success", at("00:12:00"))] };

test("a successful production deployment is a change with its version, diff, author and pull request", async () => {
  github({
    deployments: [deployment(2, "b@01:44:00"), ranBefore],
    statuses: {
      ...ranBeforeStatus,
      2: [
        status("inactive", at("01:57:00")),
        status("success", at("01:56:00")),
        status("success", at("01:45:00")),
        status("in_progress", at("01:44:30")),
      ],
    },
    compare: { [`${sha("a")}...${sha("b")}`]: comparison() },
    pullsOf: { b: [pull(17, at("01:40:00"), "b")] },
    pulls: [pull(17, at("01:40:00"), "b")],
  });

  const evidence = await gather();

  expect(evidence).toMatchObject({ status: "found", partial: null });
  const changes = evidence.status === "found" ? evidence.events : [];
  expect(changes.at(-1)).toMatchObject({
    kind: "change",
    service: "payment",
    source: "github",
    atNs: BigInt(Date.parse(at("01:45:00"))) * 1_000_000n,
    change: {
      kind: "deploy",
      status: "deployed",
      version: sha("b").slice(0, 12),
      previousVersion: sha("a").slice(0, 12),
      by: "ann",
      files: [{ path: "config/pool.yaml", diff: ["-max: 50", "+max: 5"] }],
      pullRequest: { number: 17 },
    },
  });
  expect(changes.filter((event) => event.kind === "change" && event.change.kind === "merge")).toEqual([]);
});

test("a deployment of what is older than before is a rollback, with its lines turned around", async () => {
  github({
    deployments: [deployment(2, "b@01:44:00"), ranBefore],
    statuses: { ...ranBeforeStatus, 2: [status("success", at("01:45:00"))] },
    compare: {
      [`${sha("a")}...${sha("b")}`]: comparison({ status: "behind", commits: [], files: [] }),
      [`${sha("b")}...${sha("a")}`]: comparison(),
    },
  });

  expect(await gather()).toMatchObject({
    events: [{}, { change: { status: "rolled-back", files: [{ diff: ["+max: 50", "-max: 5"] }] } }],
  });
});

test("a failed deployment is a failed change; one that never ended and one to staging are none", async () => {
  github({
    deployments: [
      deployment(4, "d@01:50:00", { environment: "staging" }),
      deployment(3, "c@01:46:00"),
      deployment(2, "b@01:44:00"),
      ranBefore,
    ],
    statuses: {
      ...ranBeforeStatus,
      2: [status("failure", at("01:45:00"))],
      3: [status("in_progress", at("01:46:30"))],
    },
    compare: { [`${sha("a")}...${sha("b")}`]: comparison() },
  });

  expect(await gather()).toMatchObject({
    events: [{ change: { status: "deployed" } }, { change: { status: "failed" } }],
  });
});

test("a pull request that was merged and is in no deployment is merged, not deployed", async () => {
  github({
    deployments: [deployment(2, "b@01:30:00"), ranBefore],
    statuses: { ...ranBeforeStatus, 2: [status("success", at("01:31:00"))] },
    compare: { [`${sha("a")}...${sha("b")}`]: comparison() },
    pulls: [pull(20, at("01:40:00"), "d"), pull(17, at("01:20:00"), "b"), pull(12, null, "c")],
  });

  const evidence = await gather();

  const merges =
    evidence.status === "found"
      ? evidence.events.filter((event) => event.kind === "change" && event.change.status === "merged")
      : [];
  expect(merges).toMatchObject([{ change: { kind: "merge", pullRequest: { number: 20 } } }]);
});

describe("when GitHub does not answer as hoped", () => {
  test("a missing permission is named", async () => {
    nock(API).get("/repos/acme/pay/deployments").query(true).reply(404, { message: "Not Found" });

    expect(await gather()).toEqual({
      status: "failed",
      reason: "unauthorized",
      detail:
        'GitHub answered 404 for the deployments of acme/pay: give the token access to acme/pay and the permission "Deployments: read"',
    });
  });

  test("a wrong token is told apart from a missing permission", async () => {
    nock(API).get("/repos/acme/pay/deployments").query(true).reply(401, { message: "Bad credentials" });

    expect(await gather()).toMatchObject({
      status: "failed",
      reason: "unauthorized",
      detail: expect.stringContaining("expired"),
    });
  });

  test("a rate limit is a failure that says so, without waiting for hours", async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3000);
    nock(API)
      .get("/repos/acme/pay/deployments")
      .query(true)
      .reply(403, { message: "API rate limit exceeded" }, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset });

    expect(await gather()).toMatchObject({
      status: "failed",
      reason: "unavailable",
      detail: expect.stringContaining("rate limit"),
    });
  });

  test("a server error is tried once more", async () => {
    nock(API).get("/repos/acme/pay/deployments").query(true).reply(502, {});
    github({});

    expect(await gather()).toMatchObject({ status: "empty", searched: expect.stringContaining("acme/pay") });
  });

  test("silence ends at the deadline as a timeout", async () => {
    nock.enableNetConnect("127.0.0.1");
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const started = performance.now();

    const evidence = await gather(
      "acme/pay=payment",
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      150,
    );

    expect(evidence).toMatchObject({ status: "failed", reason: "timeout" });
    expect(performance.now() - started).toBeLessThan(2000);
    server.closeAllConnections();
    server.close();
  });

  test("one repository that fails is a gap beside the others", async () => {
    github({ pulls: [pull(20, at("01:40:00"), "d")] });
    nock(API).get("/repos/acme/cart/deployments").query(true).reply(403, { message: "Resource not accessible" });

    expect(await gather("acme/pay=payment,acme/cart")).toMatchObject({
      status: "found",
      events: [{ service: "payment" }],
      partial: expect.stringContaining("acme/cart"),
    });
  });

  test("a deployment whose files cannot be read stays a change, and the gap is stated", async () => {
    github({
      deployments: [deployment(2, "b@01:44:00"), ranBefore],
      statuses: { ...ranBeforeStatus, 2: [status("success", at("01:45:00"))] },
      pulls: [pull(17, at("01:40:00"), "c")],
    });
    nock(API)
      .get(`/repos/acme/pay/compare/${sha("a")}...${sha("b")}`)
      .query(true)
      .reply(404, {});

    const evidence = await gather();

    // With unknown commits nobody can say that the pull request is not in them.
    expect(evidence).toMatchObject({
      events: [{}, { change: { status: "deployed", files: [] } }],
      partial: expect.stringContaining('"Contents: read"'),
    });
    expect(evidence.status === "found" && evidence.events).toHaveLength(2);
  });
});

test("a list of repositories that is not understood is refused", () => {
  expect(parseRepositories("acme/pay=payment, acme/cart")).toEqual([
    { owner: "acme", repo: "pay", service: "payment" },
    { owner: "acme", repo: "cart", service: "cart" },
  ]);
  expect(parseRepositories("https://github.com/acme/pay")).toBeNull();
});

const contractFile = new URL("../../../../shared/contracts/github/rest-subset.openapi.json", import.meta.url);

interface Described {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: object }>> };
}
const described = (): Described => JSON.parse(readFileSync(contractFile, "utf8")) as Described;

describe.skipIf(!existsSync(contractFile))(
  "GitHub's own description (skipped where shared/contracts is absent)",
  () => {
    test.each([
      ["deployment", deployment(1, "a@00:00:00")],
      ["deployment-status", status("success", at("00:00:00"))],
      ["commit-comparison", comparison()],
      ["pull-request-simple", pull(1, at("00:00:00"), "a")],
    ])("every field of our %s stub exists there with that type", (name, stub) => {
      const document = described();
      const ajv = new Ajv({ strict: false, validateFormats: false });
      ajv.addSchema({ $id: "github", ...document });

      for (const [field, value] of Object.entries(stub)) {
        expect(Object.keys(document.components.schemas[name]?.properties ?? {})).toContain(field);
        if (typeof value === "object" && value !== null) continue;
        const validate = ajv.compile({ $ref: `github#/components/schemas/${name}/properties/${field}` });
        expect([field, validate(value)]).toEqual([field, true]);
      }
    });
  },
);
