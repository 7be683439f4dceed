import { expect, test } from "vitest";
import { errorTypeOf, nameOf, valuesOf, wordOf } from "./span-values.ts";

test.each([
  "INC-12",
  "process incident.investigate",
  "POST /hooks/:source",
  "GET /incidents/{id}/notes",
  "not-configured",
  "0199a7c2-4f6e-7c11-9a51-2b7c6f0e4d11",
])("what is ours is sent as it is: %s", (name) => {
  expect(nameOf(name)).toBe(name);
});

test.each([
  "Error rate above 5 % for basket",
  "connect refused with password=hunter2",
  "password: hunter2 plum",
  '{"title":"x"}',
  "jane.doe@shop.example",
  "http://shop.example/?token=abc",
  "zeile\nzwei",
  "Straße",
  "a".repeat(97),
  "",
])("what looks like text is replaced by a word, should somebody hand it over: %j", (text) => {
  expect(nameOf(text)).toBe("_OTHER");
  expect(valuesOf({ "traceops.outcome": text, "traceops.job.attempt": 2 })).toEqual({
    "traceops.outcome": "_OTHER",
    "traceops.job.attempt": 2,
  });
});

test("of an error only its name is told, and of what is no error nothing", () => {
  const named = new TypeError("password=hunter2");
  const odd = Object.assign(new Error("x"), { name: "it said: hunter2 !" });

  expect([errorTypeOf(named), errorTypeOf(odd), errorTypeOf("hunter2"), errorTypeOf(null)]).toEqual([
    "TypeError",
    "_OTHER",
    "_OTHER",
    "_OTHER",
  ]);
});

test("only the name of a span may have a second word", () => {
  expect([nameOf("publish slack"), wordOf("publish slack"), wordOf("timeout")]).toEqual([
    "publish slack",
    "_OTHER",
    "timeout",
  ]);
});
