import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { epochMs } from "../../../core/ids.ts";
import type { Safe } from "../../../core/safe.ts";
import {
  cutMd,
  dateMd,
  escaped,
  escapedAt,
  inUtc,
  linkAt,
  linkMd,
  md,
  typable,
  visible,
  withoutInstant,
} from "./mrkdwn.ts";

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

describe("an instant of the day in our own words", () => {
  const anchor = epochMs(Date.UTC(2026, 10, 21, 0, 5));
  const shown = (text: string) => escapedAt(passed(text), anchor).mrkdwn;

  test("is shown in the reader's zone, on the day that is nearest to the incident", () => {
    const before = Date.UTC(2026, 10, 20, 23, 58, 30) / 1000;
    const after = Date.UTC(2026, 10, 21, 0, 4, 0) / 1000;

    expect(shown("took effect 23:58:30Z, first error 00:04:00Z <now>")).toBe(
      `took effect <!date^${before}^{time_secs}|23:58:30 UTC>, first error <!date^${after}^{time_secs}|00:04:00 UTC> &lt;now&gt;`,
    );
  });

  test.for(['the log said "at 23:58:30Z"', "2026-11-20T23:58:30Z", "v23:58:30Z", "25:58:30Z", "23:58:30"])(
    "%s stays as it is",
    (text) => {
      expect(shown(text)).toBe(escaped(passed(text)).mrkdwn);
    },
  );

  test("brings no markup along, whatever stands around it", () => {
    assert(
      property(hostile, hostile, (before, after) => {
        const mrkdwn = shown(`${before} 23:58:30Z ${after}`);
        return !/<(?!!date\^\d+\^\{time_secs\}\|23:58:30 UTC>)/u.test(mrkdwn);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("an instant where Slack shows no dates", () => {
  test("is named as UTC, but not inside of what somebody else said", () => {
    const text = passed('Deploy v2 at 23:58:30Z; "since 23:58:31Z", none after 23:59:00Z: gone');

    expect(inUtc(text)).toBe('Deploy v2 at 23:58:30 UTC; "since 23:58:31Z", none after 23:59:00 UTC: gone');
    expect(withoutInstant(text)).toBe('Deploy v2; "since 23:58:31Z", none after 23:59:00Z: gone');
    expect(withoutInstant(passed('"up at 23:58:30Z"'))).toBe('"up at 23:58:30Z"');
  });

  test("ends the link that leads to its record", () => {
    const text = passed("took effect before it (23:58:30Z → 23:59:00Z)");
    const { mrkdwn } = linkAt("https://x.example/e", text, epochMs(0));

    expect(mrkdwn).toMatch(/^<https:\/\/x\.example\/e\|took effect before it> \(<!date.* → <!date.*>\)$/u);
    expect(linkAt("https://x.example/e", passed("no time"), epochMs(0)).mrkdwn).toBe("<https://x.example/e|no time>");
  });
});
