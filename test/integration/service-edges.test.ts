import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ServiceEdges } from "../../src/app/service-edges-port.ts";
import { EDGE_ORIGINS, type EdgeChange, edgesOfAnalysis } from "../../src/core/graph/known-edge.ts";
import { epochMs, type TenantId, tenantId } from "../../src/core/ids.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import { withClient } from "../../src/store/client.ts";
import { type Databases, openDatabases } from "../../src/store/databases.ts";
import { createGraphProgress } from "../../src/store/graph-progress.ts";
import { createServiceEdges } from "../../src/store/service-edges.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { anAnalysis } from "../support/sample-incident.ts";

const NOW = Date.UTC(2026, 0, 1, 2, 0);
const ALWAYS = epochMs(0);
const words = (text: string) => ownWords(own(text));

let database: TestDatabase;
let db: Databases;
let edges: ServiceEdges;
let tenant: TenantId;
const made = { tenants: 0 };

beforeAll(async () => {
  database = await createTestDatabase();
  db = await openDatabases(database.connectionString);
  edges = createServiceEdges(db);
});

beforeEach(() => {
  made.tenants += 1;
  tenant = tenantId(`tenant-${made.tenants}`);
});

afterAll(async () => {
  await db?.close();
  await database?.stop();
});

function aChange(overrides: Partial<EdgeChange> = {}): EdgeChange {
  return {
    caller: words("web"),
    callee: words("orders"),
    origin: "trace",
    calls: 10,
    failures: 1,
    firstMs: NOW,
    lastMs: NOW + 1000,
    ...overrides,
  };
}

describe("an edge", () => {
  test("sums its counts and widens its times, also when it comes twice at once", async () => {
    await edges.add(tenant, [aChange(), aChange({ calls: 5, firstMs: NOW - 500 })]);
    await edges.add(tenant, [aChange({ calls: 1, failures: 1, lastMs: NOW + 9000 })]);

    expect(await edges.read(tenant, ALWAYS)).toEqual([
      {
        caller: "web",
        callee: "orders",
        origin: "trace",
        calls: 16,
        failures: 3,
        firstMs: NOW - 500,
        lastMs: NOW + 9000,
      },
    ]);
  });

  test("is gone when all its calls were taken back", async () => {
    await edges.add(tenant, [aChange({ origin: "peer", calls: 2, failures: 0 })]);
    await edges.add(tenant, [aChange({ origin: "log", calls: -2, failures: 0 })]);

    expect(await edges.read(tenant, ALWAYS)).toEqual([]);
  });

  test("belongs to one tenant", async () => {
    await edges.add(tenant, [aChange()]);

    expect(await edges.read(tenantId("somebody-else"), ALWAYS)).toEqual([]);
  });

  test("is read only when it was seen since", async () => {
    await edges.add(tenant, [aChange(), aChange({ callee: words("stock"), lastMs: NOW + 60_000 })]);

    const found = await edges.read(tenant, epochMs(NOW + 30_000));

    expect(found.map(({ callee }) => callee)).toEqual(["stock"]);
  });

  test("takes names that a text column refuses", async () => {
    await edges.add(tenant, [aChange({ caller: words("a\u0000b") }), aChange({ caller: words("a\uFFFDb") })]);

    expect(await edges.read(tenant, ALWAYS)).toMatchObject([{ caller: "a\uFFFDb", calls: 20 }]);
  });
});

describe("the witness of an edge", () => {
  test.each(
    EDGE_ORIGINS.flatMap((first, index) => EDGE_ORIGINS.slice(index).map((second) => [first, second] as const)),
  )("stays the better one of %s and %s, in either order", async (better, worse) => {
    await edges.add(tenant, [aChange({ origin: worse })]);
    await edges.add(tenant, [aChange({ origin: better })]);
    await edges.add(tenant, [aChange({ origin: worse })]);

    expect(await edges.read(tenant, ALWAYS)).toMatchObject([{ origin: better }]);
  });

  test("that counted nothing changes no counts of one that did", async () => {
    await edges.add(tenant, [aChange({ origin: "mention", calls: 400 })]);
    await edges.add(tenant, [aChange({ calls: 10, failures: 2 })]);
    await edges.add(tenant, [aChange({ origin: "incident", calls: 900, lastMs: NOW + 5000 })]);

    expect(await edges.read(tenant, ALWAYS)).toMatchObject([{ calls: 10, failures: 2, lastMs: NOW + 5000 }]);
  });

  test("an incident that is thought over again counts once, and says nothing about failures", async () => {
    const analysis = anAnalysis({
      graph: [{ caller: words("web"), callee: words("orders"), count: 97, from: "trace" }],
    });
    await edges.add(tenant, edgesOfAnalysis(analysis));
    await edges.add(tenant, edgesOfAnalysis(analysis));

    expect(await edges.read(tenant, ALWAYS)).toMatchObject([{ origin: "incident", calls: 97, failures: null }]);
  });
});

test("two processes that add the same edges in opposite orders both succeed and lose no call", async () => {
  const many = Array.from({ length: 300 }, (_, index) => aChange({ callee: words(`callee-${index}`), calls: 1 }));

  await Promise.all(Array.from({ length: 8 }, (_, run) => edges.add(tenant, run % 2 === 0 ? many : many.toReversed())));

  const found = await edges.read(tenant, ALWAYS);
  expect(found.reduce((sum, { calls }) => sum + calls, 0)).toBe(8 * 300);
});

test("what is read is bounded, the latest first", async () => {
  const many = Array.from({ length: 5_100 }, (_, index) =>
    aChange({ callee: words(`callee-${index}`), lastMs: NOW + index }),
  );
  await edges.add(tenant, many);

  const found = await edges.read(tenant, ALWAYS);

  expect(found.length).toBe(5_000);
  expect(found[0]?.callee).toBe("callee-5099");
});

test("pruning removes what was not seen since, and of too many the least used", async () => {
  await edges.add(tenant, [aChange({ lastMs: NOW - 60_000 }), aChange({ callee: words("stock"), calls: 1000 })]);
  await withClient(database.connectionString, (client) =>
    client.query(
      `INSERT INTO service_edge SELECT $1, 'made-up-' || n, 'orders', 'trace', 1, 0, now(), now() FROM generate_series(1, 20500) AS n`,
      [tenant],
    ),
  );

  expect(await edges.prune(epochMs(NOW))).toBe(502);

  const left = await withClient(database.connectionString, (client) =>
    client.query("SELECT count(*)::int AS left, max(calls)::int AS most FROM service_edge WHERE tenant = $1", [tenant]),
  );
  expect(left.rows).toEqual([{ left: 20_000, most: 1000 }]);
});

test("a step of keeping the graph by somebody who did not see the latest one stores nothing", async () => {
  const progress = createGraphProgress(db, { nowMs: () => epochMs(NOW) });
  const step = { tenant, keeper: "a", isWaiting: false, positions: new Map(), changes: [] };
  const state = { names: [], numbers: Float64Array.of(1, 2) };
  const answers = [];
  for (const from of [null, null, 1, 1, 2]) answers.push((await progress.keep({ ...step, from, state })).kind);

  expect(answers).toEqual(["kept", "moved", "kept", "moved", "kept"]);
  expect(await progress.recall(tenant, 2)).toBeNull();
  expect(await progress.recall(tenant, 3)).toEqual(state);
});
