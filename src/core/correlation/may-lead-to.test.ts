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
  ["edge", true, "two calls away"],
  ["queue", false, "known, and elsewhere"],
  ["loyalty", true, "named by no call"],
  [null, true, "an alert without a service"],
] as const)("%s: %s, %s", (from, expected) => {
  expect(mayLeadTo(CALLS, from, aCase)).toBe(expected);
});
