import fc from "fast-check";
import { expect, test } from "vitest";
import { passed } from "../../../../test/support/fake-slack/sample-answers.ts";
import { epochMs } from "../../../core/ids.ts";
import { cutSafe } from "../../../core/safe.ts";
import { dateMd, escaped, linkMd, type Mrkdwn, md } from "./mrkdwn.ts";
import { fitted, type Paragraph, phoneLines } from "./phone.ts";

const paragraph = (text: string, rules: Partial<Paragraph> = {}): Paragraph => ({
  text: passed(text),
  draw: (shown) => md`*Why:* ${escaped(shown)}`,
  cut: cutSafe,
  easy: 2,
  least: 1,
  worth: 1,
  ...rules,
});

const height = (lines: readonly Mrkdwn[]) => lines.reduce((sum, line) => sum + phoneLines(line), 0);

test("a line is counted as people see it: without addresses, marks and escapes", () => {
  const text = md`*Since* ${dateMd(epochMs(0), "{time}")} · ${linkMd("https://shop.example/a/very/long/address/of/a/page", md`INC-1`)} &amp;`;

  expect(phoneLines(text)).toBe(1);
  expect(phoneLines(escaped(passed("a".repeat(48))))).toBe(1);
  expect(phoneLines(escaped(passed("a".repeat(49))))).toBe(2);
  expect(phoneLines(escaped(passed("one two ".repeat(12).trim())))).toBe(2);
});

test("whatever people write, the paragraphs fit, and nothing is cut that had room", () => {
  const texts = fc.array(fc.string({ maxLength: 400 }), { minLength: 1, maxLength: 6 });
  const holds = fc.property(texts, fc.integer({ min: 6, max: 20 }), (words, room) => {
    const paragraphs = words.map((text, index) => paragraph(text, { worth: index }));
    const whole = paragraphs.map(({ draw, text }) => draw(text));
    const drawn = fitted(paragraphs, room);
    expect(height(drawn)).toBeLessThanOrEqual(room);
    expect(drawn).toEqual(height(whole) <= room ? whole : drawn);
  });

  expect(() => fc.assert(holds)).not.toThrow();
});

test("what is worth least shrinks first, and may go when it is worth nothing", () => {
  const long = "word ".repeat(60);
  const [first, second] = fitted([paragraph(long, { worth: 9 }), paragraph(long, { worth: 1 })], 8);

  expect(phoneLines(first ?? md``)).toBe(6);
  expect(phoneLines(second ?? md``)).toBe(2);
  expect(second?.mrkdwn).toMatch(/…$/u);
  expect(fitted([paragraph(long, { easy: 1 }), paragraph(long, { easy: 1, least: 0, worth: 0 })], 1)).toHaveLength(1);
});
