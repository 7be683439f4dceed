import { describe, expect, test } from "vitest";
import type { TimelineRow } from "../analysis.ts";
import type { Finding, FindingReason } from "../detectors/finding.ts";
import type { ChangeEvent, LogEvent } from "../event.ts";
import type { SourceEvidence } from "../evidence.ts";
import { type EpochMs, type EventId, epochMs, eventId, hypothesisId } from "../ids.ts";
import { safe } from "../safe.ts";
import { isoTime, msToNs } from "../time.ts";
import { correctEvidence, correctedRecords, correctFindings, correctionWords, correctRows } from "./apply.ts";
import type { Correction, CorrectionFact } from "./correction.ts";

const AT = epochMs(Date.UTC(2026, 10, 21, 14, 9, 0));
const later = (seconds: number): EpochMs => epochMs(AT + seconds * 1000);
const DEPLOY = eventId("changes", "v2");
const LINE = eventId("logs", "1");

const nowhere = { observedNs: null, service: safe`cart`, host: null, traceId: null, spanId: null, requestId: null };
const deploy: ChangeEvent = {
  ...nowhere,
  kind: "change",
  id: DEPLOY,
  atNs: msToNs(AT),
  source: "changes",
  ref: safe`changes#1`,
  change: {
    kind: "deploy",
    status: "deployed",
    version: safe`v2`,
    previousVersion: null,
    environment: null,
    by: null,
    url: null,
    summary: safe`cart v2`,
    files: [],
    pullRequest: null,
  },
};
const line: LogEvent = {
  ...nowhere,
  kind: "log",
  id: LINE,
  atNs: msToNs(AT),
  source: "logs",
  ref: safe`logs#1`,
  severity: "error",
  body: safe`out of stock lookups failed`,
  attributes: {},
  exception: null,
};
const evidence: readonly SourceEvidence[] = [
  { source: "changes", evidence: { status: "found", events: [deploy, line], read: 2, partial: null } },
  { source: "other", evidence: { status: "empty", searched: safe`one group` } },
];

let count = 0;
function fact(correction: Correction, who = safe`Ada`): CorrectionFact {
  count += 1;
  return { id: String(count), atMs: AT, actorId: "T1/U1", who, correction };
}
const about = (id: EventId) => ({ eventIds: [id], atMs: AT, text: safe`cart v2` });
const moved = (seconds: number) => fact({ kind: "row-time", row: about(DEPLOY), toMs: later(seconds) });
const gone = (id: EventId) => fact({ kind: "row-irrelevant", row: about(id) });

function eventsOf(facts: readonly CorrectionFact[]) {
  const [first] = correctEvidence(evidence, correctedRecords(facts));
  return first?.evidence.status === "found" ? first.evidence.events : [];
}

describe("the evidence", () => {
  test("is the very same object when nobody corrected anything", () => {
    expect(correctEvidence(evidence, correctedRecords([]))).toBe(evidence);
  });

  test("loses a single record that counts for nothing, and keeps lines, whose group is judged later", () => {
    expect(eventsOf([gone(DEPLOY), gone(LINE)]).map(({ id }) => id)).toEqual([LINE]);
  });

  test("has a moved record at its new time, whole seconds and all; the last move counts", () => {
    const [event] = eventsOf([moved(600), moved(150)]);

    expect(event?.atNs).toBe(msToNs(later(150)));
  });

  test("keeps what a source could not find apart from what people took away", () => {
    expect(correctEvidence(evidence, correctedRecords([gone(DEPLOY)]))[1]).toBe(evidence[1]);
  });
});

const reason = (id: EventId) => ({ evidenceIds: [id] }) as unknown as FindingReason;
const finding = (...reasons: readonly FindingReason[]) => ({ reasons }) as unknown as Finding;

test("a finding loses the reasons that rest on what counts for nothing, and without reasons it is none", () => {
  const findings = [finding(reason(DEPLOY), reason(LINE)), finding(reason(LINE))];

  const left = correctFindings(findings, new Set([LINE]));

  expect(left.map(({ reasons }) => reasons.length)).toEqual([1]);
  expect(correctFindings(findings, new Set())).toBe(findings);
});

const row: TimelineRow = {
  id: safe`r1`,
  at: isoTime(AT),
  role: "change",
  service: safe`cart`,
  text: safe`cart v2`,
  count: 1,
  lastAt: isoTime(AT),
  skewCorrectedMs: 0,
  source: safe`changes`,
  evidenceIds: [DEPLOY],
};

describe("a row", () => {
  test("carries its editor, its words and by how much it was moved", () => {
    const reworded = fact({ kind: "row-text", row: about(DEPLOY), text: safe`cart v2, canary only` }, safe`Bob`);

    expect(correctRows([row], [moved(150), reworded])).toEqual([
      { ...row, text: safe`cart v2, canary only`, editedBy: safe`Bob`, movedMs: 150_000 },
    ]);
  });

  test("that does not belong here is gone; others stay as they are", () => {
    const other = { ...row, id: safe`r2`, evidenceIds: [LINE] };

    expect(correctRows([row, other], [gone(DEPLOY)])).toEqual([other]);
  });
});

const stated = (isCause: boolean, text: ReturnType<typeof safe> | null) =>
  fact({ kind: "cause-stated", stated: "dependency", text, hypothesisId: hypothesisId("h1"), isCause });

test.for([
  [moved(150), 'moved "cart v2" from 14:09:00Z to 14:11:30Z'],
  [fact({ kind: "row-text", row: about(DEPLOY), text: safe`canary` }), 'reworded "cart v2" as "canary"'],
  [gone(DEPLOY), 'marked as irrelevant: "cart v2"'],
  [fact({ kind: "note-removed", noteId: "3", text: safe`I restarted it` }), 'removed the note "I restarted it"'],
  [stated(true, safe`the bank`), "named the cause: the bank"],
  [stated(true, null), "named the cause: a dependency"],
  [stated(false, safe`the bank`), "suspects a dependency: the bank"],
  [stated(false, null), "suspects a dependency"],
  [fact({ kind: "status-update", text: safe`rolling back` }), "posted an update: rolling back"],
  [fact({ kind: "undo", of: "1" }), "took a correction back"],
] as const)("%# reads as a sentence about its author", ([given, words]) => {
  expect(correctionWords(given)).toBe(words);
});
