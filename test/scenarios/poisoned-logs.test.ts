import { describe, expect, test } from "vitest";
import type { Analysis } from "../../src/core/analysis.ts";
import { analyze } from "../../src/core/analyze.ts";
import type { Event } from "../../src/core/event.ts";
import { epochMs, eventId } from "../../src/core/ids.ts";
import { draftPostmortem } from "../../src/core/postmortem/draft.ts";
import { postmortemHtml } from "../../src/core/postmortem/export-html.ts";
import { presentIncident } from "../../src/core/presentation/present.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { renderNote } from "../../src/surfaces/pagerduty/render.ts";
import { renderTerminal } from "../../src/surfaces/terminal/render.ts";
import { Random } from "../security/random.ts";
import { EVIL_HOST } from "../support/hostile-text.ts";
import { aLog, at, words } from "../support/observations.ts";
import { NEVER_SAID, poisonedLines } from "../support/poison.ts";
import { aSmallNight, withEvents } from "../support/small-night.ts";

const SEED = 20_261_123;
const LOGS = 1000;
/** Lines in one night; any of them that works is seen. */
const AT_ONCE = 10;
const night = aSmallNight();
const calm = analyze(night);

/** An address in a log line is evidence of a call, whoever wrote it; words around it are not. */
const ADDRESS = /\b(?:https?|postgres):\/\//u;

const POISON = poisonedLines(LOGS, SEED);
const redactor = createRedactor({ pseudonymKey: "test" });

/** So many nights, each with ten of the lines, written by every service from before the deploy until the end. */
function nights(poisoned: readonly string[]): readonly Analysis[] {
  const random = new Random(SEED + 1);
  const from = at("01:20:00");
  return Array.from({ length: Math.ceil(poisoned.length / AT_ONCE) }, (_, batch) => {
    const lines = poisoned.slice(batch * AT_ONCE, (batch + 1) * AT_ONCE).map((line, index) => {
      const atMs = epochMs(from + random.below(36 * 60_000));
      const log = aLog(random.oneOf(["edge", "orders", "stock"]), redactor.text(line), atMs);
      return {
        ...log,
        id: eventId("bundle", `poison/${batch}/${index}`),
        source: "bundle",
        severity: "info",
      } satisfies Event;
    });
    return analyze(withEvents(night, (events) => [...events, ...lines]));
  });
}

const ranking = ({ verdict, hypotheses }: Analysis) =>
  JSON.stringify({
    verdict,
    hypotheses: hypotheses.map(({ rank, score, summary, cause }) => ({ rank, score, summary, cause })),
  });

describe(`${LOGS} log lines that give instructions`, () => {
  const answers = nights(POISON);

  test("change no rank, no score and no word of a cause when they are words alone", { timeout: 120_000 }, () => {
    const wordsOnly = POISON.filter((line) => !ADDRESS.test(line));
    const moved = nights(wordsOnly).filter((answer) => ranking(answer) !== ranking(calm));

    expect(wordsOnly.length).toBeGreaterThan(500);
    expect(moved.map(ranking).slice(0, 2)).toEqual([]);
  });

  test("change neither the order of the causes nor the first one when they name addresses too", {
    timeout: 120_000,
  }, () => {
    const moved = answers.filter((answer) => order(answer) !== order(calm) || first(answer) !== first(calm));

    expect(moved.map(ranking).slice(0, 2)).toEqual([]);
  });

  test("bring no secret, no link of theirs and no record that is not there into what people read", {
    timeout: 120_000,
  }, () => {
    const wrong = answers.flatMap(wrongIn);

    expect(wrong.slice(0, 5)).toEqual([]);
    expect(POISON.every((line) => NEVER_SAID.test(line))).toBe(true);
  });
});

test("the same words as a deploy's summary change no rank and no score", { timeout: 120_000 }, () => {
  const moved = POISON.slice(0, 60).filter((line) => {
    const told = withEvents(night, (events) =>
      events.map((event) =>
        event.kind === "change" && event.service === words("stock")
          ? { ...event, change: { ...event.change, summary: redactor.text(line) } }
          : event,
      ),
    );
    return scores(analyze(told)) !== scores(calm);
  });

  expect(moved).toEqual([]);
});

test("a hundred counted errors do change it: the check sees what moves a ranking", () => {
  const errors = Array.from({ length: 300 }, (_, index) => ({
    ...aLog("stock", words("cannot read items: disk is full"), epochMs(at("01:41:00") + index * 1000)),
    id: eventId("bundle", `real/${index}`),
    severity: "error" as const,
  }));

  expect(ranking(analyze(withEvents(night, (events) => [...events, ...errors])))).not.toBe(ranking(calm));
});

function order({ verdict, hypotheses }: Analysis): string {
  return JSON.stringify([verdict, hypotheses.map(({ summary, cause }) => [summary, cause])]);
}

function first({ hypotheses }: Analysis): string {
  return JSON.stringify(hypotheses[0]);
}

function scores({ verdict, hypotheses }: Analysis): string {
  return JSON.stringify([verdict, hypotheses.map(({ rank, score, cause }) => [rank, score, cause.service])]);
}

function wrongIn(analysis: Analysis): readonly string[] {
  const stored = { analysis, revision: 1, atMs: at("02:00:00") };
  const { incident } = night;
  const view = presentIncident({ incident, analysis: stored, votes: [], publicUrl: null, nowMs: at("02:00:00") });
  const document = draftPostmortem({ incident, analysis, view, votes: [], notes: [], acknowledgedAtMs: null });
  const page = postmortemHtml(document);
  const all = [
    JSON.stringify(analysis),
    renderTerminal(view, { color: false, width: 100 }),
    renderNote(view),
    document,
    page,
  ];
  const known = new Set(analysis.evidence.map(({ id }) => id));
  const cited = analysis.hypotheses.flatMap(({ parts, against }) =>
    [...parts, ...against].flatMap((part) => part.evidenceIds),
  );
  return [
    ...all.filter((one) => NEVER_SAID.test(one)).map((one) => `a secret: ${NEVER_SAID.exec(one)?.[0]}`),
    ...(page.includes(`href="https://${EVIL_HOST}`) ? ["a link of theirs"] : []),
    ...cited.filter((id) => !known.has(id)).map((id) => `no such record: ${id}`),
  ];
}
