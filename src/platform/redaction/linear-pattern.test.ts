import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { compileLinearPattern, type LinearPattern } from "./linear-pattern.ts";
import { OverBudget } from "./over-budget.ts";

const plenty = () => ({ steps: 1_000_000_000 });

function compiled(source: string): LinearPattern {
  const pattern = compileLinearPattern(source);
  if (typeof pattern === "string") throw new TypeError(pattern);
  return pattern;
}

const replaced = (source: string, text: string) => compiled(source).replaceAll(text, "#", plenty());

describe("what a pattern matches", () => {
  test.each([
    ["KD-\\d{8}", "KD-12345678 and KD-1234567", "# and KD-1234567"],
    ["a+", "baaac a", "b#c #"],
    ["(foo|foobar)", "foobar foo", "# #"],
    ["[A-C]x?[^y\\s]", "Axz Cz By", "# # By"],
    ["\\bid\\b", "id grid id.", "# grid #."],
    ["(?m)^x.$", "xa\nxbc\nxd", "#\nxbc\n#"],
    ["(?i)secret-[a-z]{2,3}", "SECRET-AbC secret-x", "# secret-x"],
    ["(?:ab){2}", "abab ab", "# ab"],
    ["a{2,}", "a aa aaaa", "a # #"],
    ["\\$\\d+\\.\\d\\d", "costs $12.50 or $3", "costs # or $3"],
    ["ü[ä-ö]", "üä üz", "# üz"],
    ["[\\]a-]+", "]-a b", "# b"],
  ])("%s in %j gives %j", (source, text, result) => {
    expect(replaced(source, text)).toBe(result);
  });

  test("the same texts as the engine of the language, for patterns that both know", () => {
    const atom = fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "\\d", "(?:ab|a)", "(b|c)");
    const repeat = fc.constantFrom("", "+", "{2}", "{1,3}");
    const source = fc
      .array(fc.tuple(atom, repeat), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map(([first, second]) => first + second).join(""));
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", " "), maxLength: 30 });
    fc.assert(
      fc.property(source, text, (pattern, whole) => {
        const own = replaced(pattern, whole);
        expect(own === whole).toBe(!new RegExp(pattern, "u").test(whole));
      }),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  ["(a", "it is not in RE2's syntax (error parsing regexp: missing closing ): `(a`)"],
  ["a**", "it is not in RE2's syntax (error parsing regexp: invalid nested repetition operator: `**`)"],
  ["(?=a)b", "it is not in RE2's syntax (error parsing regexp: invalid or unsupported Perl syntax: `(?=`)"],
  ["(a)\\1", "it is not in RE2's syntax (error parsing regexp: invalid escape sequence: `\\1`)"],
  ["a*", "it matches the empty text; let it need at least one character"],
  ["\\b", "it matches the empty text; let it need at least one character"],
  ["(((a{20}){20}){20})b", "it is not in RE2's syntax"],
  ["([a-z]{3}){333}([0-9]x){400}", "it is too large; repeat less or use fewer choices"],
])("%s is refused with what to do", (source, because) => {
  expect(compileLinearPattern(source)).toContain(because);
});

test.each(["(a+)+$", "(a|aa)+$", "(a*)*b", "([a-z]+)*!", "(.*a){12}b", "(x+x+)+y"])(
  "%s takes time in proportion to the text, where backtracking would never end",
  (source) => {
    const pattern = compileLinearPattern(source);
    const text = `${"a".repeat(20_000)}${"x".repeat(20_000)}!`;
    const workMs = cpuMs(() => typeof pattern === "string" || pattern.replaceAll(text, "#", plenty()));

    expect(workMs).toBeLessThan(3_000);
  },
);

test("a text that would cost more than its budget is refused, not read halfway", () => {
  expect(() => compiled("(a|b|c|d)+e").replaceAll("abcd".repeat(1_000), "#", { steps: 1_000 })).toThrow(OverBudget);
});
