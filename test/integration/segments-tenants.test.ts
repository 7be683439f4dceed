import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { CountsSink, CountsStep } from "../../src/app/segment-ports.ts";
import { epochMs, type TenantId, tenantId } from "../../src/core/ids.ts";
import type { Safe } from "../../src/core/safe.ts";
import type { FileSegments } from "../../src/segments/event-segments.ts";
import {
  batchOf,
  filesIn,
  MORNING_MS,
  namedRows,
  newCatalog,
  segmentsOfTests,
  smallLimits,
  WHOLE_DAY,
} from "../support/segments.ts";

const SHOP_A = tenantId("shop-a");
const SHOP_B = tenantId("shop-b");
const { start, end } = segmentsOfTests();
const signal = () => new AbortController().signal;

afterEach(end);

/** Keeps what is counted in memory; `refuses` says which writers it cannot count. */
function countsInMemory(refuses: (step: Pick<CountsStep, "tenant" | "writer">) => boolean = () => false) {
  const positions = new Map<string, string>();
  const steps: CountsStep[] = [];
  const asked: string[] = [];
  const sink: CountsSink = {
    async position(tenant, writer) {
      asked.push(`${tenant}/${writer}`);
      if (refuses({ tenant, writer })) throw new Error("no answer");
      return positions.get(`${tenant}/${writer}`) ?? null;
    },
    async add(step) {
      const name = `${step.tenant}/${step.writer}`;
      if ((positions.get(name) ?? null) !== step.from) return "moved";
      positions.set(name, step.to);
      steps.push(step);
      return "added";
    },
    async forget(tenant, writer) {
      positions.delete(`${tenant}/${writer}`);
    },
  };
  const linesOf = (writer: string) =>
    steps
      .filter((step) => step.writer === writer)
      .flatMap(({ counts }) => counts)
      .reduce((sum, { count }) => sum + count, 0);
  return { sink, steps, asked, linesOf };
}

const count = (segments: FileSegments, sink: CountsSink) => segments.count(sink, (text) => text as Safe, signal());

/** Segments of writers that ended a while ago, one batch each. */
async function endedWriters(names: readonly string[], rows = 10) {
  const first = await start({ writer: names[0] ?? "" });
  await first.segments.append(SHOP_A, batchOf(namedRows(`line of ${names[0]}`, rows)));
  await first.segments.close();
  for (const name of names.slice(1)) {
    const next = await start({ writer: name }, first.folder);
    await next.segments.append(SHOP_A, batchOf(namedRows(`line of ${name}`, rows)));
    await next.segments.close();
  }
  return first.folder;
}

const later = { nowMs: () => epochMs(Date.now() + 10 * 60_000) };

/** A batch whose only template has these words. */
const batchSaying = (words: string) => {
  const catalog = newCatalog();
  const miner = { ...catalog.miner, add: () => 0, textOf: () => words, keyOf: () => "k1" };
  return batchOf(namedRows("x", 3, { service: "basket" }), { ...catalog, miner });
};

describe("counting", () => {
  test("gives each tenant its own words, also where service and key are the same", async () => {
    const { segments } = await start();
    await segments.append(SHOP_A, batchSaying("order of shop a"));
    await segments.append(SHOP_B, batchSaying("order of shop b"));
    const { sink, steps } = countsInMemory();

    await count(segments, sink);

    const told = steps.map(({ tenant, templates }) => [tenant, templates.map(({ text }) => text)]);
    expect(told).toEqual([
      [SHOP_A, ["order of shop a"]],
      [SHOP_B, ["order of shop b"]],
    ]);
  });

  test("goes on with all others when one writer cannot be counted, and tells which", async () => {
    const folder = await endedWriters(["w1", "w2", "w3"]);
    const { segments } = await start({ writer: null, clock: later }, folder);
    const { sink, linesOf } = countsInMemory(({ writer }) => writer === "w1");

    const round = await count(segments, sink);

    expect(["w1", "w2", "w3"].map(linesOf)).toEqual([0, 10, 10]);
    expect(round).toMatchObject({ isComplete: false, failures: [{ tenant: SHOP_A, writer: "w1" }] });
  });

  test("reaches every writer in the end, however many before it cannot be counted", async () => {
    const broken = Array.from({ length: 25 }, (_, index) => `broken-${index}`);
    const folder = await endedWriters([...broken, "whole"]);
    const { segments } = await start({ writer: null, clock: later }, folder);
    const { sink, linesOf } = countsInMemory(({ writer }) => writer !== "whole");

    for (let round = 0; round < 3; round++) await count(segments, sink);

    expect(linesOf("whole")).toBe(10);
  });

  test("lets a busy writer keep no other one waiting", async () => {
    const { segments: busy, folder } = await start({ writer: "a-busy" });
    const catalog = newCatalog();
    // More counts than a round takes: every line has ten seconds of its own.
    for (let batch = 0; batch < 50; batch++) {
      const rows = batchOf(namedRows("line", 20_001), catalog);
      for (let row = 0; row < rows.rows; row++) rows.timesMs[row] = Date.now() - (row + batch) * 10_000;
      await busy.append(SHOP_A, rows);
    }
    await busy.close();
    const quiet = await start({ writer: "b-quiet" }, folder);
    await quiet.segments.append(SHOP_B, batchOf(namedRows("line", 10)));
    const { sink, linesOf, steps } = countsInMemory();

    const round = await count(quiet.segments, sink);

    expect(steps.length).toBe(40);
    expect(round.isComplete).toBe(false);
    expect(linesOf("b-quiet")).toBe(10);
  });

  test("reaches the writers of now however many ended before, and asks of those nothing again", async () => {
    const ended = Array.from({ length: 60 }, (_, index) => `ended-${index}`);
    const folder = await endedWriters(ended, 1);
    const { segments } = await start({ writer: "now", clock: later }, folder);
    await segments.append(SHOP_A, batchOf(namedRows("line", 10)));
    const { sink, asked, linesOf } = countsInMemory();
    for (let round = 0; round < 3; round++) await count(segments, sink);
    expect(ended.map(linesOf)).toEqual(Array(60).fill(1));

    asked.length = 0;
    await segments.append(SHOP_A, batchOf(namedRows("more", 5)));
    const round = await count(segments, sink);

    expect(round).toEqual({ rows: 5, isComplete: true, failures: [] });
    expect(asked).toEqual([`${SHOP_A}/now`]);
    expect(linesOf("now")).toBe(15);
  });
});

describe("retention by size", () => {
  test("takes from whoever uses most, never from a tenant within its equal share", async () => {
    const { segments, folder } = await start({ limits: smallLimits({ segmentBytes: 2000 }), maxTotalBytes: 20_000 });
    await fill(segments, SHOP_B, 4);
    await fill(segments, SHOP_A, 30);
    const quiet = sealedOf(folder, SHOP_B);
    // Those of the quiet tenant are the oldest of all.
    for (const [index, path] of [...quiet, ...sealedOf(folder, SHOP_A)].entries()) {
      const at = Date.now() / 1000 - 10_000 + index;
      utimesSync(path, at, at);
    }
    const before = await storedLines(segments, SHOP_B);

    await segments.prune(epochMs(Date.now()));

    expect(sealedOf(folder, SHOP_B)).toEqual(quiet);
    expect(await storedLines(segments, SHOP_B)).toBe(before);
    expect(await storedLines(segments, SHOP_A)).toBeLessThan(30 * 30);
    expect(bytesOf(folder)).toBeLessThanOrEqual(20_000);
    expect(bytesOf(folder)).toBeGreaterThan(10_000);
  });

  test("divides the room equally among tenants that all want more", async () => {
    const { segments, folder } = await start({ limits: smallLimits({ segmentBytes: 2000 }), maxTotalBytes: 30_000 });
    for (const [index, tenant] of ["shop-a", "shop-b", "shop-c"].entries()) {
      await fill(segments, tenantId(tenant), 10 + 5 * index);
    }

    await segments.prune(epochMs(Date.now()));

    const sizes = ["shop-a", "shop-b", "shop-c"].map((tenant) => bytesOf(folder, tenant));
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(30_000);
    // Whole files go.
    expect(Math.min(...sizes)).toBeGreaterThan(10_000 - 2 * 3000);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2 * 3000);
  });

  test("goes on with other tenants when the files of one cannot be removed", async () => {
    const { segments, folder } = await start({ limits: smallLimits({ segmentBytes: 2000 }), keepMs: 1 });
    await fill(segments, SHOP_A, 3);
    await fill(segments, SHOP_B, 3);
    const [stuck = ""] = sealedOf(folder, SHOP_A);
    const gone = sealedOf(folder, SHOP_B);
    // A folder in the place of an index cannot be unlinked.
    rmSync(stuck.replace(".seg", ".idx"));
    mkdirSync(stuck.replace(".seg", ".idx"));

    await expect(segments.prune(epochMs(Date.now() + 60_000))).rejects.toThrow("could not be removed");

    expect(sealedOf(folder, SHOP_B)).toHaveLength(0);
    expect(gone.length).toBeGreaterThan(0);
  });
});

async function fill(segments: FileSegments, tenant: TenantId, batches: number): Promise<void> {
  const catalog = newCatalog();
  for (let batch = 0; batch < batches; batch++) {
    await segments.append(tenant, batchOf(namedRows(`${tenant} ${batch} of`, 30), catalog));
  }
}

const ofTenant = (folder: string, tenant: string) =>
  filesIn(folder, ".seg").filter((path) => path.startsWith(join(folder, "segments", tenant)));
/** Without the one that is written. */
const sealedOf = (folder: string, tenant: string) => ofTenant(folder, tenant).slice(0, -1);

function bytesOf(folder: string, tenant = ""): number {
  return ofTenant(folder, tenant).reduce((sum, path) => sum + statSync(path).size, 0);
}

async function storedLines(segments: FileSegments, tenant: TenantId): Promise<number> {
  return (await segments.read(tenant, { ...WHOLE_DAY, limit: 100_000 }, signal())).read;
}

test("what is written to at the moment stays, even when that is more than the limit", async () => {
  const { segments, folder } = await start({ maxTotalBytes: 1 });
  await segments.append(SHOP_A, batchOf(namedRows("a", 30)));
  await segments.append(SHOP_B, batchOf(namedRows("b", 30)));

  expect(await segments.prune(epochMs(Date.now()))).toBe(0);

  expect(filesIn(folder, ".seg")).toHaveLength(2);
  expect(await storedLines(segments, SHOP_A)).toBe(30);
});

test("folders of writers without segments go, those of other writers and of a writer that just came stay", async () => {
  const { segments, folder } = await start();
  await segments.append(SHOP_A, batchOf(namedRows("a", 3)));
  const root = join(folder, "segments");
  for (const name of ["shop-a/gone", "shop-a/new", "shop-c/gone"]) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, "shop-a/gone/000007.idx.4711.new"), "half");
  const before = (MORNING_MS - 60 * 60_000) / 1000;
  for (const name of ["shop-a/gone", "shop-c/gone"]) utimesSync(join(root, name), before, before);

  const left = () => filesIn(folder, "").map((path) => path.slice(root.length + 1));
  await segments.prune(epochMs(Date.now()));
  expect(left()).toEqual(expect.arrayContaining(["shop-a/api-1", "shop-a/new", "shop-c"]));
  expect(left()).not.toEqual(expect.arrayContaining(["shop-a/gone"]));
  expect(left()).not.toEqual(expect.arrayContaining(["shop-c/gone"]));

  await segments.prune(epochMs(Date.now() + 2 * 60_000));
  expect(left().filter((name) => !name.startsWith("shop-a/api-1/"))).toEqual(["shop-a", "shop-a/api-1"]);
});
