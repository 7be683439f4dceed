import { expect, test } from "vitest";
import { epochMs } from "../../../core/ids.ts";
import { messageKey, readableText, writtenAt } from "./message-text.ts";

test.for([
  ["a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"],
  ["&amp;lt; stays escaped once", "&lt; stays escaped once"],
  ["ask <@U0BOB> or <@U0BOB|bob> in <#C0PAY|payments>", "ask @U0BOB or @bob in #payments"],
  ["<!here> <!channel|everyone> <!subteam^S1|@ledger>", "@here everyone @ledger"],
  ["<!date^1700000000^{time}|14:16 UTC>", "14:16 UTC"],
  ["<https://shop.example/a>", "https://shop.example/a"],
  ["<https://shop.example/a|https://shop.example/a>", "https://shop.example/a"],
  ["<https://shop.example/a|the board> is red", "the board (https://shop.example/a) is red"],
  ["no marks at all", "no marks at all"],
] as const)('"%s" reads as "%s"', ([text, words]) => {
  expect(readableText(text)).toBe(words);
});

test("a message's name tells when it was written, and nothing else does", () => {
  expect(writtenAt("1795184160.250200")).toBe(epochMs(1_795_184_160_250));
  expect(writtenAt("yesterday")).toBeNull();
});

test("two workspaces with the same channel and time have two keys", () => {
  const at = { channel: "C1", ts: "1.2" };

  expect(messageKey({ ...at, team: "T1" })).not.toBe(messageKey({ ...at, team: "T2" }));
});
