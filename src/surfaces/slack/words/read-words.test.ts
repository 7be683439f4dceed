import { expect, test } from "vitest";
import { leadingId, parseLink, parseRequest, parseServiceAndTime, parseSpan, withoutMention } from "./read-words.ts";

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
  ["30m", null, 1_800_000],
  ["", null, null],
  ["checkout 9999d", "checkout", 604_800_000],
] as const)('"%s" names a service and how far to look back', ([rest, service, sinceMs]) => {
  expect(parseServiceAndTime(rest)).toEqual({ service, sinceMs });
});

test("mentions in front of the words are dropped, later ones stay", () => {
  expect(withoutMention("<@U0BOT>: <@U0BOT|traceops> note ask <@U1>")).toBe("note ask <@U1>");
});

test.for([
  ["INC-7", { id: "INC-7", rest: "" }],
  ["inc-7  rolled back", { id: "INC-7", rest: "rolled back" }],
  ["include this", null],
  ["rolled back INC-7", null],
] as const)('"%s" begins with the id of an incident, or not', ([rest, expected]) => {
  expect(leadingId(rest)).toEqual(expected);
});

test.for([
  ["https://wiki.example.com/r Runbook of it", { url: "https://wiki.example.com/r", title: "Runbook of it" }],
  ["HTTP://x.example", { url: "http://x.example/", title: "" }],
  ["javascript:alert(1)", null],
  ["https://github.com@evil.example/x", null],
  ["https://", null],
] as const)('"%s" is an address to attach, or not', ([rest, expected]) => {
  expect(parseLink(rest)).toEqual(expected);
});

test.for([
  ["22:00-7:00", { from: "22:00", to: "07:00" }],
  ["9:30 to 17:00", { from: "09:30", to: "17:00" }],
  ["24:00-07:00", null],
  ["22:00", null],
  ["07:00-07:00", null],
] as const)('"%s" is a span of the day, or not', ([text, expected]) => {
  expect(parseSpan(text)).toEqual(expected);
});
