import fc from "fast-check";
import { expect, test } from "vitest";
import { createChunkRedactor } from "./chunks.ts";
import { createRedactor } from "./redact.ts";

const redactor = createRedactor({ pseudonymKey: "k" });

function inPieces(text: string, cuts: readonly number[]): string {
  const windows = createChunkRedactor(redactor);
  const places = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].toSorted(
    (a, b) => a - b,
  );
  let said = "";
  for (let index = 1; index < places.length; index++)
    said += windows.push(text.slice(places[index - 1], places[index]));
  return said + windows.end();
}

const SECRET = ["hT7k2Wq9xV4z", "B8mC3"].join("");
const KEY = ["RSA", "PRIVATE", "KEY"].join(" ");
const keyLines = Array.from({ length: 40 }, (_, index) => `${SECRET}${index}`.padEnd(64, "Q7w")).join("\n");
const TEXTS = [
  `first line\nlogin failed password=${SECRET} for user 17\nlast line\n`,
  `a\n-----BEGIN ${KEY}-----\n${keyLines}\n-----END ${KEY}-----\nb\n`,
  `upstream:\n  password: |\n    ${SECRET}\n  retries: 3\n`,
];

test("wherever a text is cut, a secret does not come out by half", () => {
  fc.assert(
    fc.property(fc.constantFrom(...TEXTS), fc.array(fc.nat(), { maxLength: 6 }), (text, cuts) => {
      expect(inPieces(text, cuts)).not.toContain(SECRET.slice(0, 6));
    }),
    { numRuns: 500 },
  );
});

test("what holds no secret comes out as it went in, over many windows", () => {
  const line = "2026-11-21T01:47:20Z ERROR upstream 10.0.0.7:443 refused after 3 tries\n";
  const text = line.repeat(4_000);

  expect(inPieces(text, [1, 70_000, 70_001, 150_000])).toBe(text);
});

test("a key that begins at the end of one window and goes on in the next is gone whole", () => {
  const text = `${"plain words here\n".repeat(2_880)}-----BEGIN ${KEY}-----\n${keyLines}\n-----END ${KEY}-----\nafter\n`;
  const out = inPieces(text, [49_000, 49_500, 50_000]);

  expect(out).not.toContain(SECRET);
  expect(out).toContain("after");
});

test("a text without any place to cut is withheld, and the words after it are not", () => {
  const out = inPieces(`${SECRET.repeat(10_000)} fine words`, [60_000]);

  expect(out).not.toContain(SECRET);
  expect(out).toContain("[withheld: no border in 48 KiB]");
  expect(out).toContain("fine words");
});
