import { expect, test } from "vitest";
import { parseRequest, parseServiceAndTime, withoutMention } from "./read-words.ts";

test.for([
  ["", { kind: "word", word: "help", rest: "" }],
  ["  WHY   INC-1 ", { kind: "word", word: "why", rest: "INC-1" }],
  [
    "note a &lt;b&gt; &amp; <https://x.example/a|a>",
    { kind: "word", word: "note", rest: "a <b> & https://x.example/a" },
  ],
  ["statsu", { kind: "unknown", typed: "statsu", closest: "status" }],
  ["akc", { kind: "unknown", typed: "akc", closest: "ack" }],
  ["constructor", { kind: "unknown", typed: "constructor", closest: null }],
  ["zzzzzzzz", { kind: "unknown", typed: "zzzzzzzz", closest: null }],
] as const)('"%s" is read as a request', ([text, request]) => {
  expect(parseRequest(text)).toEqual(request);
});

test.for([
  ["checkout-api", "checkout-api", null],
  ["checkout-api 30m", "checkout-api", 1_800_000],
  ["checkout api 2 h", "checkout api", 7_200_000],
  ["checkout 1d", "checkout", 86_400_000],
  ["30m", "30m", null],
] as const)('"investigate %s" names a service and how far to look back', ([rest, service, sinceMs]) => {
  expect(parseServiceAndTime(rest)).toEqual({ service, sinceMs });
});

test("mentions in front of the words are dropped, later ones stay", () => {
  expect(withoutMention("<@U0BOT>: <@U0BOT|traceops> note ask <@U1>")).toBe("note ask <@U1>");
});
