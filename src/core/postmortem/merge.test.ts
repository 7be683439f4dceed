import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { text } from "../../../test/support/sample-incident.ts";
import type { Safe } from "../safe.ts";
import { mergeDraft } from "./merge.ts";
import { NEW_SINCE, newFacts } from "./new-facts.ts";

const NAMES = ["Summary", "Impact", "Timeline", "Cause", "Records"];
/** Facts of our drafts: the same few words in every version, so that versions share lines. */
const fact = fc.integer({ min: 0, max: 12 }).map((number) => `- fact ${number}`);
const facts = fc.uniqueArray(fact, { maxLength: 6 });
const draft = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }), fc.array(facts, { minLength: 5, maxLength: 5 }))
  .map(([names, bodies]) => {
    const ordered = NAMES.filter((name) => names.includes(name));
    const parts = ordered.map(
      (name, index) => `## ${name}\n\n${(bodies[index] ?? []).map((line) => `${name} ${line}`).join("\n")}`,
    );
    return text(`# Postmortem\n\n${parts.join("\n\n")}\n`);
  });

/** What people do to a text: at some lines they add, change or delete. Their own lines are none of ours. */
const edits = fc.array(
  fc.record({
    at: fc.nat(40),
    act: fc.constantFrom("add", "change", "delete"),
    words: fc.constantFrom(
      "we saw it late",
      "  two spaces in front",
      "| a | row |",
      "## A section of ours",
      "### Deeper",
      "trailing  ",
      "```",
      "\ttab",
    ),
  }),
  { minLength: 1, maxLength: 8 },
);
type Edit = { readonly at: number; readonly act: string; readonly words: string };

function edit(base: string, changes: readonly Edit[]): Safe {
  const lines = base.split("\n");
  for (const [index, { at, act, words }] of changes.entries()) {
    const position = at % (lines.length + 1);
    const own = words === "```" ? words : `${words} ${index}`;
    lines.splice(position, act === "add" ? 0 : 1, ...(act === "delete" ? [] : [own]));
  }
  return text(lines.join("\n"));
}

/** Whether all these lines stand in the text in this order, byte for byte. */
function standInOrder(lines: readonly string[], whole: string): boolean {
  let at = -1;
  const all = whole.split("\n");
  return lines.every((line) => {
    at = all.indexOf(line, at + 1);
    return at >= 0;
  });
}

const versions = fc
  .tuple(draft, edits, draft)
  .map(([base, changes, fresh]) => ({ base, edited: edit(base, changes), fresh }));

describe("a new draft over people's edits", () => {
  test("keeps every line that people wrote, byte for byte and in their order", () => {
    fc.assert(
      fc.property(versions, ({ base, edited, fresh }) => {
        const ours = new Set<string>(base.split("\n"));
        const theirs = edited.split("\n").filter((line) => !ours.has(line));
        expect(standInOrder(theirs, mergeDraft({ base, edited, fresh })) ? [] : theirs).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  test("is the new draft where nobody edited, and the edited text where nothing is new", () => {
    fc.assert(
      fc.property(versions, ({ base, edited, fresh }) => {
        expect(mergeDraft({ base, edited: base, fresh })).toBe(fresh);
        expect(mergeDraft({ base, edited, fresh: base })).toBe(edited);
      }),
    );
  });

  test("made twice is the same as made once", () => {
    fc.assert(
      fc.property(versions, ({ base, edited, fresh }) => {
        const once = mergeDraft({ base, edited, fresh });
        expect(mergeDraft({ base: fresh, edited: once, fresh })).toBe(once);
      }),
    );
  });

  test("after draft keeps what people wrote, and says once per section where the new facts stand", () => {
    fc.assert(
      fc.property(versions, fc.array(draft, { minLength: 2, maxLength: 4 }), ({ base, edited, fresh }, more) => {
        const ours = new Set<string>(base.split("\n"));
        const theirs = edited.split("\n").filter((line) => !ours.has(line));
        let document = { generated: base, text: edited };
        for (const next of [fresh, ...more]) {
          document = {
            generated: next,
            text: mergeDraft({ base: document.generated, edited: document.text, fresh: next }),
          };
        }
        const headings = document.text.split(/^## /mu).map((part) => part.split(NEW_SINCE).length - 1);
        expect([standInOrder(theirs, document.text), Math.max(...headings) <= 1]).toEqual([true, true]);
      }),
      { numRuns: 600 },
    );
  });

  test("brings nothing back that people deleted", () => {
    fc.assert(
      fc.property(versions, ({ base, edited, fresh }) => {
        const left = new Set<string>(edited.split("\n"));
        const gone = base.split("\n").filter((line) => line.includes("fact") && !left.has(line));
        const merged = new Set<string>(mergeDraft({ base, edited, fresh }).split("\n"));
        expect(gone.filter((line) => merged.has(line))).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  test("says every new fact once in a section that people left standing", () => {
    fc.assert(
      fc.property(draft, draft, (base, fresh) => {
        const edited = text(base.replaceAll(/\n\n(?=##|$)/gu, "\n\nPeople wrote this.\n\n"));
        const known = new Set<string>(base.split("\n"));
        const merged = mergeDraft({ base, edited, fresh }).split("\n");
        const news = fresh.split("\n").filter((line) => line.includes("fact") && !known.has(line));
        expect(news.filter((line) => merged.filter((other) => other === line).length !== 1)).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });
});

const table = (...rows: readonly string[]) =>
  text(
    ["## Timeline", "", "| Time | What |", "| --- | --- |", ...rows, "", "## Cause", "", "- Unknown.", ""].join("\n"),
  );

test("a table row that came too late for its table stands below it with the names of the columns", () => {
  const base = table("| 01:45 | Deploy |");
  const edited = table("| 01:45 | Deploy |", "| 01:50 | Ann rolled back |");

  const once = mergeDraft({ base, edited, fresh: table("| 01:45 | Deploy |", "| 01:52 | Recovery |") });

  expect(once).toBe(
    text(
      edited.replace(
        "\n\n## Cause",
        "\n\n### New since the last draft\n\n| Time | What |\n| --- | --- |\n| 01:52 | Recovery |\n\n## Cause",
      ),
    ),
  );
});

const of = (...lines: readonly string[]) => text(`## Summary\n\n${lines.join("\n")}\n`);

test("a change of ours beside a change of theirs takes its own place", () => {
  const merged = mergeDraft({
    base: of("- Alert at 01:48.", "- Cause not confirmed."),
    edited: of("- Alert at 01:48, seen by Ann at once.", "- Cause not confirmed."),
    fresh: of("- Alert at 01:48.", "- Cause confirmed."),
  });

  expect(merged).toBe(of("- Alert at 01:48, seen by Ann at once.", "- Cause confirmed."));
});

test("a section with a new name of people's is still the section that facts belong to", () => {
  const merged = mergeDraft({
    base: text("## Impact\n\n- Unknown.\n- 3 alerts.\n"),
    edited: text("## What customers saw\n\n- Unknown.\n- 3 alerts.\n"),
    fresh: text("## Impact\n\n- 97 requests failed.\n- 3 alerts.\n"),
  });

  expect(merged).toBe("## What customers saw\n\n- 97 requests failed.\n- 3 alerts.\n");
});

test("new facts are told by section, and none when only words went away", () => {
  const older = text("# P\n\n## Impact\n\n- Unknown.\n\n## Cause\n\n- Deploy v412.\n");
  const newer = text("# P\n\n## Impact\n\n- 97 requests failed.\n\n## Cause\n\n- Deploy v412.\n");

  expect(newFacts(older, newer)).toBe("### Impact\n\n- 97 requests failed.");
  expect(newFacts(newer, text("# P\n\n## Cause\n\n- Deploy v412.\n"))).toBe(null);
});
