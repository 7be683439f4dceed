import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Event, LogEvent } from "../../core/event.ts";
import { type BundleOptions, type BundleReading, readBundle } from "./read-bundle.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function read(paths: readonly string[] = [folder], options: Partial<BundleOptions> = {}): Promise<BundleReading> {
  return readBundle(paths, { range: null, collectedAt: null, ...options }, AbortSignal.timeout(20_000));
}

function eventsOf({ evidence }: BundleReading): readonly Event<string>[] {
  return evidence.status === "found" ? evidence.events : [];
}

function logsOf(reading: BundleReading): readonly LogEvent<string>[] {
  return eventsOf(reading).filter((event) => event.kind === "log");
}

const LINE = "2026-11-21T01:47:20.123Z ERROR charge failed";

describe("what cannot be read is said, with what to do", () => {
  test.each([
    ["a file that is not there", () => join(folder, "nope.log"), "does not exist: check the path"],
    ["an empty folder", () => folder, "is an empty folder: put log files"],
    ["a folder without logs", () => dirname(put("photo.png", "x")), "holds no file that is named like a log"],
    ["a binary file", () => put("core.log", new Uint8Array([1, 2, 0, 4, 0])), "is a binary file, not a log"],
    ["an empty file", () => put("pay.log", ""), "is empty"],
    ["a zip archive", () => put("logs.zip", "PK\u0003\u0004…"), "is a zip archive: unpack it first"],
    ["UTF-16 text", () => put("pay.log", new Uint8Array([0xff, 0xfe, 0x41, 0])), "is UTF-16 text: save it as UTF-8"],
    ["a file without any timestamp", () => put("pay.log", "one\ntwo\n"), "holds no line with a timestamp"],
    ["JSON lines without a time", () => put("pay.jsonl", '{"msg":"a"}\n'), "holds no line with a timestamp"],
    ["a metrics file without a header", () => put("metrics/a.csv", "1,2,3\n"), "columns time, service, metric, value"],
    ["a damaged archive", () => put("pay.log.gz", gzipSync(LINE.repeat(9)).subarray(0, 40)), "damaged gzip file"],
  ])("%s", async (_what, make, sentence) => {
    const reading = await read([make()]);

    expect(reading.problems.join(" ")).toContain(sentence);
    expect(reading.analysable).toBe(false);
    expect(reading.evidence.status).toBe("failed");
  });

  test("a named pipe is refused instead of waited for", async () => {
    const pipe = join(folder, "pipe.log");
    execFileSync("mkfifo", [pipe]);

    const reading = await read([pipe]);

    expect(reading.problems).toEqual([expect.stringContaining("neither a file nor a folder")]);
  });

  test("a link inside a bundle does not lead outside", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    writeFileSync(join(outside, "secret.log"), `${LINE}\n`);
    symlinkSync(join(outside, "secret.log"), join(folder, "pay.log"));
    symlinkSync(outside, join(folder, "logs"));

    const reading = await read();
    rmSync(outside, { recursive: true });

    expect(reading.analysable).toBe(false);
  });

  test("a file that a person names is read whatever its name is", async () => {
    const reading = await read([put("console.trace", `${LINE}\n`)]);

    expect(logsOf(reading)).toHaveLength(1);
  });

  test("one bad file does not stop the others", async () => {
    put("logs/bad.log", new Uint8Array([0, 1, 2]));
    put("logs/pay.log", `${LINE}\n`);

    const reading = await read();

    expect(reading.analysable).toBe(true);
    expect(reading.evidence).toMatchObject({ status: "found", partial: expect.stringContaining("binary file") });
  });

  test("impossible times are counted, not guessed", async () => {
    put("logs/pay.jsonl", '{"time":"2026-11-21T01:47:20Z","msg":"a"}\n{"time":"0001-13-45T99:00:00Z","msg":"b"}\n');

    const reading = await read();

    expect(logsOf(reading)).toHaveLength(1);
    expect(reading.problems).toEqual(["logs/pay.jsonl: 1 line without a believable time was left out."]);
  });

  test("half a JSON line never ends up inside its neighbour", async () => {
    put("logs/pay.jsonl", '{"time":"2026-11-21T01:47:20Z","msg":"a"}\n{"time":"2026-11-21T01:47:21Z","ms\n');

    const [event] = logsOf(await read());

    expect(event?.body).toBe("a");
  });
});

describe("limits", () => {
  test("a line of many megabytes is cut while it streams", async () => {
    const file = put("pay.log", "");
    writeFileSync(file, `${LINE} `);
    const block = "x".repeat(1024 * 1024);
    for (let megabyte = 0; megabyte < 48; megabyte++) writeFileSync(file, block, { flag: "a" });
    writeFileSync(file, `\n${LINE}\n`, { flag: "a" });
    const before = process.memoryUsage().arrayBuffers;

    const reading = await read([file]);

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * 1024 * 1024);
    expect(logsOf(reading)).toHaveLength(2);
    expect(logsOf(reading)[0]?.body.length).toBeLessThanOrEqual(4000);
    expect(reading.problems).toEqual(["pay.log: 1 line over the length limit was cut."]);
  });

  test("a small file that unpacks to a huge one is left out", async () => {
    const bomb = gzipSync(`${LINE}\n`.repeat(400_000));
    put("logs/pay.log.gz", bomb);

    const reading = await read();

    expect(reading.problems).toEqual([expect.stringContaining("times its size when unpacked")]);
  });

  test("a file that alone is longer than the limit is said to be read in part, to the line", async () => {
    put("logs/pay.log", `${LINE}\n`.repeat(12));
    put("metrics/m.csv", `time,metric,value\n${"2026-11-21T01:47:00Z,cpu,1\n".repeat(9)}`);

    const log = await read([join(folder, "logs")], { limits: { maxLines: 5 } });
    const metrics = await read([join(folder, "metrics/m.csv")], { limits: { maxLines: 4 } });

    expect(log.evidence).toMatchObject({ partial: expect.stringContaining("pay.log: 5 of 12 lines were read") });
    expect(metrics.evidence).toMatchObject({ partial: expect.stringContaining("m.csv: 5 of 10 lines were read") });
  });

  test("records of one document beyond the limit are said", async () => {
    const records = Array.from({ length: 7 }, () => ({ timestamp: "2026-11-21T01:47:20Z", message: "opened" }));
    put("logs/pay.json", JSON.stringify(records));

    const reading = await read([folder], { limits: { maxLines: 5 } });

    expect(reading.evidence).toMatchObject({ partial: expect.stringContaining("5 of 7 records were kept") });
  });

  test("too many lines and too many files are said", async () => {
    for (const name of ["a", "b", "c"]) put(`logs/${name}.log`, `${LINE}\n`.repeat(4));

    const lines = await read([folder], { limits: { maxLines: 5 } });
    const files = await read([folder], { limits: { maxFiles: 2 } });

    expect(logsOf(lines)).toHaveLength(5);
    expect(lines.problems).toEqual([
      "logs/b.log: 1 of 4 lines were read, which is the limit: name fewer files.",
      expect.stringContaining("logs/c.log and what follows was not read: the limit of 5 lines is reached"),
    ]);
    expect(lines.evidence).toMatchObject({
      status: "found",
      read: 5,
      partial: expect.stringContaining("1 of 4 lines"),
    });
    expect(files.problems).toEqual([expect.stringContaining("More than 2 files")]);
  });
});
