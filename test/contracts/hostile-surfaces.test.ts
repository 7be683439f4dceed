import { describe, expect, test } from "vitest";
import { harmless } from "../../src/cli/printable.ts";
import { neighbourhoodSentences, unknownServiceWords } from "../../src/core/graph/edge-words.ts";
import type { KnownEdge } from "../../src/core/graph/known-edge.ts";
import { neighbourhood } from "../../src/core/graph/neighbourhood.ts";
import { epochMs } from "../../src/core/ids.ts";
import { draftPostmortem } from "../../src/core/postmortem/draft.ts";
import { postmortemHtml } from "../../src/core/postmortem/export-html.ts";
import { address } from "../../src/core/postmortem/markdown.ts";
import { catchUp } from "../../src/core/presentation/catch-up.ts";
import type { Safe } from "../../src/core/safe.ts";
import { renderNote } from "../../src/surfaces/pagerduty/render.ts";
import { actedFor } from "../../src/surfaces/pagerduty/sender-words.ts";
import { renderGraph, renderGraphWords } from "../../src/surfaces/terminal/graph.ts";
import { printable } from "../../src/surfaces/terminal/printable.ts";
import { renderTerminal } from "../../src/surfaces/terminal/render.ts";
import { type Foreign, hostileIncident } from "../support/hostile-incident.ts";
import { HOSTILE_STRINGS, HOSTILE_TIMEOUT_MS } from "../support/hostile-size.ts";
import { EVIL_HOST, HIDDEN, hostileSafe } from "../support/hostile-text.ts";
import { structureOf } from "../support/markdown-structure.ts";
import { at, text } from "../support/sample-incident.ts";

const SEED = 20_261_121;
const STRINGS = hostileSafe(HOSTILE_STRINGS, SEED);
/** PagerDuty refuses a note that is longer. */
const LONGEST_NOTE = 3_500;

/** Draws with fresh strings until every one of them stood somewhere. */
function everyString(draw: (foreign: Foreign) => void): void {
  let used = 0;
  const foreign = () => STRINGS[used++ % STRINGS.length] ?? text("");
  while (used < STRINGS.length) draw(foreign);
}

/** Our own colours; whatever else begins with an escape is not ours. */
// oxlint-disable-next-line no-control-regex -- an escape sequence begins with a control character
const COLORS = /\u001B\[(?:1|2|22|31|32|33|39)m/gu;

/** The lines that hold something a terminal obeys or nobody sees. */
function hidden(printed: string): readonly string[] {
  const lines = printed.replaceAll(COLORS, "").split("\n");
  return lines.filter((line) => HIDDEN.test(line)).map((line) => JSON.stringify(line.slice(0, 120)));
}

describe("a terminal", () => {
  test.for([true, false])(
    `prints ${HOSTILE_STRINGS} hostile strings in the answer and obeys none (colours: %s)`,
    { timeout: HOSTILE_TIMEOUT_MS },
    (color) => {
      const wrong = new Set<string>();
      everyString((foreign) => {
        const printed = renderTerminal(hostileIncident(foreign).answer().view, { color, width: 100 });
        for (const line of hidden(printed)) wrong.add(line);
        if (!color && printed.includes("\u001B")) wrong.add("an escape without colours");
      });

      expect([...wrong].slice(0, 5)).toEqual([]);
    },
  );

  test("draws a graph of services with such names, and says them in words", { timeout: HOSTILE_TIMEOUT_MS }, () => {
    const wrong = new Set<string>();
    everyString((foreign) => {
      const middle = foreign();
      const around = neighbourhood(
        Array.from({ length: 20 }, (_, index) => edge(index % 2 ? [middle, foreign()] : [foreign(), middle])),
        middle,
        { depth: 2, max: 100 },
      );
      const drawn = renderGraph(around, { color: true, width: 100 }) + renderGraphWords(around);
      const unknown = printable(unknownServiceWords(middle, [foreign()]));
      for (const line of hidden(`${drawn}${unknown}`)) wrong.add(line);
      expect(neighbourhoodSentences(around).length).toBeGreaterThan(0);
    });

    expect([...wrong].slice(0, 5)).toEqual([]);
  });

  test("gets from no command anything but line ends, tabs and our colours, whatever the command lets through", () => {
    const wrong = STRINGS.flatMap((one) => hidden(harmless(`problem: ${one}\n`)));
    const torn = STRINGS.filter((one) => JSON.parse(harmless(JSON.stringify({ one }, null, 2))).one !== one);

    expect({ wrong: wrong.slice(0, 5), torn: torn.slice(0, 5) }).toEqual({ wrong: [], torn: [] });
    expect(harmless("\u001B[1mred\u001B[22m\t\u001B[2J\u009B\n")).toBe("\u001B[1mred\u001B[22m\t\\u001b[2J\\u009b\n");
  });

  test("cannot be made to lose our own words by a sequence that never ends", () => {
    expect(printable("disk full \u001B]never ended, and our remark")).toBe("disk full never ended, and our remark");
    expect(printable("a\u001B]8;;https://evil.example\u0007b\u001B]8;;\u0007c")).toBe("abc");
  });
});

describe("a note in PagerDuty", () => {
  test(`holds ${HOSTILE_STRINGS} hostile strings without a hidden character, a line of theirs or too many letters`, {
    timeout: HOSTILE_TIMEOUT_MS,
  }, () => {
    const wrong = new Set<string>();
    everyString((foreign) => {
      const note = renderNote(hostileIncident(foreign).answer().view);
      for (const line of hidden(note)) wrong.add(line);
      for (const line of note.split("\n"))
        if (!OUR_LINE.test(line)) wrong.add(`a line of theirs: ${line.slice(0, 80)}`);
      if (note.length > LONGEST_NOTE) wrong.add(`${note.length} letters`);
      const named = actedFor(
        { kind: "slack-user", tenant: hostileTenant, id: "U1", name: foreign() },
        text("resolved"),
      );
      if (hidden(named).length > 0 || named.includes("\n")) wrong.add(named);
    });

    expect([...wrong].slice(0, 5)).toEqual([]);
  });

  test.each(["x", "👩‍👩‍👧‍👦", "\u0001", "a\n"])(
    "is never longer than PagerDuty takes, when every text is long: %j",
    (piece) => {
      const note = renderNote(hostileIncident(() => text(piece.repeat(9000))).answer().view);

      expect(note.length).toBeLessThanOrEqual(LONGEST_NOTE);
      expect(note.isWellFormed()).toBe(true);
    },
  );
});

describe("what a late joiner is told", () => {
  test("is ten lines at most, each bounded, whatever people and logs wrote", { timeout: HOSTILE_TIMEOUT_MS }, () => {
    const wrong = new Set<string>();
    everyString((foreign) => {
      const { view, notes, changeOfMind } = hostileIncident(foreign).answer();
      const lines = catchUp({ view, notes, changeOfMind, nowMs: at("03:00:00") });
      if (lines.length > 10) wrong.add(`${lines.length} lines`);
      for (const line of lines) if (line.text.length > 240) wrong.add(`${line.text.length} letters`);
    });

    expect([...wrong]).toEqual([]);
  });
});

describe("a postmortem", () => {
  test(`gets from ${HOSTILE_STRINGS} hostile strings no heading, link, picture, HTML, table row or hidden character`, {
    timeout: HOSTILE_TIMEOUT_MS,
  }, () => {
    const wrong = new Set<string>();
    const calm = structureOf(draft(() => text("calm")));
    everyString((foreign) => {
      const document = draft(foreign);
      const shape = structureOf(document);
      for (const line of hidden(document)) wrong.add(`hidden: ${line}`);
      for (const one of shape.foreign) wrong.add(one);
      const same = ["headings", "tables", "fences", "rules"] as const;
      for (const kind of same)
        if (shape[kind].join("\n") !== calm[kind].join("\n"))
          wrong.add(`${kind}: ${shape[kind].join(" ").slice(0, 200)}`);
      for (const found of postmortemHtml(document).matchAll(/<a [^>]*href="(?!#e)([^"]*)"/gu))
        if (found[1]?.includes(EVIL_HOST)) wrong.add(`a link to ${found[1]}`);
    });

    expect([...wrong].slice(0, 5)).toEqual([]);
  });

  test("lets a reader press what is given as an address only where it is nothing but one", () => {
    const pressed = STRINGS.map(address).filter((one) => /^https?:/u.test(one));
    const markup = pressed.filter((one) => /[\s<>()[\]\\"'`*|~&@!{}^$]|javascript/u.test(one));

    expect(markup).toEqual([]);
    expect(address(text("https://git.example/acme/shop/pull/8_1?a=1#c-2"))).toBe(
      "https://git.example/acme/shop/pull/8_1?a=1#c-2",
    );
    expect(address(text("https://git.example/) **x**"))).toBe("https\\://git.example/) \\*\\*x\\*\\*");
  });

  test.for([
    "# heading",
    "x\n===",
    "[a](https://evil.example)",
    "![a](p.png)",
    "<b>x</b>",
    "<https://evil.example>",
    "see https://evil.example/a",
    "see www.evil.example",
    "[a]: https://evil.example",
    "```",
  ])("would be seen with %j in it", (line) => {
    const calm = structureOf(draft(() => text("calm")));
    const shape = structureOf(text(`${draft(() => text("calm"))}\n\n${line}\n`));

    expect(JSON.stringify({ ...shape })).not.toBe(JSON.stringify({ ...calm }));
  });
});

/** How every line of a note begins. */
const OUR_LINE =
  /^(?:TraceOps: |Why: |Against: |Impact: |Also possible: |Not checked: |Next step: |Resolved at \d|Details: )/u;
const hostileTenant = hostileIncident(() => text("calm")).incident.tenant;

const CALM_ADDRESS = text("https");

/** What stands where an address belongs is tried on its own. */
function draft(foreign: Foreign): Safe {
  const kept = hostileIncident(foreign);
  const { incident, analysis, view: drawn, notes } = kept.answer();
  const view = {
    ...drawn,
    externalUrl: CALM_ADDRESS,
    links: drawn.links.map((one) => ({ ...one, url: CALM_ADDRESS })),
    evidence: drawn.evidence.map((one) => (/^https?:/u.test(one.ref) ? { ...one, ref: CALM_ADDRESS } : one)),
  };
  return draftPostmortem({ incident, analysis, view, votes: kept.votes, notes, acknowledgedAtMs: at("01:49:30") });
}

function edge([caller, callee]: readonly [Safe, Safe]): KnownEdge {
  return { caller, callee, origin: "trace", calls: 3, failures: 1, firstMs: epochMs(0), lastMs: epochMs(60_000) };
}
