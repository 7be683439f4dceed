import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { epochMs } from "../../core/ids.ts";
import type { Safe } from "../../core/safe.ts";
import { cutMd, dateMd, escaped, linkMd, md, typable, visible } from "./mrkdwn.ts";

const passed = (text: string): Safe => text as Safe;
const hostile = oneof(
  string({ unit: "binary" }),
  constantFrom("<!channel>", "<@U1>", "<#C1>", "<https://x|y>", "&lt;", "\u202Eabc", "a\u200Bb", "`x`", "\uD800"),
).map(passed);

describe("text from outside in markup", () => {
  test("never holds an angle bracket, a backtick or a character that people cannot see", () => {
    assert(
      property(hostile, (text) => {
        const { mrkdwn } = escaped(text);
        return !/[<>`]|[\p{Cc}\p{Cf}\p{Cs}]/u.test(mrkdwn) && !/&(?!amp;|lt;|gt;)/u.test(mrkdwn);
      }),
      { numRuns: 2000 },
    );
  });

  test("stays one line", () => {
    expect(visible(passed("a\nb\r\n\tc\u2028d"))).toBe("a b c d");
  });
});

test("a cut never leaves half a link, half a date or half an escaped character, and says that it cut", () => {
  const whole = md`${escaped(passed("a & b"))} ${linkMd("https://x.example/1", escaped(passed("<here>")))} ${dateMd(epochMs(0), "{time}")}`;

  for (let length = 10; length < whole.mrkdwn.length; length++) {
    const { mrkdwn } = cutMd(whole, length);
    expect(mrkdwn.length).toBeLessThanOrEqual(length);
    expect(mrkdwn).toMatch(/… \(cut\)$/u);
    expect(mrkdwn.replaceAll(/<[^<>]*>/gu, "").replaceAll(/&(?:amp|lt|gt);/gu, "")).not.toMatch(/[<>&]/u);
  }
  expect(cutMd(whole, whole.mrkdwn.length)).toBe(whole);
});

test("without an address that may be linked, the words stand alone", () => {
  expect(linkMd(null, escaped(passed("here"))).mrkdwn).toBe("here");
});

test("a field to write in keeps its lines and loses only what nobody can see", () => {
  expect(typable(passed("a\r\nb\u2028c\u0007\u202Ed\u200Be <&> `x`"))).toBe("a\nb\ncde <&> `x`");
  expect(typable(passed("\uD800")).isWellFormed()).toBe(true);
});
