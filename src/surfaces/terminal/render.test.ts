import { expect, test } from "vitest";
import { anAnalysis, anIncident, at, text } from "../../../test/support/sample-incident.ts";
import type { Analysis } from "../../core/analysis.ts";
import { presentIncident } from "../../core/presentation/present.ts";
import { printable, wrap } from "./printable.ts";
import { renderTerminal } from "./render.ts";
import { renderProblems } from "./render-problems.ts";

const plain = { color: false, width: 100 };

function view(analysis: Analysis | null) {
  return presentIncident({
    incident: anIncident(),
    analysis: analysis === null ? null : { analysis, revision: 3, atMs: at("01:48:05") },
    votes: [],
    publicUrl: text("http://127.0.0.1:3000"),
    nowMs: at("02:00:00"),
  });
}

test.each([
  ["likely-cause", anAnalysis()],
  ["investigating", null],
  [
    "no-likely-cause",
    anAnalysis({ verdict: "no-likely-cause", verdictBecause: text("errors are as on any day"), hypotheses: [] }),
  ],
])("the answer reads well: %s", async (name, analysis) => {
  await expect(renderTerminal(view(analysis), plain)).toMatchFileSnapshot(`__snapshots__/${name}.txt`);
});

test("no line is wider than the terminal, down to forty columns", () => {
  for (const width of [40, 72, 100]) {
    const lines = renderTerminal(view(anAnalysis()), { color: false, width }).split("\n");
    const prose = lines.filter((line) => !/^\s+\[e|^\S|timeline/iu.test(line) && !/^ {2}\d\d:/u.test(line));

    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(Math.max(width, 56));
  }
});

test("nothing from outside can control the terminal", () => {
  const evil = text("ok\u001B]0;owned\u0007\u001B[31mred\u009B2J\r\n\u202Etxt\u200B.exe\u0000");
  const rows = anAnalysis().timeline.map((row) => ({ ...row, text: evil, service: evil }));
  const hypotheses = anAnalysis().hypotheses.map((hypothesis) => ({ ...hypothesis, summary: evil }));
  const evidence = anAnalysis().evidence.map((record) => ({ ...record, quote: evil, ref: evil }));

  const shown = renderTerminal(view(anAnalysis({ timeline: rows, hypotheses, evidence })), plain);

  expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u200B\u202E]/u);
  expect(shown).not.toContain("owned");
});

test("colour changes nothing but colour", () => {
  const drawn = renderTerminal(view(anAnalysis()), { color: true, width: 100 });

  expect(printableLines(drawn)).toBe(printableLines(renderTerminal(view(anAnalysis()), plain)));
});

test("long words are broken and empty text stays one line", () => {
  expect(wrap("aaaaaaaa bb", 4)).toEqual(["aaaa", "aaaa", "bb"]);
  expect(wrap("", 4)).toEqual([""]);
});

test("problems name the place and what to do, and are counted when there are many", () => {
  const problem = { where: "logs/a.bin", what: "is not text; leave it out" };

  expect(renderProblems([], plain)).toBe("");
  expect(renderProblems([problem], plain)).toBe("Could not read:\n  - logs/a.bin: is not text; leave it out\n");
  expect(
    renderProblems(
      Array.from({ length: 23 }, () => problem),
      plain,
    ),
  ).toContain("  and 3 more\n");
});

function printableLines(drawn: string): string {
  return drawn.split("\n").map(printable).join("\n");
}
