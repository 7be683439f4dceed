import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuMs } from "../../../../test/support/cpu-time.ts";
import { ACCESS_RULES } from "../rules-access.ts";
import { DATA_RULES } from "../rules-data.ts";
import { NETWORK_RULES } from "../rules-network.ts";
import { PROTOCOL_RULES, STRONG_UNKNOWN } from "../rules-protocol.ts";
import { RESOURCE_RULES } from "../rules-resources.ts";
import { SHAPES } from "../shapes/find-shape.ts";
import { createPatternSet } from "./pattern-set.ts";
import { requiredLiterals } from "./required-literals.ts";

const PATTERNS = [
  ...ACCESS_RULES,
  ...DATA_RULES,
  ...NETWORK_RULES,
  ...PROTOCOL_RULES,
  STRONG_UNKNOWN,
  ...RESOURCE_RULES,
].map(({ pattern }) => pattern);

test.each([
  [/connection refused/iu, ["connection refused"]],
  [/\b(?:ECONNRESET|EPIPE)\b|socket hang up/u, ["econnreset", "epipe", "socket hang up"]],
  [/disk (?:is )?full/iu, ["disk is full", "disk full"]],
  [/fail\w* to (?:renew|issue)/iu, [" to renew", " to issue"]],
  [/exit code [1-9]\d*/u, ["exit code "]],
  [/(?:error)+ in (?<place>\w+)/u, ["error"]],
  [/(?<=x)a(?!b)c/u, ["ac"]],
  [/no[- ]such/u, ["no-such", "no such"]],
  [/\d+ (?:ms|s)?/u, [" ms", " s", " "]],
  [/\w+|x/u, null],
  [/(?:abc)?/u, null],
  [/a*b?/u, null],
])("what %s needs is %j", (pattern, literals) => {
  expect(requiredLiterals(pattern)).toEqual(literals);
});

/** Generated texts need no boundaries, and what is looked at is checked by the pattern itself. */
function withoutLooks(source: string): string {
  const start = source.search(/\(\?<?[=!]/u);
  if (start === -1) return source.replaceAll("\\b", "");
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "[") at += (/^\[(?:[^\]\\]|\\.)*/u.exec(source.slice(at))?.[0].length ?? 1) - 1;
    else if (source[at] === "(") depth++;
    else if (source[at] === ")" && --depth === 0) return withoutLooks(source.slice(0, start) + source.slice(at + 1));
  }
  return source;
}

test.each(PATTERNS.map((pattern, index) => [index, pattern] as const))(
  "rule %d: no text that its pattern can match lacks all of its literals",
  (index, pattern) => {
    const set = createPatternSet(PATTERNS);
    const texts = fc.stringMatching(new RegExp(withoutLooks(pattern.source), "u"));

    fc.assert(
      fc.property(texts, fc.boolean(), (text, isLoud) => {
        set.read(isLoud ? text.toUpperCase() : text);

        expect(set.may(index)).toBe(true);
      }),
      { seed: 13, numRuns: 60 },
    );
  },
);

test("no pattern that matches the example of a well-known error is held back", () => {
  const set = createPatternSet(PATTERNS);
  const heldBack = SHAPES.flatMap(({ example }) => {
    set.read(example);
    return PATTERNS.filter((pattern, index) => pattern.test(example) && !set.may(index)).map((pattern) => [
      example,
      pattern,
    ]);
  });

  expect(heldBack).toEqual([]);
});

describe("the set", () => {
  test("holds back what cannot match, and forgets the text before", () => {
    const set = createPatternSet([/refused/iu, /\d+ rows/u, /x?/u]);

    set.read("Connection REFUSED");
    expect([0, 1, 2].map(set.may)).toEqual([true, false, true]);
    set.read("7 rows");
    expect([0, 1, 2].map(set.may)).toEqual([false, true, true]);
  });

  test("finds a literal that begins inside of another one, and more than 32 patterns", () => {
    const words = Array.from(
      { length: 40 },
      (_, index) => new RegExp(`word${String.fromCharCode(97 + (index % 26))}${index}z`, "u"),
    );
    const set = createPatternSet([/shells/u, /hells and/u, ...words]);

    set.read("a shells and wordn39z");
    expect([0, 1, 2, 41].map(set.may)).toEqual([true, true, false, true]);
  });

  test("knows the letters beyond ASCII that a pattern without regard to case takes for k and s", () => {
    const set = createPatternSet([/disk lost/iu]);

    set.read("di\u017fK lo\u017ft".replace("K", "\u212A"));
    expect(set.may(0)).toBe(true);
  });

  test("reads a long text in no time", () => {
    const set = createPatternSet(PATTERNS);

    expect(cpuMs(() => set.read("connection connection refuse timed ou".repeat(10_000)))).toBeLessThan(200);
  });
});
