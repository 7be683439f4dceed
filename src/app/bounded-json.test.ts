import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBoundedJson } from "./bounded-json.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseBoundedJson(bytes(text));

test("ordinary JSON comes out as it is", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const result = parse(text);
      const isPlain = !text.includes("__proto__") && !text.includes("\\u0000");
      expect(isPlain ? result : null).toEqual(isPlain ? { status: "parsed", value: JSON.parse(text) } : null);
    }),
  );
});

test("what a database refuses is replaced: NUL, half a surrogate pair, numbers without end", () => {
  expect(parse(String.raw`{"a":"x\u0000y","b":"\ud800","c":1e400000,"d\u0000":1}`)).toEqual({
    status: "parsed",
    value: { a: "x\uFFFDy", b: "\uFFFD", c: null, "d\uFFFD": 1 },
  });
});

test("an own __proto__ reaches nobody", () => {
  const result = parse('{"__proto__":{"admin":true},"a":1}');

  expect(result).toEqual({ status: "parsed", value: { a: 1 } });
  expect(result.status === "parsed" && Object.hasOwn(Object(result.value), "__proto__")).toBe(false);
});

test.each([
  ["not-json", "garbage"],
  ["not-json", ""],
  ["too-deep", `${"[".repeat(65)}${"]".repeat(65)}`],
  ["too-deep", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
  ["too-many-keys", JSON.stringify(Array.from({ length: 10_001 }, () => 0))],
  ["too-many-keys", JSON.stringify(Array.from({ length: 101 }, () => Array.from({ length: 100 }, () => 0)))],
])("refused with a reason: %s", (reason, text) => {
  expect(parse(text)).toEqual({ status: "refused", reason });
});

test("a body of nothing but the shortest labels is read, however large it is", () => {
  const names = Array.from({ length: 26 }, (_, number) => String.fromCodePoint(0x61 + number));
  const labels = Object.fromEntries(names.map((name) => [name, "b"]));
  const body = JSON.stringify({ alerts: Array.from({ length: 20_000 }, () => labels) });

  expect(body.length).toBeGreaterThan(4_000_000);
  expect(parse(body)).toMatchObject({ status: "parsed" });
});

test("what is denser than labels is refused at any size", () => {
  expect(parse(JSON.stringify(Array.from({ length: 1_000_000 }, () => 0)))).toEqual({
    status: "refused",
    reason: "too-many-keys",
  });
});

test("64 levels and 10,000 items are still read", () => {
  expect(parse(`${"[".repeat(64)}${"]".repeat(64)}`).status).toBe("parsed");
  expect(parse(JSON.stringify(Array.from({ length: 10_000 }, () => 0))).status).toBe("parsed");
});

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
      expect(["parsed", "refused"]).toContain(parseBoundedJson(raw).status);
    }),
  );
});
