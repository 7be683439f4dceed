import { expect, test } from "vitest";
import { epochMs, eventId } from "../ids.ts";
import { safe } from "../safe.ts";
import { type Correction, type CorrectionFact, validCorrections } from "./correction.ts";

const row = { eventIds: [eventId("logs", "1")], atMs: epochMs(0), text: safe`a row` };
const fact = (id: number, correction: Correction): CorrectionFact => ({
  id: String(id),
  atMs: epochMs(id),
  actorId: "T1/U1",
  who: safe`Ada`,
  correction,
});
const edit = (id: number) => fact(id, { kind: "row-irrelevant", row });
const undo = (id: number, of: number) => fact(id, { kind: "undo", of: String(of) });
const idsOf = (facts: readonly CorrectionFact[]) => validCorrections(facts).map(({ id }) => id);

test("an undone correction does not hold, and an undo of the undo brings it back", () => {
  expect(idsOf([edit(1), edit(2)])).toEqual(["1", "2"]);
  expect(idsOf([edit(1), edit(2), undo(3, 1)])).toEqual(["2"]);
  expect(idsOf([edit(1), edit(2), undo(3, 1), undo(4, 3)])).toEqual(["1", "2"]);
  expect(idsOf([edit(1), undo(2, 1), undo(3, 2), undo(4, 3)])).toEqual([]);
});

test("undoing twice is undoing once, and undoing nothing changes nothing", () => {
  expect(idsOf([edit(1), undo(2, 1), undo(3, 1)])).toEqual([]);
  expect(idsOf([edit(1), undo(2, 99)])).toEqual(["1"]);
});

test("the order in which facts are read does not matter, also past nine", () => {
  const facts = [edit(8), edit(9), undo(10, 9), undo(11, 10), edit(12), undo(13, 8)];

  expect(idsOf(facts)).toEqual(["9", "12"]);
  expect(idsOf(facts.toReversed())).toEqual(["9", "12"]);
});
