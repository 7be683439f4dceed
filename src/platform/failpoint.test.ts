import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { editsOf, MUTANTS } from "../../test/chaos/mutants.ts";
import { FAIL_POINTS } from "../../test/chaos/names.ts";
import { parseOrders } from "../../test/chaos/orders.ts";

const SRC = resolve(import.meta.dirname, "..");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const named = files.flatMap((file) =>
  [...readFileSync(join(SRC, file), "utf8").matchAll(/\bfailpoint\("([^"]*)"\)/gu)].map(([, name = ""]) => name),
);

describe("fail points", () => {
  test("in the code are all in the sweep, and those of the sweep are all in the code, each once", () => {
    expect(named.toSorted()).toEqual(Object.keys(FAIL_POINTS).toSorted());
  });

  test("are at least the twenty-five that the design asks for", () => {
    expect(named.length).toBeGreaterThanOrEqual(25);
  });

  test("do nothing in production: the module is empty and reads no setting", () => {
    const source = readFileSync(join(SRC, "platform/failpoint.ts"), "utf8");

    expect(source).toMatch(/export function failpoint\(_name: string\): void \{\s*\/\/[^\n]*\n\}/u);
    expect(source).not.toMatch(/env|import/u);
  });

  test("take orders in one form only", () => {
    expect(parseOrders("slack.after-post:kill@2, inbox.after-commit:delay@50,job.after-wake:error@0.1")).toEqual([
      { name: "slack.after-post", act: "kill", value: 2, id: "slack.after-post-kill-2" },
      { name: "inbox.after-commit", act: "delay", value: 50, id: "inbox.after-commit-delay-50" },
      { name: "job.after-wake", act: "error", value: 0.1, id: "job.after-wake-error-0.1" },
    ]);
    expect(() => parseOrders("slack.after-post:explode@1")).toThrow(/is not name:kill@n/u);
  });
});

describe("mutants of the chaos suite", () => {
  const names = [...Object.keys(MUTANTS), "short-waits", "pagerduty-here"];

  test.each(names)("%s finds the text that it changes", (name) => {
    const missing = editsOf(name).filter(
      ({ file, find }) => !readFileSync(join(SRC, "..", file), "utf8").includes(find),
    );

    expect(missing).toEqual([]);
  });

  test("under a name that nobody knows are refused", () => {
    expect(() => editsOf("no-such-mutant")).toThrow(/there is no mutant/u);
  });
});
