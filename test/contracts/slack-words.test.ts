import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { safe } from "../../src/core/safe.ts";
import { finish } from "../../src/surfaces/slack/drawing/message.ts";
import { MANIFESTS } from "../../src/surfaces/slack/manifest.ts";
import { parseRequest } from "../../src/surfaces/slack/words/read-words.ts";
import { helpReply, wordReply } from "../../src/surfaces/slack/words/replies-help.ts";
import { ALL_WORDS, helpOf, wordsTable } from "../../src/surfaces/slack/words/words.ts";
import { problemsOf } from "../support/fake-slack/block-kit.ts";
import { textLines } from "../support/fake-slack/read-aloud.ts";

const root = resolve(import.meta.dirname, "../..");

test.each(ALL_WORDS)('"%s" begins its own usage and its own example, and both are read as it', (word) => {
  const { usage, example } = helpOf(word);

  expect([parseRequest(usage), parseRequest(example)]).toMatchObject([{ word }, { word }]);
});

test.each(ALL_WORDS)('the help of "%s" says what it does, with an example and who reads the answer', (word) => {
  const message = finish(wordReply(safe`/traceops`, word), 0);

  expect(problemsOf(message.blocks)).toEqual([]);
  expect(textLines(message)).toHaveLength(4);
});

test("the help names every word once and fits a phone", () => {
  const message = finish(helpReply(safe`/traceops`), 0);
  const text = JSON.stringify(message.blocks[0]);

  expect(textLines(message).length).toBeLessThanOrEqual(12);
  for (const word of ALL_WORDS) expect(text.split(`\`${word}\``)).toHaveLength(2);
});

test("the hint of the command fits what Slack takes and names every word", () => {
  const hint = MANIFESTS["slack-http.json"]?.features?.slash_commands?.[0]?.usage_hint ?? "";

  expect(hint.length).toBeLessThanOrEqual(1000);
  for (const word of ALL_WORDS) expect(hint).toContain(word);
});

test("the document of the words is made from the same table", () => {
  const document = readFileSync(resolve(root, "docs/slack-words.md"), "utf8");

  expect(document, "run: node scripts/run.mjs docs:generate").toContain(wordsTable());
});
