import fc from "fast-check";
import { expect, test } from "vitest";
import { charactersOf, holdsAny, mayHold, mayHoldWord } from "./characters.ts";

test("a text may hold every word that is in it, so no rule is left out wrongly", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ minLength: 1 }), fc.string(), (before, word, after) => {
      const text = charactersOf(before + word + after);
      const needs = charactersOf(word);
      expect(mayHold(text, needs)).toBe(true);
      expect(holdsAny(text, needs)).toBe(true);
    }),
  );
}, 30_000);

test.each(["Cookie", "COOKIE", "coo\u212Aie", "set-cookie: a"])(
  "%s may be the word cookie in some spelling",
  (text) => {
    expect(mayHoldWord(charactersOf(text), charactersOf("cookie"))).toBe(true);
  },
);

test("a word with a letter that the text lacks cannot be in it", () => {
  const text = charactersOf("charge authorised in 59 ms");
  expect(mayHoldWord(text, charactersOf("cookie"))).toBe(false);
  expect(mayHold(text, charactersOf("AKIA"))).toBe(false);
  expect(holdsAny(text, charactersOf("=:"))).toBe(false);
});

test.each([
  ["plain text\twith\nlines", false],
  ["bell \u0007", true],
  ["zero\u200Bwidth", true],
  ["\u007F", true],
] as const)("%j is unusual: %s", (text, isUnusual) => {
  expect(charactersOf(text).isUnusual).toBe(isUnusual);
});

test("the longest run counts Base64 digits of both alphabets", () => {
  expect(charactersOf("id=abcDEF+/-_12 end").longestRun).toBe(12);
  expect(charactersOf("").longestRun).toBe(0);
});
