import { describe, expect, test } from "vitest";
import { mischiefInPage, PAGES } from "../support/hostile-page.ts";
import { HOSTILE_STRINGS, HOSTILE_TIMEOUT_MS } from "../support/hostile-size.ts";
import { hostileSafe } from "../support/hostile-text.ts";
import { text } from "../support/sample-incident.ts";

const STRINGS = hostileSafe(HOSTILE_STRINGS, 20_261_126);

describe("a page", () => {
  test.each(Object.entries(PAGES))(
    `gets from ${HOSTILE_STRINGS} hostile strings no element, attribute or link of theirs: %s`,
    { timeout: HOSTILE_TIMEOUT_MS },
    (_name, draw) => {
      let used = 0;
      const foreign = () => STRINGS[used++ % STRINGS.length] ?? text("");
      const wrong = new Set<string>();
      while (used < STRINGS.length && wrong.size < 20) for (const one of mischiefInPage(draw(foreign))) wrong.add(one);

      expect([...wrong].slice(0, 5)).toEqual([]);
    },
  );

  test.each([
    "<img src=x onerror=alert(1)>",
    "<b>bold</b onclick=x>",
    '<a href="https://evil.example/">press</a>',
    '<a href="javascript:x">press</a>',
    '<form action="https://evil.example/">',
    "<p style=x>",
    "<p",
  ])("with %s in it would be seen", (markup) => {
    expect(mischiefInPage(`${PAGES["list"]?.(() => text("calm"))}${markup}`)).not.toEqual([]);
  });
});
