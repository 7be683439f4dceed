import { expect, test } from "vitest";
import { safe } from "../safe.ts";
import { mayLeadTo } from "./may-lead-to.ts";

const CALLS = [
  ["edge", "booking"],
  ["booking", "fares"],
  ["mail", "queue"],
] as const;
const aCase = { service: safe`fares`, services: [safe`fares`] };

test.each([
  { from: "edge", where: "two calls away", expected: true },
  { from: "queue", where: "known, and elsewhere", expected: false },
  { from: "loyalty", where: "named by no call", expected: true },
  { from: null, where: "an alert without a service", expected: true },
])("$from, $where: $expected", ({ from, expected }) => {
  expect(mayLeadTo(CALLS, from, aCase)).toBe(expected);
});
