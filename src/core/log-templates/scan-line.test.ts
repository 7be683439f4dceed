import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskToken } from "../../../test/support/masking-oracle.ts";
import { createScannedLine, type ScannedLine, scanLine, writeMasked } from "./scan-line.ts";

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
/** Every character beyond one byte becomes a question mark. */
const oneByteEach = (text: string) =>
  Array.from(text, (character) => ((character.codePointAt(0) ?? 0) < 256 ? character : "?")).join("");
const show = (bytes: Uint8Array) => [...bytes].map((byte) => (byte === 1 ? "*" : String.fromCharCode(byte))).join("");

function scan(text: string, maxTokens = 64): ScannedLine {
  const line = createScannedLine(maxTokens);
  const bytes = latin1(text);
  scanLine(line, bytes, 0, bytes.length);
  return line;
}

/** The tokens as `writeMasked` shows them. */
function maskedTokens(text: string): string[] {
  const bytes = latin1(text);
  const line = scan(text);
  return Array.from({ length: line.tokens }, (_, token) => {
    const out = new Uint8Array(4096);
    return show(out.subarray(0, writeMasked(out, bytes, line.from[token] ?? 0, line.to[token] ?? 0)));
  });
}

const splitTokens = (text: string) => text.split(/[^\u0021-\u007e\u0080-\uffff]+/u).filter((token) => token !== "");
/** Text that is rich in what the rules are about: digits, joiners, signs, hexadecimal letters, bytes that are no letters. */
const fragment = fc.constantFrom(
  ..."0123456789abcdefgxyzAFZ.:,-/_+%=()[]\"'<>*{}|; ".split(""),
  "--",
  " -4",
  "blk_-7",
  "\u00e9",
  "\u0001",
  "\u007f",
);
const line = fc.oneof(
  fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 60 }).map(oneByteEach),
);

describe("masking", () => {
  test.each([
    ["took 350ms for order 8821", "took * for order *"],
    ["from 10.1.2.3:8080 at 2026-01-02T03:04:05.678Z", "from * at *"],
    ["id 6f1c1c1e-abcd-4222-8333-dddd55556666 done", "id * done"],
    ["eth0 is not tty0", "eth* is not tty*"],
    ["-5 a-5 x=-5 blk_-123 1--2", "* a-* x=* blk_* *"],
    ["usage 93.5% of /data/7f3a/x", "usage * of /data/*/x"],
    ["nothing varies here", "nothing varies here"],
  ])("%s becomes %s", (text, masked) => {
    expect(maskedTokens(text).join(" ")).toBe(masked);
  });

  test("gives what the rules written with strings give, on any line", () => {
    fc.assert(
      fc.property(line, (text) => {
        expect(maskedTokens(text)).toEqual(
          splitTokens(text)
            .slice(0, 64)
            .map(maskToken)
            .map((token) => token.replaceAll("\u0001", "*")),
        );
      }),
      { seed: 5, numRuns: 5000 },
    );
  });

  test("two lines have the same signature exactly when their masked tokens are the same", () => {
    fc.assert(
      fc.property(
        line,
        fc.array(fc.tuple(fc.nat(60), fc.constantFrom("7", "19", "x", "-", " ")), { maxLength: 3 }),
        (text, edits) => {
          let other = text;
          for (const [at, piece] of edits) other = other.slice(0, at) + piece + other.slice(at + 1);
          const [one, two] = [scan(text), scan(other)];
          const isSame = one.signatureA === two.signatureA && one.signatureB === two.signatureB;
          expect(isSame).toBe(
            splitTokens(text).slice(0, 64).map(maskToken).join(" ") ===
              splitTokens(other).slice(0, 64).map(maskToken).join(" "),
          );
        },
      ),
      { seed: 6, numRuns: 5000 },
    );
  });

  test("a message reads the same wherever it stands among other bytes", () => {
    fc.assert(
      fc.property(line, fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), (text, left, right) => {
        const around = latin1(oneByteEach([left, text, right].join("")));
        const moved = createScannedLine(64);
        scanLine(moved, around, left.length, left.length + text.length);
        const alone = scan(text);
        expect([moved.tokens, moved.signatureA, moved.signatureB]).toEqual([
          alone.tokens,
          alone.signatureA,
          alone.signatureB,
        ]);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test("tokens beyond the limit are not looked at", () => {
    expect(scan("a b c d", 2).tokens).toBe(2);
    expect(scan("a b c d", 2).signatureA).toBe(scan("a b x y z", 2).signatureA);
  });
});
