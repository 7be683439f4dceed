import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anAnalysis, anIncident, at, text } from "../../../test/support/sample-incident.ts";
import { presentIncident } from "../presentation/present.ts";
import { draftPostmortem, type PostmortemInput } from "./draft.ts";
import { postmortemHtml } from "./export-html.ts";
import { postmortemJson } from "./export-json.ts";
import { blocksHtml } from "./html-blocks.ts";
import { plain } from "./markdown.ts";

function input(): PostmortemInput {
  const incident = anIncident({ status: "resolved", resolvedAtMs: at("02:30:20") });
  const analysis = anAnalysis();
  const stored = { analysis, revision: 3, atMs: at("01:48:05") };
  const view = presentIncident({ incident, analysis: stored, votes: [], publicUrl: null, nowMs: at("03:00:00") });
  return { incident, analysis, view, votes: [], notes: [], acknowledgedAtMs: at("01:49:30") };
}

describe("the HTML file", () => {
  test("shows headings, nested lists, checklists and tables, and links a citation to its record", () => {
    const markup = blocksHtml(
      "# A & B\n\n- one [e1h72x2hwgt7]\n  - two\n- [ ] **do** it\n\n| Time | What |\n| --- | --- |\n| 01:45 | a \\| b |\n\n## Records\n\n- [e1h72x2hwgt7] log",
    );

    expect(markup.replaceAll("\n", "")).toBe(
      '<h1>A &amp; B</h1><ul><li>one <a class="cite" href="#e1h72x2hwgt7">e1h72x2hwgt7</a><ul><li>two</li></ul></li><li><span class="box" role="img" aria-label="To do:">☐</span> <strong>do</strong> it</li></ul><div class="wide"><table><thead><tr><th scope="col">Time</th><th scope="col">What</th></tr></thead><tbody><tr><td>01:45</td><td>a | b</td></tr></tbody></table></div><h2>Records</h2><ul><li><span id="e1h72x2hwgt7"></span><a class="cite" href="#e1h72x2hwgt7">e1h72x2hwgt7</a> log</li></ul>',
    );
  });

  test("holds no script, no foreign element and no address to fetch, whatever people or logs wrote", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/p.png)",
        "**<img src=x onerror=alert(1)>**",
        '[a](https://e.example/"onmouseover="x)',
        "`</code><style>`",
        "| <b> |\n| --- |\n| </td><iframe> |",
        "```\n</pre><script>\n",
      ),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 6 }), (parts) => {
        const markup = blocksHtml(parts.join("\n"));
        const tags = [...markup.matchAll(/<\/?(?<name>[a-z0-9]+)(?<rest>[^>]*)>/gu)];
        const known =
          /^(?:h[1-6]|p|ul|ol|li|strong|em|s|code|pre|a|br|hr|blockquote|table|thead|tbody|tr|th|td|div|span)$/u;
        const attributes =
          /^(?: (?:class="(?:cite|wide|box)"|href="(?:#e[0-9a-z]+|https?:\/\/[^"<>]*)"|rel="noreferrer"|scope="col"|id="e[0-9a-z]+"|role="img"|aria-label="(?:To do|Done):"))*$/u;
        const bad = tags.filter(
          ({ groups }) => !known.test(groups?.["name"] ?? "") || !attributes.test(groups?.["rest"] ?? ""),
        );
        expect(bad.map(([tag]) => tag)).toEqual([]);
        expect(markup.replaceAll(/<[^<>]*>/gu, "")).not.toMatch(/[<>]/u);
      }),
      { numRuns: 400 },
    );
  });

  test("shows escaped foreign text as it was", () => {
    const shown = blocksHtml(plain(text("a*b*_c_ <x> & @d | `e` [f](https://g.example) www.h.example")));

    expect(shown).toBe("<p>a*b*_c_ &lt;x&gt; &amp; @d | `e` [f](https://g.example) www.h.example</p>");
  });

  test("stays quick for one long line of marks", () => {
    const started = performance.now();
    for (const mark of ["*", "_", "[", "`", "~", "**a", "[a](", "|"]) blocksHtml(mark.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test("names the incident in its title without marks of Markdown", () => {
    const markup = postmortemHtml(`# Postmortem: ${plain(text("5xx <b> on a_b"))}\n`);

    expect(markup).toContain("<title>Postmortem: 5xx &lt;b&gt; on a_b</title>");
    expect(markup).not.toMatch(/<script|src=|@import|url\(/u);
  });
});

describe("the JSON document", () => {
  test("says of each section and line whether it comes from the records or from people", () => {
    const generated = draftPostmortem(input());
    const edited = text(
      `${generated.replace("- Unknown: the records show none besides the cause.", "- We had no canary.")}\n## Lessons\n\n- Ours.\n`,
    );

    const document = postmortemJson({ version: 2, generated, text: edited, atMs: at("03:00:00"), edit: null }, input());

    const of = (heading: string) => document.document.sections.find((section) => section.heading === `## ${heading}`);
    expect(of("Timeline")).toMatchObject({ origin: "generated" });
    expect(of("Contributing factors")).toMatchObject({
      origin: "edited",
      lines: [{ text: "- We had no canary.", from: "people" }],
    });
    expect(of("Lessons")).toMatchObject({ origin: "people", lines: [{ text: "- Ours.", from: "people" }] });
  });

  test("carries what the document rests on, with computed times of the response", () => {
    const generated = draftPostmortem(input());
    const document = postmortemJson(
      { version: 1, generated, text: generated, atMs: at("03:00:00"), edit: null },
      input(),
    );

    expect(document.schema).toBe("traceops.postmortem/v1");
    expect(document.response.map(({ step, tookMs }) => [step, tookMs])).toEqual([
      ["began", null],
      ["detected", 40_000],
      ["acknowledged", 90_000],
      ["mitigated", null],
      ["resolved", 2_580_000],
    ]);
    const records = new Set(document.records.map(({ id }) => id));
    const cited = document.timeline.flatMap(({ evidenceIds }) => evidenceIds);
    expect(cited.filter((id) => !records.has(id))).toEqual([]);
    expect(document.causes[0]?.summary).toBe("Deploy v412 of checkout lowered pool.max from 50 to 5");
  });
});
