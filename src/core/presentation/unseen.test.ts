import { expect, test } from "vitest";
import { text } from "../../../test/support/sample-incident.ts";
import { oneLine, oneLineSafe, seenLines, seenLinesSafe, unseenEscaped } from "./unseen.ts";

const ODD = "a\u001B[2Jb\u009Bc\u202Ed\u200Be\u{E0041}f\uD800g\u2028h\ti\nj\u{E0100}k\u3164l";

test("a line holds nothing that a terminal obeys or a reader does not see", () => {
  expect(oneLine(ODD)).toBe("a [2Jb c d e f g h i j k l");
  expect(oneLineSafe(text(ODD))).toBe(oneLine(ODD));
});

test("line ends and tabs can stay", () => {
  expect(seenLines(ODD)).toBe("a [2Jb c d e f g h\ti\nj k l");
  expect(seenLinesSafe(text(ODD))).toBe(seenLines(ODD));
});

test("what is escaped stays the same JSON document, without anything unseen in it", () => {
  const written = unseenEscaped(JSON.stringify({ odd: ODD, deep: ["\u007F\u{E0041}"] }, null, 2));

  expect(JSON.parse(written)).toEqual({ odd: ODD, deep: ["\u007F\u{E0041}"] });
  expect(seenLines(written)).toBe(written);
});

test.each(["Zürich 🚀 日本 é ❤️ عربي", "plain words, 1,204 of them", ""])(
  "ordinary words stay as they are: %s",
  (words) => {
    expect([oneLine(words), seenLines(words), unseenEscaped(words)]).toEqual([words, words, words]);
  },
);
