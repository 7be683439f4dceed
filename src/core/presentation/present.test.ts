import { describe, expect, test } from "vitest";
import { anAnalysis, anIncident, at, HYPOTHESES, text } from "../../../test/support/sample-incident.ts";
import type { Analysis } from "../analysis.ts";
import type { CorrectionFact } from "../corrections/correction.ts";
import { epochMs, hypothesisId } from "../ids.ts";
import type { Incident } from "../incident.ts";
import { presentIncident } from "./present.ts";
import type { CastVote } from "./votes.ts";

const nowMs = at("02:00:00");

function present(
  overrides: {
    analysis?: Partial<Analysis> | null;
    incident?: Partial<Incident>;
    votes?: CastVote[];
    corrections?: CorrectionFact[];
  } = {},
) {
  const { analysis = {}, incident = {}, votes = [], corrections = [] } = overrides;
  return presentIncident({
    incident: anIncident(incident),
    analysis: analysis === null ? null : { analysis: anAnalysis(analysis), revision: 3, atMs: at("01:48:05") },
    votes,
    corrections,
    publicUrl: text("https://traceops.example"),
    nowMs,
  });
}

const vote = (id: string, verdict: CastVote["verdict"], clock = "01:50:00"): CastVote => ({
  hypothesisId: hypothesisId(id),
  verdict,
  actorId: "U1",
  actorName: text("Ann"),
  atMs: at(clock),
});

describe("the notification", () => {
  test("alone holds severity, service, answer and confidence", () => {
    expect(present().notification).toBe(
      "P1 checkout: likely cause, high confidence (0.86): Deploy v412 of checkout lowered pool.max from 50 to 5.",
    );
  });

  test("stays under 200 characters however long the words are", () => {
    const long = text("x".repeat(900));
    const [first] = HYPOTHESES;
    const hypotheses = first ? [{ ...first, summary: long }] : [];

    for (const verdict of ["likely-cause", "several-candidates", "no-likely-cause", "recovered"] as const) {
      const view = present({
        incident: { service: long, title: long },
        analysis: { verdict, verdictBecause: long, hypotheses },
      });

      expect(view.notification.length).toBeLessThan(200);
    }
  });

  test("says that nothing is known while the first look runs", () => {
    expect(present({ analysis: null }).notification).toBe(
      "P1 checkout: cause not known yet; reading logs, changes and earlier incidents.",
    );
  });

  test("leaves a quoted log line out when there is no room for it, and ends like a sentence", () => {
    const [first] = HYPOTHESES;
    const summary = text(`basket: its connection pool is exhausted: "${"could not load basket ".repeat(9)}" ×97`);
    const hypotheses = first ? [{ ...first, summary }] : [];

    expect(present({ analysis: { hypotheses } }).notification).toBe(
      "P1 checkout: likely cause, high confidence (0.86): basket: its connection pool is exhausted.",
    );
  });
});

test("a phone that was told of the end is told that it is back", () => {
  expect(present({ incident: { reopened: true } }).notification).toContain("P1 checkout: reopened, likely cause");
  expect(
    present({ incident: { reopened: true, status: "resolved", resolvedAtMs: at("02:30:20") } }).notification,
  ).not.toContain("reopened");
});

describe("the card", () => {
  test("names the cause, why, what speaks against it, the impact, the next step and what was not seen", () => {
    expect(present().card).toEqual({
      cause: {
        label: "Likely cause, high confidence (0.86)",
        text: "Deploy v412 of checkout lowered pool.max from 50 to 5",
      },
      why: "it reached production 2 min 20 s before the first error; 412 errors name the setting it changed",
      against: "the first two minutes after the deploy were clean",
      impact: "97 requests answered 502 in 5 min",
      nextStep: "Roll checkout back to v411",
      checked: null,
      notChecked: "not checked: GitHub (timed out after 10 s), Kubernetes (not connected)",
    });
  });

  test("lists several candidates with word and number, and guesses none", () => {
    expect(present({ analysis: { verdict: "several-candidates" } }).card.cause).toEqual({
      label: "Possible causes",
      text: "1. Deploy v412 of checkout lowered pool.max from 50 to 5 (high 0.86); 2. Deploy v88 of search (low 0.09)",
    });
  });

  test("does not name a suspect when the verdict is that none is likely", () => {
    const { card } = present({
      analysis: { verdict: "no-likely-cause", verdictBecause: text("errors are as on any day") },
    });

    expect(card).toMatchObject({
      cause: { label: "Cause", text: "not found. Errors are as on any day" },
      why: null,
      against: null,
      nextStep: null,
      checked: "logs; 18,240 lines from 3 sources",
    });
  });

  test("a cause named by a person stands alone: the records' reasons speak for another one, which stays named", () => {
    const stated = {
      kind: "cause-stated",
      stated: "dependency",
      text: text("The card network is down"),
      hypothesisId: null,
      isCause: true,
    } as const;
    const fact = { id: "1", atMs: at("01:55:00"), actorId: "ann", who: text("Ann"), correction: stated };

    expect(present({ corrections: [fact] }).card).toMatchObject({
      cause: {
        label: "Cause, named by Ann",
        text: "The card network is down. The records point to (0.86): Deploy v412 of checkout lowered pool.max from 50 to 5",
      },
      why: null,
      against: null,
      nextStep: null,
    });
  });

  test("an incident that somebody calls none says who and why, not that this is its cause", () => {
    const correction = {
      kind: "cause-stated",
      stated: "not-an-incident",
      text: text("no incident: a load test"),
      hypothesisId: null,
      isCause: true,
    } as const;
    const corrections = [{ id: "1", atMs: at("01:55:00"), actorId: "ann", who: text("Ann"), correction }];
    const over = { status: "resolved", resolvedAtMs: at("02:30:20") } as const;

    expect(present({ corrections }).card.cause.label).toBe("Not an incident, says Ann");
    expect(present({ corrections, incident: over }).notification).toContain("Ann says: no incident: a load test");
  });

  test("tells a partly read source apart from one that was not read", () => {
    const gaps = [{ source: text("CloudWatch Logs"), status: "partial" as const, detail: text("4 of 5 groups") }];

    expect(present({ analysis: { gaps } }).card.notChecked).toBe(
      "only partly checked: CloudWatch Logs (4 of 5 groups)",
    );
    expect(present({ analysis: { gaps: [] } }).card.notChecked).toBeNull();
  });

  test("a resolved incident without a vote says that its cause is not confirmed", () => {
    const { notification, state } = present({ incident: { status: "resolved", resolvedAtMs: at("02:30:20") } });

    expect(state).toBe("resolved");
    expect(notification).toContain("resolved after 43 min: cause not confirmed, likely (0.86): Deploy v412");
  });
});

describe("votes", () => {
  test("a cause that people ruled out gives way to the next at once", () => {
    const view = present({ votes: [vote("h1deploy", "no")] });

    expect(view.causes.map(({ id, rank }) => [id, rank])).toEqual([
      ["h2search", 1],
      ["h1deploy", 2],
    ]);
    expect(view.card.cause.label).toBe("Next suspect after feedback, low confidence (0.09)");
  });

  test("a confirmed cause is named with the person behind it", () => {
    expect(present({ votes: [vote("h2search", "yes")] }).card.cause).toEqual({
      label: "Cause, confirmed by Ann",
      text: "Deploy v88 of search",
    });
  });

  test("of one person only the latest vote counts, and undo restores the view exactly", () => {
    const changed = present({ votes: [vote("h1deploy", "no"), vote("h1deploy", "yes", "01:51:00")] });
    const undone = present({ votes: [vote("h1deploy", "no"), vote("h1deploy", "withdrawn", "01:51:00")] });

    expect(changed.causes[0]?.votes).toEqual({ yes: ["Ann"], no: [] });
    expect({ ...undone, updatedAtMs: 0 }).toEqual({ ...present(), updatedAtMs: 0 });
  });
});

test("the same records make the same view at any hour, so that no message is edited for the clock", () => {
  const later = presentIncident({
    incident: anIncident(),
    analysis: { analysis: anAnalysis(), revision: 3, atMs: at("01:48:05") },
    votes: [],
    publicUrl: text("https://traceops.example"),
    nowMs: epochMs(nowMs + 3_600_000),
  });

  expect(later).toEqual(present());
});

test("the chart's text says when errors began, how high they went and what is marked", () => {
  expect(present().chart?.alt).toBe(
    "Bar chart, times in UTC. " +
      "Errors per 1 min from 01:33:00Z to 01:53:00Z: none until 01:47:00Z, then rising to 143 at 01:49:00Z. " +
      "590 in all. By service: checkout 474 (none until 01:47:00Z, then rising to 115 at 01:49:00Z); " +
      "gateway 116 (none until 01:47:00Z, then rising to 28 at 01:49:00Z). The last bar shows 88. " +
      "Marked: 01:45:00Z change, Deploy v412 of checkout: pool.max 50 → 5; 01:48:00Z alert, 5xx rate above 5 % on checkout.",
  );
});

test("a ranking that earlier votes moved says so, and by how much", () => {
  const [first, second] = HYPOTHESES;
  if (!first || !second) throw new TypeError("the sample has two suspects");
  const part = {
    signal: text("learned"),
    points: 40,
    because: text("confirmed once before on this alert"),
    evidenceIds: [],
  };

  const view = present({
    analysis: { weightsVersion: 2, hypotheses: [{ ...first, parts: [...first.parts, part] }, second] },
  });

  expect(view.learnedNote).toBe(
    "Earlier feedback changed this ranking (weights version 2). " +
      "Deploy v412 of checkout lowered pool.max from 50 to 5: +0.4, confirmed once before on this alert",
  );
});
