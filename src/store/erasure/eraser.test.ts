import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { expect, test } from "vitest";
import { createEraser, ERASED } from "./eraser.ts";
import { eraseBytes } from "./packed.ts";

const eraser = createEraser({
  ids: ["U0ADA", "ada@example.com"],
  names: ["Ada Lovelace", 'Zoë "Zo" K.'],
  writings: ["I rolled basket back, it was the cache"],
  pseudonym: "person_1",
});

test.each([
  ["asked by U0ADA.", "asked by person_1."],
  ["T0X:u0ada", "T0X:person_1"],
  ["mail ADA@example.com now", "mail person_1 now"],
  ["(ada lovelace)", "(person_1)"],
  ["Ada Lovelaces", null],
  ["U0ADAM and xada@example.com", null],
  ["> I rolled basket back, it was the cache <", `> ${ERASED} <`],
])("in %j the person is replaced as whole words only", (text, expected) => {
  expect(eraser.text(text)).toBe(expected);
});

test("JSON is read, so escapes hide nobody; keys lose ids but not words, and JSON without the person stays as it is", () => {
  const ofThem = '{"name":"\\u0041da Lovelace","by":{"U0ADA":["Zo\\u00eb \\"Zo\\" K.",1.5,null]},"ada lovelace":true}';

  expect(JSON.parse(eraser.json(ofThem) ?? "")).toEqual({
    name: "person_1",
    by: { person_1: ["person_1", 1.5, null] },
    "ada lovelace": true,
  });
  expect(eraser.json('{ "b": 1.50,  "a": 1 }')).toBeNull();
});

test("what was sent ever so deeply nested is erased like everything else, and other people's stays byte for byte", async () => {
  const depth = 400_000;
  const nested = (text: string) => Buffer.from(`${"[".repeat(depth)}{"who":"${text}"}${"]".repeat(depth)}`);

  expect(await eraseBytes(nested("\\u0041da Lovelace"), eraser)).toEqual(nested("person_1"));
  expect(await eraseBytes(nested("Bob"), eraser)).toBeNull();
});

test("in JSON only what is of the person changes: numbers, spaces, doubled keys and strings that end in a backslash stay", () => {
  expect(eraser.json('{ "n": 9007199254740993,\n "a" : "c:\\\\", "who": "U0ADA", "who":"\\"ada lovelace\\"" }')).toBe(
    '{ "n": 9007199254740993,\n "a" : "c:\\\\", "who": "person_1", "who":"\\"person_1\\"" }',
  );
});

test("packed lines are unpacked, and bytes that are none of ours stay", async () => {
  const packed = await promisify(gzip)('{"who":"Ada Lovelace"}\n{"other":1}');
  const erased = await eraseBytes(packed, eraser);

  expect((await promisify(gunzip)(erased ?? "")).toString()).toBe('{"who":"person_1"}\n{"other":1}');
  expect(await eraseBytes(await promisify(gzip)('{"who":"Bob"}'), eraser)).toBeNull();
  expect(await eraseBytes(Buffer.from([0x1f, 0x8b, 1, 2]), eraser)).toBeNull();
});
