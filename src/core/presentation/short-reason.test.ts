import { expect, test } from "vitest";
import { text } from "../../../test/support/sample-incident.ts";
import { type Reason, shortReason, strongest } from "./short-reason.ts";

const reason = (signal: string, points: number, because: string): Reason => ({
  signal,
  points,
  because: text(because),
  evidenceIds: ["e1"],
});

test.each([
  [
    'the errors name pool.max, which it changed in app.yaml: "no connection, all 4 in use (pool.…"',
    "the errors name pool.max, which it changed in app.yaml",
  ],
  [
    'a new error after it: "error="timed out"" at orders ×12 from 01:47:20Z, never in the 2 h before',
    "a new error after it, at orders ×12 from 01:47:20Z, never in the 2 h before",
  ],
  [
    "took effect 13 s before the first error at ledger (22:48:30Z → 22:48:43Z)",
    "took effect 13 s before the first error at ledger",
  ],
  [
    '11 of 14 requests for "shop.<num>/Pay" log the error "no connection, "all" in use", 0 of 466 before, since 01:48:03Z',
    "11 of 14 requests log the same error, 0 of 466 before, since 01:48:03Z",
  ],
  [
    '47 of 49 requests for "shop.<num>/Pay" no longer call "ledger", 0 of 889 before, since 22:48:42Z',
    "47 of 49 requests miss a usual step, 0 of 889 before, since 22:48:42Z",
  ],
  ['"quoted from the start" is kept', '"quoted from the start" is kept'],
])("on the card a reason stands without its quote and its two clock times: %s", (because, short) => {
  expect(shortReason(text(because))).toBe(short);
});

test("what the summary says already is said again only when nothing else is known", () => {
  const told = reason("change-before-first-error", 250, "took effect 13 s before the first error");
  const other = reason("blamed-by-callers", 100, "12 errors at web name orders");
  const summary = text("Deploy v2 of orders; first error 13 s later");

  expect(strongest([told, other], summary)).toBe("12 errors at web name orders");
  expect(strongest([told], summary)).toBe("took effect 13 s before the first error");
  expect(strongest([], summary)).toBeNull();
});

test("a reason in nearly the words of the summary is told already", () => {
  const summary = text("2 pods of web cannot be placed: 3 nodes have too little cpu left for its request");
  const told = reason("placing", 300, "3 nodes have too little cpu left for its request");

  expect(strongest([told, reason("blamed", 100, "12 errors at shop name web")], summary)).toBe(
    "12 errors at shop name web",
  );
});

test("a second reason comes in only when both fit on the lines that a phone has for them", () => {
  const long = reason("a", 200, "x".repeat(100));

  expect(strongest([long, reason("b", 100, "short")], text("s"))).toBe(`${"x".repeat(100)}; short`);
  expect(strongest([long, reason("b", 100, "y".repeat(40))], text("s"))).toBe("x".repeat(100));
});
