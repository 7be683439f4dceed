import { statSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs, tenantId } from "../../src/core/ids.ts";
import {
  batchOf,
  filesIn,
  MORNING_MS,
  namedRows,
  newCatalog,
  readAll,
  segmentsOfTests,
  smallLimits,
  type TestRow,
  WHOLE_DAY,
} from "../support/segments.ts";

const { start, end } = segmentsOfTests();
const signal = () => new AbortController().signal;

afterEach(end);

describe("what is appended", () => {
  test("comes back as it was, with a name that says where it stands", async () => {
    const { segments } = await start();
    const row = {
      atMs: MORNING_MS + 0.25,
      body: "no room in basket 7",
      service: "basket",
      host: "shop-2",
      context: "{res}",
    };

    await segments.append(DEFAULT_TENANT, batchOf([row, { atMs: MORNING_MS + 5, body: "höflich", service: null }]));
    const { events, read, partial } = await readAll(segments);

    expect({ read, partial }).toEqual({ read: 2, partial: null });
    expect(events[0]).toMatchObject({
      body: row.body,
      service: "basket",
      host: "shop-2",
      attributes: { shared: "{res}" },
    });
    expect(events[0]?.ref).toMatch(/^segments\/api-1\/\d{6,}#0\.0$/u);
    expect(events[1]).toMatchObject({ body: "höflich", service: null, attributes: {} });
    expect(events[1]?.ref).toMatch(/#0\.1$/u);
  });

  test("has the same names whenever it is read, also after the segments were opened again", async () => {
    const { segments, folder } = await start();
    for (let batch = 0; batch < 3; batch++)
      await segments.append(DEFAULT_TENANT, batchOf(namedRows(`batch ${batch}`, 3)));
    const before = await readAll(segments);
    await segments.close();

    const again = await start({}, folder);
    await again.segments.append(DEFAULT_TENANT, batchOf(namedRows("later", 1)));
    const after = await readAll(again.segments);

    const names = new Map(after.events.map(({ id, ref }) => [id, ref]));
    expect(before.events.map(({ id, ref }) => names.get(id) === ref)).toEqual(Array(9).fill(true));
    expect(after.read).toBe(10);
  });

  test("is found by its own time, both ends included, in whatever order it came", async () => {
    const { segments } = await start();
    for (const minute of [7, 1, 5, 3]) {
      const atMs = MORNING_MS + minute * 60_000;
      await segments.append(
        DEFAULT_TENANT,
        batchOf([
          { atMs, body: `minute ${minute}` },
          { atMs: atMs + 0.5, body: "half" },
        ]),
      );
    }

    const range = { fromMs: epochMs(MORNING_MS + 3 * 60_000), toMs: epochMs(MORNING_MS + 5 * 60_000), limit: 100 };
    const { events } = await segments.read(DEFAULT_TENANT, range, signal());

    expect(events.map((event) => (event.kind === "log" ? event.body : ""))).toEqual([
      "minute 3",
      "half",
      "minute 5",
      "half",
    ]);
  });

  test("is found for the services that are asked for alone", async () => {
    const { segments } = await start();
    const rows = ["basket", "payments", "checkout"].flatMap((service) => namedRows(service, 2, { service }));
    await segments.append(DEFAULT_TENANT, batchOf(rows));
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("more", 2, { service: "checkout" })));

    const reading = await segments.read(DEFAULT_TENANT, { ...WHOLE_DAY, services: ["basket", "payments"] }, signal());

    expect(reading.read).toBe(4);
  });

  test("stays with its tenant", async () => {
    const { segments } = await start();
    await segments.append(tenantId("shop-a"), batchOf(namedRows("a", 2)));
    await segments.append(tenantId("shop-b"), batchOf(namedRows("b", 3)));

    expect((await segments.read(tenantId("shop-a"), WHOLE_DAY, signal())).read).toBe(2);
    await expect(segments.read(tenantId("../shop-a"), WHOLE_DAY, signal())).rejects.toThrow("cannot name a tenant");
    await expect(segments.append(tenantId(".."), batchOf(namedRows("x", 1)))).rejects.toThrow("cannot name a tenant");
  });

  test("may be read by nobody but its owner", async () => {
    const { segments, folder } = await start();
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("a", 1)));
    await segments.close();

    const modes = filesIn(folder, "").map((path) => statSync(path).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o700, 0o600]));
  });

  test("is whole or not there at all: a batch that points outside of its bytes stores nothing", async () => {
    const { segments } = await start();
    const batch = batchOf(namedRows("wrong", 3));
    batch.lengths[2] = 100_000;

    await expect(segments.append(DEFAULT_TENANT, batch)).rejects.toThrow("outside of its bytes");
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("right", 2)));

    expect((await readAll(segments)).bodies).toEqual(["right 0", "right 1"]);
  });

  test("is read by every process, and one that only reads appends nothing", async () => {
    const { segments, folder } = await start();
    const reader = await start({ writer: null }, folder);
    const other = await start({ writer: "api-2" }, folder);
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("first", 2)));
    expect((await readAll(reader.segments)).read).toBe(2);
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("second", 2)));
    await other.segments.append(DEFAULT_TENANT, batchOf(namedRows("third", 2)));

    expect((await readAll(reader.segments)).read).toBe(6);
    await expect(reader.segments.append(DEFAULT_TENANT, batchOf(namedRows("no", 1)))).rejects.toThrow("only reads");
  });

  test("goes to a new segment when one is full, and all of them are read", async () => {
    const { segments, folder } = await start({ limits: smallLimits({ segmentBytes: 4000 }) });
    const catalog = newCatalog();
    for (let batch = 0; batch < 20; batch++) {
      await segments.append(DEFAULT_TENANT, batchOf(namedRows(`batch ${batch}`, 10), catalog));
    }

    expect(filesIn(folder, ".seg").length).toBeGreaterThan(3);
    expect(filesIn(folder, ".idx").length).toBe(filesIn(folder, ".seg").length - 1);
    expect((await readAll(segments)).read).toBe(200);
  });

  test("is refused once too much waits for the disk, and taken again afterwards", async () => {
    const { segments } = await start({ limits: smallLimits({ waitingBytes: 20_000 }) });
    const batches = Array.from({ length: 60 }, (_, index) => batchOf(namedRows(`flood ${index}`, 20)));

    const outcomes = await Promise.allSettled(batches.map((batch) => segments.append(DEFAULT_TENANT, batch)));
    const taken = outcomes.filter(({ status }) => status === "fulfilled").length;
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("after", 5)));

    expect(taken).toBeGreaterThan(0);
    expect(refused.length).toBe(60 - taken);
    expect(refused.map(({ reason }) => (reason as Error).name)).toEqual(Array(refused.length).fill("UnavailableError"));
    expect((await readAll(segments)).read).toBe(taken * 20 + 5);
    await expect(segments.append(DEFAULT_TENANT, batchOf(namedRows("x".repeat(3000), 10)))).rejects.toThrow(
      "larger than all",
    );
  });

  test("that was appended before closing is stored; later appends are refused", async () => {
    const { segments, folder } = await start();
    const appends = Array.from({ length: 20 }, (_, index) =>
      segments.append(DEFAULT_TENANT, batchOf(namedRows(`${index}.`, 10))),
    );
    await Promise.all([...appends, segments.close()]);
    await expect(segments.append(DEFAULT_TENANT, batchOf(namedRows("late", 1)))).rejects.toThrow("stopping");

    const { segments: again } = await start({}, folder);
    expect((await readAll(again)).read).toBe(200);
  });
});

describe("a batch that is sent again", () => {
  test("because its answer was lost counts once, also while the first still waits", async () => {
    const { segments } = await start();
    const catalog = newCatalog();
    const send = () => segments.append(DEFAULT_TENANT, batchOf(namedRows("order", 5), catalog));

    await Promise.all([send(), send(), send()]);
    await send();

    expect((await readAll(segments)).read).toBe(5);
  });

  test("counts again when the same bytes come from another service or host: the sender stands outside of them", async () => {
    const { segments } = await start();
    const catalog = newCatalog();
    const line = { atMs: MORNING_MS, body: "started" };
    for (const service of ["basket", "checkout"]) {
      for (const host of ["pod-1", "pod-2"]) {
        await segments.append(DEFAULT_TENANT, batchOf([{ ...line, service, host }], catalog));
      }
    }

    expect((await readAll(segments)).read).toBe(4);
  });

  test("counts once after a restart too, whoever wrote it", async () => {
    const { segments, folder } = await start();
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("order", 5)));
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("other", 5)));
    await segments.close();

    for (const writer of ["api-1", "api-2"]) {
      const again = await start({ writer }, folder);
      await again.segments.append(DEFAULT_TENANT, batchOf(namedRows("order", 5)));
      await again.segments.append(DEFAULT_TENANT, batchOf(namedRows("other", 5)));
      expect((await readAll(again.segments)).read).toBe(10);
    }
  });

  test("counts as new when its records tell no time and came at another one", async () => {
    const { segments } = await start();
    await segments.append(DEFAULT_TENANT, tick(MORNING_MS));
    await segments.append(DEFAULT_TENANT, tick(MORNING_MS + 1000));

    expect((await readAll(segments)).read).toBe(2);
  });
});

describe("of more than the limit", () => {
  test("telling logs are kept and the others counted: nothing is lost in the sum", async () => {
    const { segments } = await start();
    const catalog = newCatalog();
    for (let batch = 0; batch < 20; batch++) {
      const rows: TestRow[] = namedRows(`stock of ${batch}`, 500).map((row) => ({
        ...row,
        atMs: MORNING_MS + batch * 1000,
      }));
      if (batch === 12) rows.push({ atMs: MORNING_MS + 12_500, body: "payment refused", severity: "error" });
      await segments.append(DEFAULT_TENANT, batchOf(rows, catalog));
    }

    const { events, read, partial } = await readAll(segments, 100);

    const counted = events.flatMap((event) => (event.kind === "log" ? (event.repeats?.counts ?? []) : []));
    expect({ read, partial }).toEqual({ read: 10_001, partial: null });
    expect(events.length).toBeLessThanOrEqual(110);
    expect(events.length + counted.reduce((sum, count) => sum + count, 0)).toBe(10_001);
    expect(events.filter((event) => event.kind === "log" && event.body === "payment refused")).toHaveLength(1);
  });

  test("spans are kept by whole traces, metrics by whole points in time, and the reader is told", async () => {
    const { segments } = await start({ limits: smallLimits({ spans: 100, metrics: 100 }) });
    const spans = Array.from({ length: 1000 }, (_, index): TestRow => {
      const trace = 1 + Math.floor(index / 5);
      return { atMs: MORNING_MS + index, body: `trace ${trace}`, kind: "span", trace };
    });
    const points = Array.from({ length: 1000 }, (_, index): TestRow => {
      return {
        atMs: MORNING_MS + Math.floor(index / 10) * 10_000,
        body: `slot ${Math.floor(index / 10)}`,
        kind: "metric",
      };
    });
    await segments.append(DEFAULT_TENANT, batchOf([...spans, ...points]));

    const { bodies, read, partial } = await readAll(segments);

    const sizes = (prefix: string) => {
      const names = bodies.filter((body) => body.startsWith(prefix));
      return new Set(names.map((name) => names.filter((other) => other === name).length));
    };
    expect(read).toBe(2000);
    expect(partial).toMatch(/^of 1000 spans .* whole traces; of 1000 metric points .* whole points in time$/u);
    expect(sizes("trace")).toEqual(new Set([5]));
    expect(sizes("slot")).toEqual(new Set([10]));
    expect(bodies.length).toBeGreaterThan(60);
    expect(bodies.length).toBeLessThanOrEqual(200);
  });
});

describe("reading", () => {
  test("says how many records it could not understand and gives the others", async () => {
    const { segments } = await start();
    await segments.append(DEFAULT_TENANT, batchOf([...namedRows("fine", 2), { atMs: MORNING_MS, body: "unreadable" }]));

    const { bodies, partial } = await readAll(segments);

    expect(bodies).toEqual(["fine 0", "fine 1"]);
    expect(partial).toBe("1 stored record could not be understood");
  });

  test("ends when nobody waits for it any more", async () => {
    const { segments } = await start();
    await segments.append(DEFAULT_TENANT, batchOf(namedRows("a", 2)));

    const gone = AbortSignal.abort(new Error("nobody waits"));
    await expect(segments.read(DEFAULT_TENANT, WHOLE_DAY, gone)).rejects.toThrow("nobody waits");
  });

  test("says that it cannot look where nobody ever took events in, which is not the same as nothing there", async () => {
    const { segments, folder } = await start({ writer: null });

    expect(await segments.read(DEFAULT_TENANT, WHOLE_DAY, signal())).toMatchObject({
      events: [],
      partial: expect.stringContaining("TRACEOPS_DATA_DIR"),
    });

    await start({}, folder);

    expect(await segments.read(DEFAULT_TENANT, WHOLE_DAY, signal())).toEqual({ events: [], read: 0, partial: null });
  });

  test("finds nothing, and misses nothing, where nothing was ever written", async () => {
    const { segments } = await start();

    expect(await segments.read(DEFAULT_TENANT, WHOLE_DAY, signal())).toEqual({ events: [], read: 0, partial: null });
  });
});

/** A record that tells no time of its own, as it is known when it arrives. */
function tick(atMs: number) {
  const batch = batchOf([{ atMs: MORNING_MS, body: "tick" }]);
  batch.timesMs[0] = atMs;
  return batch;
}
