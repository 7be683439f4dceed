import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LogEvent } from "../../core/event.ts";
import { linesOf } from "../../core/timeline/repeats.ts";
import type { BundleLimits } from "./limits.ts";
import { type BundleReading, readBundle } from "./read-bundle.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "large-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const T0 = Date.UTC(2026, 10, 21, 1, 0, 0);

function put(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

function read(limits: Partial<BundleLimits>): Promise<BundleReading> {
  return readBundle([folder], { range: null, collectedAt: null, limits }, AbortSignal.timeout(20_000));
}

/** The same files read by counting, and line by line. */
async function both(limits: Partial<BundleLimits> = {}) {
  return { counted: await read({ ...limits, condenseFromBytes: 0 }), whole: await read(limits) };
}

function logsOf({ evidence }: BundleReading): readonly LogEvent<string>[] {
  return evidence.status === "found" ? evidence.events.filter((event) => event.kind === "log") : [];
}

function countOf(reading: BundleReading): number {
  return logsOf(reading).reduce((sum, event) => sum + linesOf(event), 0);
}

/** Where records stand and how they begin. */
function bodies(reading: BundleReading): readonly string[] {
  return logsOf(reading).map(({ ref, body }) => `${ref} ${body.split("\n", 1).join("")}`);
}

/** Records by their place, as if the file had not been compressed. */
function unpacked(reading: BundleReading): readonly (readonly string[])[] {
  return logsOf(reading).map(({ ref, body }) => [ref.replace(".gz", ""), body]);
}

const at = (second: number) => new Date(T0 + second * 1000).toISOString();
const line = (second: number, message: string, more: object = {}) =>
  JSON.stringify({ timestamp: at(second), level: "INFO", "service.name": "basket", message, ...more });

/** A record of four lines. */
function printerRecord(index: number): string {
  const frames = [
    "Printer.print (/app/printer.js:1:1)",
    `Till.pay (/app/till.js:${index}:1)`,
    `${"x".repeat(900)} (/x.js:1:1)`,
  ];
  return [`${at(index / 2)} ERROR printer ${index % 7} has no paper`, ...frames.map((frame) => `    at ${frame}`)].join(
    "\n",
  );
}

describe("lines that are counted instead of kept", () => {
  test("few lines are all kept and read like line by line", async () => {
    put(
      "basket.jsonl",
      [
        line(1, "basket 1 opened", { trace_id: "5b8efff798038103d269b633813fc60c" }),
        line(2, "PoolTimeoutError: no connection", { level: "ERROR", "host.name": "basket-1" }),
        line(2, "    at Pool.take (/app/pool.js:4:2)", { level: "ERROR", "host.name": "basket-1" }),
        line(3, "basket 2 opened", { attributes: { items: 3 } }),
      ].join("\n"),
    );

    const { counted, whole } = await both();

    expect(logsOf(counted)).toEqual(logsOf(whole));
    expect(counted).toMatchObject({ span: whole.span, services: whole.services, problems: whole.problems });
  });

  test("many lines are counted to the last one, with places that people can look up", async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => line(index, `basket ${index} opened`));
    put("basket.jsonl", `${lines.join("\n")}\n`);

    const { counted, whole } = await both({ maxKeptLines: 50, shardBytes: 60_000 });

    expect(logsOf(counted).length).toBeLessThanOrEqual(50);
    expect(countOf(counted)).toBe(5_000);
    expect(counted.evidence).toMatchObject({ status: "found", read: 5_000 });
    expect(counted.span).toEqual(whole.span);
    const byRef = new Map(logsOf(whole).map((event) => [event.ref, event.body]));
    for (const { ref, body } of logsOf(counted)) expect(byRef.get(ref)).toBe(body);
  });

  test("a line with a failing status never stands behind one that went well", async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => {
      const status = index % 100 === 99 ? 503 : 200;
      return line(index, `GET /baskets/${index} ${status} 12ms`, {
        http: { status_code: status },
        region: "x".repeat(index % 9),
      });
    });
    put("basket.jsonl", lines.join("\n"));

    const { counted } = await both({ maxKeptLines: 20 });

    const failing = logsOf(counted).filter(({ body }) => body.includes(" 503 "));
    expect(failing.reduce((sum, event) => sum + linesOf(event), 0)).toBe(30);
    expect(countOf(counted)).toBe(3_000);
  });

  test("damaged lines, text among them, other forms of JSON and files without an end lose nothing", async () => {
    const otlp = JSON.stringify({
      resourceLogs: [
        {
          scopeLogs: [
            { logRecords: [{ timeUnixNano: `${T0 + 9000}000000`, body: { stringValue: "from a collector" } }] },
          ],
        },
      ],
    });
    put(
      "basket.jsonl",
      [
        `\uFEFF${line(1, "with a mark in front")}`,
        "",
        line(2, "then a blank line").concat("\r"),
        '{"timestamp": "2026-11-2',
        `${at(3)} WARN plain text with a time`,
        "Traceback of that text",
        JSON.stringify({ level: "info", message: "no time at all" }),
        JSON.stringify({ log: `${at(4)} INFO a time inside the words` }),
        otlp,
        line(5, "the last line"),
      ].join("\n"),
    );

    const { counted, whole } = await both();

    expect(bodies(counted)).toEqual(bodies(whole));
    expect(counted.problems).toEqual(whole.problems);
  });

  test("a compressed file is read like the one it was made from", async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => line(index, `basket ${index} opened`));
    put("basket.jsonl.gz", gzipSync(lines.join("\n")));

    const { counted } = await both({ maxKeptLines: 30 });

    expect(countOf(counted)).toBe(2_000);
    expect(logsOf(counted)[0]?.ref).toBe("basket.jsonl.gz#L1");
  });

  test("a compressed file that grows without end is left out, and the others are read", async () => {
    put("basket.jsonl", line(1, "opened"));
    put("trap.jsonl.gz", gzipSync(`${line(1, "x".repeat(500))}\n`.repeat(40_000)));

    const { counted, whole } = await both();

    expect(counted.problems).toEqual(whole.problems);
    expect(counted.problems.join(" ")).toContain("trap.jsonl.gz grows to more than 100 times its size");
    expect(logsOf(counted).map(({ body }) => body)).toEqual(["opened"]);
  });

  test("a clock without a zone moves the counted lines with the kept ones", async () => {
    const zoned = Array.from({ length: 40 }, (_, index) => line(index, "seen", { request_id: `request-${index}` }));
    const local = Array.from({ length: 900 }, (_, index) =>
      JSON.stringify({
        time: at(index + 7200).replace("Z", ""),
        msg: `local ${index}`,
        app: "till",
        request_id: `request-${index}`,
      }),
    );
    put("basket.jsonl", zoned.join("\n"));
    put("till.jsonl", local.join("\n"));

    const { counted, whole } = await both({ maxKeptLines: 200 });

    expect(counted.notes).toEqual(whole.notes);
    expect(countOf(counted)).toBe(940);
    const seconds = logsOf(counted).flatMap(({ repeats }) => repeats?.seconds ?? []);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(T0 / 1000 + 900);
  });

  test("a limit that is reached is told with how much was read", async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => line(index, "x".repeat(200)));
    put("basket.jsonl", lines.join("\n"));

    const { counted } = await both({ maxCondensedLines: 1_000, shardBytes: 1_000_000 });

    expect(counted.problems.join(" ")).toMatch(/basket\.jsonl: [\d,]+ of about [\d,]+ lines were read/u);
  });

  test("lines that only the slow way can read never take the place of counted ones, and what is left out is said", async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => line(index, `basket ${index} opened`));
    const odd = Array.from({ length: 1_000 }, (_, index) => `${at(index)} WARN plain text ${index}`);
    put("basket.jsonl", [...lines, ...odd].join("\n"));

    for (const shardBytes of [40_000, 1_000_000]) {
      const { evidence, ...counted } = await read({
        condenseFromBytes: 0,
        maxLines: 300,
        maxKeptLines: 50,
        shardBytes,
      });

      const kept = logsOf({ evidence, ...counted });
      const plain = kept.filter(({ body }) => body.startsWith("plain"));
      expect(countOf({ evidence, ...counted }) - plain.length).toBe(2_000);
      expect(kept).toHaveLength(300);
      const told = new Intl.NumberFormat("en").format(2_000 + plain.length);
      expect(evidence).toMatchObject({
        read: 2_000 + plain.length,
        partial: `basket.jsonl: ${told} of 3,000 lines were read, which is the limit: name fewer files.`,
      });
    }
  });

  test("of a piece of nothing but such lines the first are read, and the others are said", async () => {
    const odd = Array.from({ length: 20_500 }, (_, index) => `${at(index)} WARN plain text ${index}`);
    put("basket.jsonl", [line(1, "opened"), ...odd].join("\n"));

    const { counted, whole } = await both();

    expect(bodies(counted)).toEqual(bodies(whole).filter((body) => !/ text 20[0-4]\d\d$| text 205\d\d$/u.test(body)));
    expect(counted.evidence).toMatchObject({ partial: expect.stringContaining("20,001 of 20,501 lines were read") });
  });

  test("such lines of a compressed file are the ones of the file it was made from", async () => {
    const lines = Array.from({ length: 300 }, (_, index) =>
      index % 3 === 1 ? `${at(index)} WARN plain text ${index}` : line(index, `basket ${index} opened`),
    );
    lines.splice(
      150,
      0,
      line(150, "several lines failed", { level: "ERROR" }),
      "Traceback of that line",
      "  in /app/till.py",
    );
    put("basket.jsonl", lines.join("\n"));
    const plain = await read({ condenseFromBytes: 0, maxKeptLines: 40 });
    rmSync(join(folder, "basket.jsonl"));
    put("basket.jsonl.gz", gzipSync(lines.join("\n")));

    const packed = await read({ condenseFromBytes: 0, maxKeptLines: 40 });

    expect(unpacked(packed)).toEqual(unpacked(plain));
    expect(unpacked(packed)).toContainEqual([
      "basket.jsonl#L151",
      "several lines failed\nTraceback of that line\n  in /app/till.py",
    ]);
  });

  test("other files of a bundle do not take the place of counted lines", async () => {
    const rows = Array.from({ length: 500 }, (_, index) => `${at(index)},basket,cpu,${index}`);
    put("a.csv", `time,service,metric,value\n${rows.join("\n")}\n`);
    put("basket.jsonl", Array.from({ length: 2_000 }, (_, index) => line(index, `basket ${index} opened`)).join("\n"));

    const counted = await read({ condenseFromBytes: 0, maxLines: 200, maxKeptLines: 50 });

    expect(countOf(counted)).toBe(2_000);
    expect(counted.evidence).toMatchObject({ partial: expect.stringContaining("a.csv: 101 of 501 lines were read") });
  });

  test("text logs are counted with their stack traces, a chunk's end or not", async () => {
    put("basket.jsonl", line(1, "opened"));
    const lines = Array.from({ length: 6_000 }, (_, index) => printerRecord(index));
    put("till.log", lines.join("\n"));

    const { counted, whole } = await both({ maxKeptLines: 100 });

    expect(countOf(counted)).toBe(6_001);
    expect(counted.problems).toEqual(whole.problems);
    const byRef = new Map(logsOf(whole).map((event) => [event.ref, event]));
    for (const { repeats, ...event } of logsOf(counted)) {
      expect(event).toEqual(byRef.get(event.ref));
      expect(repeats?.counts ?? [1]).not.toContain(0);
    }
  });
});
