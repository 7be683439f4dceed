import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RecordCatalog } from "../../src/core/columns/record-batch.ts";
import { DEFAULT_TENANT, epochMs, type TenantId, tenantId } from "../../src/core/ids.ts";
import type { Safe } from "../../src/core/safe.ts";
import type { FileSegments } from "../../src/segments/event-segments.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { type Databases, openDatabases } from "../../src/store/databases.ts";
import { createLogCounts, type LogCounts } from "../../src/store/log-counts.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  batchOf,
  MORNING_MS,
  namedRows,
  newCatalog,
  segmentsOfTests,
  smallLimits,
  type TestRow,
} from "../support/segments.ts";

const MINUTE_MS = 60_000;
/** Just after the records: their times are believed. */
const clock = { nowMs: () => epochMs(MORNING_MS + 60 * MINUTE_MS) };
const redact = (text: string) => text.replaceAll("s3cr3t", "[hidden]") as Safe;
const { start, end } = segmentsOfTests();
let database: TestDatabase;
let db: Database;
let databases: Databases;
let sink: LogCounts;
let catalog: RecordCatalog;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.connectionString);
  databases = await openDatabases(database.connectionString);
  sink = createLogCounts(databases);
});

beforeEach(() => {
  catalog = newCatalog();
});

afterEach(async () => {
  await end();
  await db.$executeRaw`TRUNCATE log_count, log_template, mark`;
});

afterAll(async () => {
  await db.$disconnect();
  await databases.close();
  await database.stop();
});

const count = (segments: FileSegments) => segments.count(sink, redact, new AbortController().signal);

async function counted() {
  const rows = await db.logCountRow.findMany({ orderBy: [{ bucket: "asc" }, { service: "asc" }, { key: "asc" }] });
  return rows.map(({ bucket, service, key, count: lines }) => ({ atMs: bucket.getTime(), service, key, lines }));
}

const sum = async () => (await counted()).reduce((total, { lines }) => total + lines, 0);

const texts = async () => (await db.logTemplateRow.findMany()).map(({ service, text }) => [service, text]);

const template = (key: string, atMs: number) => {
  return { service: "basket" as Safe, key, text: "words" as Safe, severity: 3, firstMs: atMs, lastMs: atMs };
};
const step = (tenant: TenantId, from: string | null, to: string) => ({ tenant, writer: "api-1", from, to });

/** A template and a count each, ten seconds apart. */
const rowsOf = (from: number, rows: number) => ({
  templates: Array.from({ length: rows }, (_, index) => template(`k${from + index}`, MORNING_MS + from + index)),
  counts: Array.from({ length: rows }, (_, index) => ({
    bucketMs: MORNING_MS + (from + index) * 10_000,
    service: "basket" as Safe,
    key: `k${from + index}`,
    count: 1,
  })),
});

/** 600 lines of two services and three templates over a minute. */
function minuteOf(name: string): TestRow[] {
  return Array.from({ length: 600 }, (_, index) => ({
    atMs: MORNING_MS + index * 100,
    body: ["order placed", "cart opened by", `${name} slow after`][index % 3] + ` ${index}`,
    service: index % 2 === 0 ? "checkout" : "basket",
  }));
}

describe("counting", () => {
  test("gives every line once to its service, template and ten seconds, over rounds and restarts", async () => {
    const { segments, folder } = await start({ clock, limits: smallLimits({ segmentBytes: 30_000 }) });
    await segments.append(DEFAULT_TENANT, batchOf(minuteOf("a"), catalog));
    await count(segments);
    await count(segments);
    for (let batch = 0; batch < 5; batch++) {
      await segments.append(DEFAULT_TENANT, batchOf(namedRows(`b${batch} came`, 100, { kind: "log" }), catalog));
    }
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("no log", 50, { kind: "span" }), catalog));
    await segments.close();
    const again = await start({ clock, limits: smallLimits({ segmentBytes: 30_000 }) }, folder);
    const round = await count(again.segments);
    await again.segments.append(DEFAULT_TENANT, batchOf(namedRows("later", 10), catalog));
    await count(again.segments);

    expect(round.isComplete).toBe(true);
    expect(await sum()).toBe(600 + 500 + 10);
    const first = (await counted()).filter(({ atMs }) => atMs === MORNING_MS);
    // 100 lines in ten seconds, split over two services and three templates.
    expect(first.filter(({ lines }) => lines === 16 || lines === 17)).toHaveLength(6);
    expect(new Set((await counted()).map(({ atMs }) => atMs - MORNING_MS))).toEqual(
      new Set([0, 10_000, 20_000, 30_000, 40_000, 50_000]),
    );
  });

  test("counts once what several processes count at the same time", async () => {
    const writer = await start({ clock });
    await writer.segments.append(DEFAULT_TENANT, batchOf(minuteOf("a"), catalog));
    await writer.segments.append(tenantId("shop-b"), batchOf(minuteOf("b"), catalog));
    await writer.segments.close();
    const late = { nowMs: () => epochMs(Date.now() + 10 * MINUTE_MS) };
    const others = [];
    for (const name of ["api-2", "api-3", "api-4"])
      others.push(await start({ writer: name, clock: late }, writer.folder));

    await Promise.all(others.map(({ segments }) => count(segments)));
    await Promise.all(others.map(({ segments }) => count(segments)));

    expect(await sum()).toBe(1200);
  });

  test("forgets the position of a writer whose segments retention took", async () => {
    const writer = await start({ clock, keepMs: 1 });
    await writer.segments.append(DEFAULT_TENANT, batchOf(minuteOf("a"), catalog));
    await writer.segments.close();
    const late = { nowMs: () => epochMs(Date.now() + 300 * MINUTE_MS) };
    const other = await start({ writer: "api-2", clock: late, keepMs: 1 }, writer.folder);
    await count(other.segments);
    await count(other.segments);
    expect(await sink.position(DEFAULT_TENANT, "api-1")).not.toBeNull();

    await other.segments.prune(late.nowMs());
    await count(other.segments);

    expect(await sink.position(DEFAULT_TENANT, "api-1")).toBeNull();
    expect(await sum()).toBe(600);
  });

  test("leaves what a living process writes to that process", async () => {
    const writer = await start({ clock });
    await writer.segments.append(DEFAULT_TENANT, batchOf(minuteOf("a"), catalog));
    const other = await start({ writer: "api-2", clock: { nowMs: () => epochMs(Date.now()) } }, writer.folder);

    await count(other.segments);
    expect(await sum()).toBe(0);
    await count(writer.segments);
    expect(await sum()).toBe(600);
  });

  test("adds nothing when it could not be stored, and everything the next time", async () => {
    const { segments } = await start({ clock });
    await segments.append(DEFAULT_TENANT, batchOf(minuteOf("a"), catalog));
    const broken = { ...sink, add: () => Promise.reject(new Error("no database")) };

    const failed = await segments.count(broken, redact, new AbortController().signal);
    await count(segments);

    expect(failed).toEqual({
      rows: 0,
      isComplete: false,
      failures: [{ tenant: DEFAULT_TENANT, writer: "api-1", error: new Error("no database") }],
    });
    expect(await sum()).toBe(600);
  });

  test("keeps words and names redacted, and the words as general as they became", async () => {
    const { segments } = await start({ clock });
    let words = "cart s3cr3t of ada";
    const miner = { ...catalog.miner, add: () => 0, textOf: () => words, keyOf: () => "k1" };
    const rows = (name: string) =>
      batchOf(namedRows(name, 3, { service: "basket\u0000s3cr3t" }), { ...catalog, miner });
    await segments.append(DEFAULT_TENANT, rows("a"));
    await count(segments);
    expect(await texts()).toEqual([["basket\uFFFD[hidden]", "cart [hidden] of ada"]]);

    words = "cart s3cr3t of <*>";
    await segments.append(DEFAULT_TENANT, rows("b"));
    await count(segments);
    expect(await texts()).toEqual([["basket\uFFFD[hidden]", "cart [hidden] of <*>"]]);

    words = "cart s3cr3t of grace";
    await segments.append(DEFAULT_TENANT, rows("c"));
    await count(segments);
    expect(await texts()).toEqual([["basket\uFFFD[hidden]", "cart [hidden] of <*>"]]);
  });

  test("counts lines with impossible clocks as lines of their arrival", async () => {
    const { segments } = await start({ clock });
    const times = [0, 8.64e15, Number.MAX_VALUE, Number.NaN, Number.NEGATIVE_INFINITY, -1];
    const batch = batchOf(namedRows("when", times.length), catalog);
    batch.timesMs.set(times);
    await segments.append(DEFAULT_TENANT, batch);

    await count(segments);

    expect((await counted()).map(({ atMs, lines }) => ({ atMs, lines }))).toEqual([{ atMs: clock.nowMs(), lines: 6 }]);
  });
});

test("a batch with a time of its own for every line costs a bounded number of counts and loses none", async () => {
  const { segments } = await start({ clock });
  const batch = batchOf(namedRows("scattered", 60_000), catalog);
  for (let row = 0; row < batch.rows; row++) batch.timesMs[row] = MORNING_MS - row * 10_000;
  await segments.append(DEFAULT_TENANT, batch);

  await count(segments);

  expect(await sum()).toBe(60_000);
  expect(await db.logCountRow.count()).toBeLessThanOrEqual(50_001);
});

describe("stored counts", () => {
  test("tell which templates are new since an instant", async () => {
    const templates = [template("old", MORNING_MS - MINUTE_MS), template("new", MORNING_MS + MINUTE_MS)];
    await sink.add({ ...step(DEFAULT_TENANT, null, "1:1"), templates, counts: [] });
    // Seen again later: that does not make it new.
    await sink.add({ ...step(DEFAULT_TENANT, "1:1", "1:2"), templates: [template("old", MORNING_MS + 5)], counts: [] });

    const ask = { service: "basket" as Safe, keys: ["old", "new", "never"], beforeMs: MORNING_MS };
    expect(await sink.seenBefore({ ...ask, tenant: DEFAULT_TENANT })).toEqual(new Set(["old"]));
    expect(await sink.seenBefore({ ...ask, tenant: tenantId("shop-b") })).toEqual(new Set());
  });

  test("move their position only for whoever saw the present one", async () => {
    const counts = [{ bucketMs: MORNING_MS, service: "basket" as Safe, key: "k", count: 2_000_000_000 }];
    expect(await sink.add({ ...step(DEFAULT_TENANT, null, "1:5"), templates: [], counts })).toBe("added");
    expect(await sink.add({ ...step(DEFAULT_TENANT, null, "1:9"), templates: [], counts })).toBe("moved");
    expect(await sink.add({ ...step(DEFAULT_TENANT, "1:4", "1:9"), templates: [], counts })).toBe("moved");
    expect(await sum()).toBe(2_000_000_000);
    expect(await sink.add({ ...step(DEFAULT_TENANT, "1:5", "1:9"), templates: [], counts })).toBe("added");

    expect(await sink.position(DEFAULT_TENANT, "api-1")).toBe("1:9");
    // The most a column holds.
    expect(await sum()).toBe(2_147_483_647);
    await sink.forget(DEFAULT_TENANT, "api-1", "1:5");
    expect(await sink.position(DEFAULT_TENANT, "api-1")).toBe("1:9");
    await sink.forget(DEFAULT_TENANT, "api-1", "1:9");
    expect(await sink.position(DEFAULT_TENANT, "api-1")).toBeNull();
  });

  test("are removed with their time; what is still seen stays", async () => {
    const counts = [MORNING_MS, MORNING_MS + MINUTE_MS].map((bucketMs) => ({
      bucketMs,
      service: "basket" as Safe,
      key: "k",
      count: 1,
    }));
    const templates = [template("gone", MORNING_MS), template("k", MORNING_MS + MINUTE_MS)];
    await sink.add({ ...step(DEFAULT_TENANT, null, "1:5"), templates, counts });

    expect(await sink.prune(MORNING_MS + 1)).toBe(1);
    expect((await db.logTemplateRow.findMany()).map(({ key }) => key)).toEqual(["k"]);
    expect(await sum()).toBe(1);
  });

  test("stay within bounds per tenant: the oldest counts and the templates not seen for longest go first", async () => {
    const bounded = createLogCounts(databases, { counts: 100, templates: 20, checkEvery: 50 });
    const other = tenantId("shop-b");
    await bounded.add({ ...step(other, null, "1:1"), ...rowsOf(0, 15) });
    let position: string | null = null;
    for (let from = 0; from < 300; from += 10) {
      const to = `1:${from + 1}`;
      await bounded.add({ ...step(DEFAULT_TENANT, position, to), ...rowsOf(from, 10) });
      position = to;
      // Beyond its bounds by no more than what comes between two looks.
      expect(await db.logCountRow.count({ where: { tenant: DEFAULT_TENANT } })).toBeLessThanOrEqual(100 + 50);
    }
    await bounded.prune(MORNING_MS);

    const kept = await db.logCountRow.findMany({ where: { tenant: DEFAULT_TENANT }, orderBy: { bucket: "asc" } });
    expect(kept.map(({ key }) => key)).toEqual(Array.from({ length: 100 }, (_, index) => `k${200 + index}`));
    const templates = await db.logTemplateRow.findMany({
      where: { tenant: DEFAULT_TENANT },
      orderBy: { lastSeen: "asc" },
    });
    expect(templates.map(({ key }) => key)).toEqual(Array.from({ length: 20 }, (_, index) => `k${280 + index}`));
    expect(await db.logCountRow.count({ where: { tenant: other } })).toBe(15);
  });

  test("of a tenant that a process meets beyond its bounds are brought within them at once", async () => {
    const counts = Array.from({ length: 200 }, (_, index) => {
      return { bucketMs: MORNING_MS + index * 10_000, service: "basket" as Safe, key: "k", count: 1 };
    });
    await sink.add({ ...step(DEFAULT_TENANT, null, "1:1"), templates: [], counts });

    const bounded = createLogCounts(databases, { counts: 100, templates: 20, checkEvery: 1_000_000 });
    const more = [{ bucketMs: MORNING_MS, service: "basket" as Safe, key: "new", count: 1 }];
    await bounded.add({ ...step(DEFAULT_TENANT, "1:1", "1:2"), templates: [], counts: more });

    expect(await db.logCountRow.count()).toBe(100);
  });
});
