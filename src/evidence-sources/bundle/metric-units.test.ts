import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readBundle } from "./read-bundle.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-units-"));
  mkdirSync(join(folder, "metrics"));
  mkdirSync(join(folder, "logs"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function measures(): Promise<readonly unknown[]> {
  const options = { range: null, collectedAt: null };
  const { evidence } = await readBundle([folder], options, AbortSignal.timeout(20_000));
  const events = evidence.status === "found" ? evidence.events : [];
  return events.flatMap((event) => (event.kind === "metric" ? [[event.name, event.value, event.unit]] : []));
}

test.each([
  ["250,ms", 0.25, "s"],
  ["2,GiB", 2 * 2 ** 30, "By"],
  ["120,requests/min", 2, "{request}/s"],
  ["93.5,%", 93.5, "%"],
  ["7,widgets", 7, "widgets"],
  ["7,", 7, ""],
])("a metric file's %s is kept in base units", async (cells, value, unit) => {
  writeFileSync(
    join(folder, "metrics/m.csv"),
    `time,service,metric,value,unit\n2026-11-21T01:47:00Z,basket,load,${cells}\n`,
  );

  expect(await measures()).toEqual([["load", value, unit]]);
});

test("a collector's metric in a log file is kept in base units", async () => {
  const gauge = { dataPoints: [{ timeUnixNano: "1795225640000000000", asDouble: 1500 }] };
  const metrics = [{ name: "wait", unit: "ms", gauge }];
  const line = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
  writeFileSync(join(folder, "logs/collector.jsonl"), `${line}\n`);

  expect(await measures()).toEqual([["wait", 1.5, "s"]]);
});

test("a value that is no number any more in base units is left out", async () => {
  writeFileSync(
    join(folder, "metrics/m.csv"),
    "time,service,metric,value,unit\n2026-11-21T01:47:00Z,basket,size,1e300,TB\n2026-11-21T01:48:00Z,basket,size,1,TB\n",
  );

  expect(await measures()).toEqual([["size", 1e12, "By"]]);
});
