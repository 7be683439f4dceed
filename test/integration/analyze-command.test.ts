import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeBundle } from "../../src/cli/play-scenario.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { plantedSecrets } from "../../src/demo/planted.ts";
import { traceops } from "../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "traceops-analyze-"));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  mkdirSync(at("empty"));
  writeFileSync(at("binary.log"), Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 7)));
  writeFileSync(at("timeless.log"), "something happened\nand something else\n".repeat(50));
  writeFileSync(at("long-line.log"), Buffer.concat([Buffer.alloc(200 * 1024 * 1024, "a"), Buffer.from("\n")]));
  writeBundle(generateScenario("two-am"), at("two-am"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("where nothing can be analysed, analyze ends with a non-zero code and a sentence that names the place", () => {
  test.each([
    ["a file that is not there", "nowhere.log"],
    ["an empty folder", "empty"],
    ["a binary file", "binary.log"],
    ["a file without any time", "timeless.log"],
    ["a line of 200 MB", "long-line.log"],
  ])("%s", async (_, name) => {
    const { code, out, err } = await traceops(["analyze", at(name)]);

    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain(name);
    expect(err).not.toMatch(/\bat .*\.ts:\d+|undefined|\[object/u);
    expect(err.trim().split("\n").length).toBeLessThanOrEqual(3);
  });

  test("no path at all is a wrong call", async () => {
    const { code, err } = await traceops(["analyze"]);

    expect(code).toBe(2);
    expect(err).toMatch(/Name at least one/u);
  });

  test("a time without a zone is refused instead of guessed", async () => {
    const { code, err } = await traceops(["analyze", at("two-am"), "--at", "2026-11-21T01:48:00"]);

    expect(code).toBe(2);
    expect(err).toMatch(/zone/u);
  });
});

test("a bad file beside a good one is named, and the good one is analysed", async () => {
  const { code, out, err } = await traceops(["analyze", at("two-am"), at("timeless.log")]);

  expect(code).toBe(0);
  expect(err).toContain("timeless.log");
  expect(out).toMatch(/Likely cause/u);
});

test("the demo's bundle gives the deploy as the first cause, as JSON and without a planted secret", async () => {
  const { code, out } = await traceops(["analyze", at("two-am"), "--json"]);

  const answer: unknown = JSON.parse(out);
  expect(code).toBe(0);
  expect(answer).toMatchObject({
    schema: "traceops.analysis/v1",
    verdict: "likely-cause",
    hypotheses: expect.arrayContaining([
      expect.objectContaining({
        rank: 1,
        cause: expect.objectContaining({ service: "payment-service", changeId: expect.any(String) }),
      }),
      // The loud victim is listed, lower, with what speaks against it.
      expect.objectContaining({
        rank: 3,
        summary: expect.stringContaining("user-service"),
        against: expect.arrayContaining([expect.anything()]),
      }),
    ]),
  });
  for (const secret of plantedSecrets) expect(out).not.toContain(secret);
});

test("the same bundle gives the same bytes in two processes, but for the measured time", async () => {
  const [first, second] = [
    await traceops(["analyze", at("two-am"), "--json"]),
    await traceops(["analyze", at("two-am"), "--json"]),
  ];

  expect(timeless(first.out)).toBe(timeless(second.out));
});

function timeless(text: string): string {
  return text.replace(/"elapsedMs": \d+/u, "");
}
