import { describe, expect, test } from "vitest";
import { anAnalysis, anIncident, at, HYPOTHESES, text } from "../../../test/support/sample-incident.ts";
import type { Analysis } from "../analysis.ts";
import type { Incident } from "../incident.ts";
import { presentIncident } from "../presentation/present.ts";
import type { CastVote } from "../presentation/votes.ts";
import { draftPostmortem } from "./draft.ts";
import { plain } from "./markdown.ts";

interface Given {
  readonly analysis?: Analysis | null;
  readonly incident?: Partial<Incident>;
  readonly votes?: readonly CastVote[];
}

function draft({ analysis = anAnalysis(), incident: overrides = {}, votes = [] }: Given = {}): string {
  const incident = anIncident(overrides);
  const stored = analysis === null ? null : { analysis, revision: 3, atMs: at("01:48:05") };
  const view = presentIncident({ incident, analysis: stored, votes, publicUrl: null, nowMs: at("03:00:00") });
  const acknowledgedAtMs = incident.acknowledgedBy === null ? null : at("01:49:30");
  const notes = [{ atMs: at("01:55:00"), who: text("Ann"), text: text("rolling back now") }];
  return draftPostmortem({ incident, analysis, view, votes, notes, acknowledgedAtMs });
}

const confirmed: CastVote = {
  hypothesisId: HYPOTHESES[0]?.id ?? anythingElse(),
  verdict: "yes",
  actorId: "U1",
  actorName: text("Ann"),
  atMs: at("02:10:00"),
};

/** Lines that claim something about the incident. What we did, what people wrote and what to decide claim nothing. */
function factualLines(markdown: string): readonly string[] {
  const silent = [
    "What could not be checked",
    "Notes from people",
    "Corrections by people",
    "Links",
    "What went",
    "Questions",
    "Action items",
    "Records",
  ];
  const sections = markdown.split(/^## /mu).slice(1);
  return sections
    .filter((part) => !silent.some((title) => part.startsWith(title)))
    .flatMap((part) => part.split("\n").slice(1))
    .filter((line) => line.trim() !== "" && !/^\| (?:---|Time|Step) \|/u.test(line));
}

describe("a draft", () => {
  test("cites a record for every statement of fact, and every citation resolves", () => {
    const known = new Set<string>(anAnalysis().evidence.map(({ id }) => id));
    const lines = factualLines(draft({ incident: { acknowledgedBy: text("Bo") }, votes: [confirmed] }));

    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) {
      const cited = [...line.matchAll(/\[(e[0-9a-z]+)\]/gu)].map(([, id = ""]) => id);
      expect(cited.length > 0 || line.includes("Unknown") ? [] : [line]).toEqual([]);
      expect(cited.filter((id) => !known.has(id))).toEqual([]);
    }
  });

  test("reads as a document that a person can finish", async () => {
    await expect(
      draft({ incident: { status: "resolved", resolvedAtMs: at("02:30:20") }, votes: [confirmed] }),
    ).toMatchFileSnapshot("__snapshots__/draft.md");
  });

  test("says Unknown where nothing was recorded, and invents nothing", () => {
    const markdown = draft({ analysis: null });

    expect(markdown).toContain("- Unknown: the records name no cause.");
    expect(markdown).toContain("- Unknown: no record shows what users noticed.");
    expect(markdown).not.toContain("v412");
  });

  test("does not name a suspect as the cause when the verdict is silence", () => {
    const markdown = draft({ analysis: anAnalysis({ verdict: "no-likely-cause", verdictBecause: text("quiet") }) });

    expect(markdown).toContain("- Unknown. Nobody has confirmed a cause.");
  });
});

describe("foreign text", () => {
  test("cannot add markup, links, mentions, HTML, table cells or lines", () => {
    const shown = plain(text("# a | b\n<img src=x> [x](javascript:1) @channel **b** `c` \u202Eevil"));

    expect(shown).toBe("\\# a \\| b &lt;img src=x&gt; \\[x\\](javascript:1) &#64;channel \\*\\*b\\*\\* \\`c\\`  evil");
    expect(plain(text("- item"))).toBe("\\- item");
    expect(plain(text("12. item"))).toBe("12\\. item");
  });
});

function anythingElse(): never {
  throw new TypeError("the sample has two suspects");
}
