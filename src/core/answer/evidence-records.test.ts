import { expect, test } from "vitest";
import { aLog, at, words } from "../../../test/support/observations.ts";
import { eventId } from "../ids.ts";
import { type LearnedWeight, NO_WEIGHTS } from "../learning/weights.ts";
import { evidenceRecords } from "./evidence-records.ts";

const late = aLog("orders", "it failed", at("01:47:20"));
const early = aLog("edge", `started ${"x".repeat(500)}`, at("01:40:00"));
const byId = new Map([late, early].map((event) => [event.id, event]));

test("each cited record is quoted once, in order of time, cut to 300 characters", () => {
  const records = evidenceRecords([late.id, early.id, late.id, eventId("x", "unknown")], { byId, weights: NO_WEIGHTS });

  expect(records.map(({ id }) => id)).toEqual([early.id, late.id]);
  expect(records[0]?.quote).toHaveLength(300);
  expect(records[1]).toEqual({
    id: late.id,
    source: "logs",
    service: "orders",
    at: "2026-11-21T01:47:20.000Z",
    quote: "it failed",
    ref: "logs/orders.log#L1",
  });
});

test("a vote behind a learned weight is a record of source feedback", () => {
  const vote = {
    id: eventId("feedback", "v1"),
    quote: words("Ana: this was it"),
    at: words("2026-11-20T09:00:00.000Z"),
  };
  const learned: LearnedWeight = {
    causeKind: "memory",
    causeService: null,
    alertedService: null,
    points: 10,
    because: words("learned"),
    votes: [vote],
  };

  const [record] = evidenceRecords([vote.id], { byId, weights: { version: 1, learned: [learned] } });

  expect(record).toMatchObject({ id: vote.id, source: "feedback", quote: "Ana: this was it" });
});
