import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { BUILDERS } from "../support/fake-slack/builders.ts";
import { type Edit, mutated } from "../support/mutated.ts";

const Wrong = z.record(z.string(), z.string());
const Report = z.object({ slack: Wrong, terminal: Wrong, note: Wrong, postmortem: Wrong, page: Wrong });

const STRINGS = 1_500;
const wrongWith = async (...edits: readonly Edit[]) =>
  Report.parse(await mutated(resolve(import.meta.dirname, "../support/hostile-builders.ts"), [`${STRINGS}`], edits));

const MARKUP = "src/surfaces/slack/drawing/mrkdwn.ts";
const isRoot = (name: string) => name.startsWith("card ");
const ROOT_ONLY = '(Error.stackTraceLimit = 60, !(new Error().stack ?? "").includes("/render-root.ts"))';

test("the program as it is lets nothing through", { timeout: 120_000 }, async () => {
  expect(await wrongWith()).toEqual({ slack: {}, terminal: {}, note: {}, postmortem: {}, page: {} });
});

describe("it would be seen if", () => {
  test("only the builder of the root card escaped", { timeout: 120_000 }, async () => {
    const { slack } = await wrongWith({
      file: MARKUP,
      find: 'const words = visible(text).replaceAll("`", "\'");',
      replace: `const words = visible(text);\n  if (${ROOT_ONLY}) return { mrkdwn: words };`,
    });
    const named = Object.keys(slack);

    expect(BUILDERS.some(({ name }) => isRoot(name))).toBe(true);
    expect(named.filter(isRoot)).toEqual([]);
    expect(named.length).toBeGreaterThan(40);
  });

  test("only the builder of the root card took hidden characters out", { timeout: 120_000 }, async () => {
    const { slack } = await wrongWith({
      file: MARKUP,
      find: "export function visible(text: Safe): string {",
      replace: `export function visible(text: Safe): string {\n  if (${ROOT_ONLY}) return text;`,
    });

    expect(Object.keys(slack).length).toBeGreaterThan(40);
  });

  test("any address could be linked in Slack", { timeout: 120_000 }, async () => {
    const { slack } = await wrongWith({
      file: "src/surfaces/slack/drawing/links.ts",
      find: "hosts.some(",
      replace: "[hosts].some(() => true) || hosts.some(",
    });

    expect(Object.keys(slack).length).toBeGreaterThan(3);
  });

  test.each([
    [
      "terminal",
      "src/surfaces/terminal/printable.ts",
      'return oneLine(text.replaceAll(SEQUENCES, "")).trim();',
      "return text;",
    ],
    ["note", "src/surfaces/pagerduty/render.ts", "cutSafe(oneLineSafe(each), MAX_LINE)", "cutSafe(each, MAX_LINE)"],
    ["postmortem", "src/core/postmortem/markdown.ts", "ENTITIES[found] ?? safe`\\\\${found}`", "found"],
    ["page", "src/surfaces/web/html.ts", 'ENTITIES[unit] ?? ""', "unit"],
  ] as const)("the %s did not escape", { timeout: 120_000 }, async (...[family, file, find, replace]) => {
    const report = await wrongWith({ file, find, replace });

    expect(Object.keys(report[family]).length).toBeGreaterThan(0);
  });
});
