import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { GraphProgress, ServiceEdges } from "../../src/app/service-edges-port.ts";
import { KEEPER_LIMITS } from "../../src/core/graph/keeper.ts";
import { DEFAULT_TENANT, epochMs, type TenantId, tenantId } from "../../src/core/ids.ts";
import { decodeRecord } from "../../src/ingest/decode-record.ts";
import { GraphKeeping } from "../../src/main/graph-keeping.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import type { FileSegments } from "../../src/segments/event-segments.ts";
import { withClient } from "../../src/store/client.ts";
import { type Databases, openDatabases } from "../../src/store/databases.ts";
import { createGraphProgress } from "../../src/store/graph-progress.ts";
import { createServiceEdges } from "../../src/store/service-edges.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  batchesOf,
  inBatches,
  logsOfCall,
  NIGHT_OF_300,
  night,
  type SentSpan,
  seeded,
  shuffled,
  spansRequest,
} from "../support/graph-records.ts";
import { type IngestServer, startIngest } from "../support/otlp-server.ts";
import { newFolder, segmentsOfTests, smallLimits } from "../support/segments.ts";

const OTHER_SHOP = tenantId("other-shop");
const time = { nowMs: Date.UTC(2026, 10, 21, 9) };
const clock = { nowMs: () => epochMs(time.nowMs) };
const redactor = createRedactor({ pseudonymKey: "test" });
const never = new AbortController().signal;
const sql = (text: string) => withClient(database.connectionString, (client) => client.query(text));
const { start, end } = segmentsOfTests();
const [problems, told]: [string[], object[]] = [[], []];
const problem = (_fields: object, message: string) => void problems.push(message);
const logger = { debug: problem, info: (fields: object) => void told.push(fields), warn: problem, error: problem };

let database: TestDatabase;
let db: Databases;
let edges: ServiceEdges;
let progress: GraphProgress;
let receiver: IngestServer;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  db = await openDatabases(database.connectionString);
  edges = createServiceEdges(db);
  progress = createGraphProgress(db, clock);
  receiver = await startIngest({ nowMs: clock.nowMs });
});

beforeEach(() => {
  folder = newFolder();
  problems.length = 0;
  told.length = 0;
});

afterEach(async () => {
  await end();
  await sql("DELETE FROM service_edge; DELETE FROM graph_keeping");
});

afterAll(async () => {
  await receiver?.stop();
  await db?.close();
  await database?.stop();
});

interface Process {
  readonly segments: FileSegments;
  readonly keeping: GraphKeeping;
}

/** What a `serve` process has for it: its own writer in the shared folder, its own keeper over the shared database. */
async function serve(writer: string, overrides: Partial<GraphProgress> = {}, in_ = folder): Promise<Process> {
  const limits = smallLimits({ segmentBytes: 20_000 });
  const { segments } = await start({ writer, clock, decode: decodeRecord, limits }, in_);
  const deps = { segments, progress: { ...progress, ...overrides }, redactor, clock, logger };
  return { segments, keeping: new GraphKeeping(deps) };
}

async function take({ segments }: Process, spans: readonly SentSpan[], tenant: TenantId = DEFAULT_TENANT) {
  for (const batch of await batchesOf(receiver, "traces", spansRequest(spans))) await segments.append(tenant, batch);
}

/** Ten seconds each, every process that lives at the same time. */
async function rounds(count: number, ...processes: readonly Process[]): Promise<void> {
  for (let round = 0; round < count; round++) {
    time.nowMs += 10_000;
    await Promise.all(processes.map(({ keeping }) => keeping.round(never)));
  }
}

/** "caller->callee origin calls/failures", sorted. */
async function kept(tenant: TenantId = DEFAULT_TENANT): Promise<readonly string[]> {
  const found = await edges.read(tenant, epochMs(0));
  return found
    .map(({ caller, callee, origin, calls, failures }) => `${caller}->${callee} ${origin} ${calls}/${failures}`)
    .toSorted();
}

describe("however many processes keep the graph", () => {
  test.each([1, 2, 5])("each call counts once (%i processes)", async (count) => {
    const processes = await Promise.all(Array.from({ length: count }, (_, at) => serve(`serve-${at}`)));
    for (const [at, batch] of inBatches(night(300), 90).entries()) {
      const process = processes[at % count];
      if (process !== undefined) await take(process, batch);
    }

    await rounds(15, ...processes);

    expect(await kept()).toEqual(NIGHT_OF_300);
    expect(problems).toEqual([]);
  });

  test.each([1, 2, 3])(
    "spans in any order, minutes late and sent twice count once when a keeper is killed in between (seed %i)",
    async (seed) => {
      const random = seeded(seed);
      const sent = inBatches(shuffled(night(300), random), 40);
      const crash = { isNear: false };
      /** Dies with the step made but not stored, or stored but not known to be. */
      const dying = await serve("serve-1", {
        keep: async (step) => {
          if (crash.isNear && random() < 0.5) await progress.keep(step);
          if (crash.isNear) throw new Error("killed");
          return progress.keep(step);
        },
      });
      const living = await serve("serve-2");
      const both = [dying, living] as const;
      for (const [at, batch] of sent.slice(0, 12).entries()) {
        await take(both[at % 2 === 0 ? 0 : 1], batch);
        if (random() < 0.2) await take(both[at % 2 === 0 ? 1 : 0], batch);
        await rounds(1 + Math.floor(random() * 8), ...both);
      }
      crash.isNear = true;
      await take(dying, sent[12] ?? []);
      await rounds(1, ...both);

      // What it wrote stays; it is never asked again.
      const next = await serve("serve-3");
      const left = [living, next] as const;
      for (const [at, batch] of sent.slice(13).entries()) {
        await take(left[at % 2 === 0 ? 0 : 1], batch);
        await rounds(Math.floor(random() * 10), ...left);
      }
      await rounds(30, ...left);

      expect(await kept()).toEqual(NIGHT_OF_300);
    },
  );

  test("what a process wrote before it ended is counted by the one that starts next, from the database alone", async () => {
    const first = await serve("serve-1");
    await take(first, night(100));
    await first.keeping.round(never);
    await take(first, night(300).slice(night(100).length));
    await first.keeping.stop();
    await first.segments.close();

    const second = await serve("serve-2");
    await rounds(5, second);

    expect(await kept()).toEqual(NIGHT_OF_300);
  });

  test("processes whose folders are apart join the halves of a call", async () => {
    const here = await serve("serve-1");
    const there = await serve("serve-2", {}, newFolder());
    await take(here, [{ trace: 1, id: 1, parent: null, service: "web" }]);
    await take(there, [{ trace: 1, id: 2, parent: 1, service: "checkout" }]);

    await rounds(20, here, there);

    expect(await kept()).toEqual(["web->checkout trace 1/0"]);
  });
});

describe("halves of a call", () => {
  test("join when they arrive ten minutes apart, and the call of the first is taken back where it was told", async () => {
    const process = await serve("serve-1");
    await take(process, [
      { trace: 1, id: 1, parent: null, service: "web", peer: "balancer" },
      { trace: 1, id: 5, parent: 4, service: "payments" },
    ]);
    await rounds(5, process);
    expect(await kept()).toEqual(["web->balancer peer 1/0"]);
    await rounds(55, process);
    await take(process, [
      { trace: 1, id: 2, parent: 1, service: "checkout" },
      { trace: 1, id: 4, parent: 2, service: "basket" },
    ]);

    await rounds(5, process);

    expect(await kept()).toEqual([
      "basket->payments trace 1/0",
      "checkout->basket trace 1/0",
      "web->checkout trace 1/0",
    ]);
  });

  test("are given up and counted when more comes between them than is remembered", async () => {
    const { segments } = await serve("serve-1");
    const deps = { segments, progress, redactor, clock, logger, limits: { ...KEEPER_LIMITS, maxSpans: 200 } };
    const process = { segments, keeping: new GraphKeeping(deps) };
    await take(process, [{ trace: 1, id: 2, parent: 1, service: "checkout" }]);
    await rounds(1, process);
    await take(
      process,
      Array.from({ length: 500 }, (_, id) => ({ trace: 2, id: 100 + id, parent: null, service: "web" })),
    );
    await rounds(1, process);
    await take(process, [{ trace: 1, id: 1, parent: null, service: "web" }]);
    await rounds(5, process);

    expect(await kept()).toEqual([]);
    expect(told).toContainEqual({ tenant: DEFAULT_TENANT, dropped: 0, unjoined: 1 });
  });
});

test("calls that only logs show count once over restarts, and without their bytes", async () => {
  for (let run = 0; run < 4; run++) {
    const process = await serve(`serve-${run}`);
    const body = logsOfCall(run, ["web", "stock"]);
    for (const batch of await batchesOf(receiver, "logs", body)) await process.segments.append(DEFAULT_TENANT, batch);
    await rounds(1 + run, process);
    await process.keeping.stop();
    await process.segments.close();
  }
  await rounds(5, await serve("serve-last"));

  expect(await kept()).toEqual(["web->stock log 4/0"]);
});

describe("tenants", () => {
  test("are kept apart, also when their ids are the same", async () => {
    const process = await serve("serve-1");
    await take(process, [{ trace: 1, id: 1, parent: null, service: "web" }]);
    await take(process, [{ trace: 1, id: 2, parent: 1, service: "ledger" }], OTHER_SHOP);
    await take(process, [{ trace: 1, id: 2, parent: 1, service: "checkout" }]);
    await take(process, [{ trace: 1, id: 1, parent: null, service: "desk" }], OTHER_SHOP);

    await rounds(5, process);

    expect(await kept()).toEqual(["web->checkout trace 1/0"]);
    expect(await kept(OTHER_SHOP)).toEqual(["desk->ledger trace 1/0"]);
  });

  test("are all kept when there are more than stay in memory, and one that fails keeps no other from it", async () => {
    const broken = tenantId("tenant-3");
    const process = await serve("serve-1", {
      keep: (step) => (step.tenant === broken ? Promise.reject(new Error("no room")) : progress.keep(step)),
    });
    const tenants = Array.from({ length: 12 }, (_, at) => tenantId(`tenant-${at}`));
    for (const tenant of tenants) await take(process, [{ trace: 1, id: 2, parent: 1, service: "checkout" }], tenant);
    await rounds(2, process);
    for (const tenant of tenants) await take(process, [{ trace: 1, id: 1, parent: null, service: "web" }], tenant);
    await rounds(2, process);

    const found = await Promise.all(tenants.map((tenant) => kept(tenant)));
    expect(found).toEqual(tenants.map((tenant) => (tenant === broken ? [] : ["web->checkout trace 1/0"])));
    expect(new Set(problems)).toEqual(new Set(["the service graph missed a round; the next one goes on"]));
  });
});

describe("a step", () => {
  test("that could not be stored is made again in full by the same process", async () => {
    const fails = { left: 0 };
    const process = await serve("serve-1", {
      keep: (step) => {
        fails.left -= 1;
        return fails.left >= 0 ? Promise.reject(new Error("no database")) : progress.keep(step);
      },
    });
    await take(process, night(100));
    await rounds(1, process);
    fails.left = 2;
    await take(process, night(300).slice(night(100).length));

    await rounds(8, process);

    expect(await kept()).toEqual(NIGHT_OF_300);
    expect(problems).toHaveLength(2);
  });

  test("goes on with an empty memory, and says so, where what was remembered cannot be read", async () => {
    const process = await serve("serve-1");
    await take(process, night(10));
    await rounds(5, process);
    await sql("UPDATE graph_keeping SET packed = '\\x00ff', keeper = ''");
    const next = await serve("serve-2");
    await take(next, [
      { trace: 900, id: 9001, parent: null, service: "web" },
      { trace: 900, id: 9002, parent: 9001, service: "checkout" },
    ]);
    await rounds(5, next);

    expect(await kept()).toContain("web->checkout trace 11/0");
    expect(problems).toEqual(["calls whose halves waited for each other were given up"]);
  });

  test("forgets the position of a writer whose segments retention took", async () => {
    const first = await serve("serve-1");
    await take(first, night(10));
    await rounds(5, first);
    await first.segments.close();
    expect([...((await progress.look(DEFAULT_TENANT))?.positions.keys() ?? [])]).toEqual(["serve-1"]);
    const second = await serve("serve-2");
    await take(second, night(12).slice(night(10).length));
    await rounds(10, second);
    await rm(`${folder}/segments/${DEFAULT_TENANT}/serve-1`, { recursive: true });
    await take(second, [{ trace: 77, id: 771, parent: null, service: "web" }]);
    await rounds(2, second);

    expect([...((await progress.look(DEFAULT_TENANT))?.positions.keys() ?? [])]).toEqual(["serve-2"]);
    expect(await kept()).toContain("web->checkout trace 12/0");
  });
});

test("what another process wrote counts once it can no longer be refused and cut off", async () => {
  const writing = await serve("serve-1");
  const other = await serve("serve-2");
  await take(writing, night(10));
  await rounds(1, other);
  expect(await kept()).toEqual([]);

  await rounds(1, other);

  expect(await kept()).toContain("web->checkout trace 10/0");
});

test("another process takes over a minute after the keeper stopped getting on, not before", async () => {
  const first = await serve("serve-1");
  await take(first, night(10));
  await rounds(5, first);
  const second = await serve("serve-2");
  await take(second, [
    { trace: 900, id: 9001, parent: null, service: "web" },
    { trace: 900, id: 9002, parent: 9001, service: "checkout" },
  ]);
  await rounds(6, second);
  expect(await kept()).toContain("web->checkout trace 10/0");

  time.nowMs += 60_000;
  await rounds(3, second);

  expect(await kept()).toContain("web->checkout trace 11/0");
});
