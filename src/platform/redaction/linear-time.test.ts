import { expect, test } from "vitest";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { createRedactor } from "./redact.ts";

const redactor = createRedactor({ pseudonymKey: "k" });
const RUNS = 5;
/** A share of a text's length that is many times what the work takes; what grows with its square is far beyond. */
const ROOM_MS = 40;

/** The least of several runs, since others use the same processors. */
function leastMs(raw: string): number {
  return Math.min(...Array.from({ length: RUNS }, () => cpuMs(() => redactor.text(raw))));
}

const PIECES = [
  "x",
  "7",
  "=",
  "aB3",
  "-",
  "/",
  ".",
  "%41",
  "\\u0041",
  "&lt;",
  '"',
  "{",
  '["',
  "a@b.",
  "eyJa.",
  "://",
  "pwd='';",
  "password.",
  'password={"',
  '"password":{"key":',
  '--password","',
];

const ofPiece = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const endlessList = (length: number) => `password:["${'"",'.repeat(length / 3)}`;

test.each(PIECES)("a text of %s without a space takes twice the time at twice the length, not four times", (piece) => {
  const msOf = (length: number) => leastMs(ofPiece(piece, length));

  expect(msOf(100_000)).toBeLessThan(3 * msOf(50_000) + ROOM_MS);
  expect(msOf(60_000)).toBeLessThan(3 * 8 * msOf(7_500) + ROOM_MS);
});

test("a list of values without an end below a secret name is read once", () => {
  expect(leastMs(endlessList(60_000))).toBeLessThan(3 * 8 * leastMs(endlessList(7_500)) + ROOM_MS);
});
