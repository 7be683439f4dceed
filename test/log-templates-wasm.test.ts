import { describe, expect, test, vi } from "vitest";
import { createRandom, type Random } from "../bench/corpora/random.ts";
import { createByteMiner, rememberedWayOf } from "../src/core/log-templates/byte-miner.ts";
import { createScannedLine, scanLine } from "../src/core/log-templates/scan-line.ts";
import { createLineShaper } from "../src/core/log-templates/shape-line.ts";
import { DEFAULT_MINER_LIMITS, type TemplateMiner } from "../src/core/log-templates/template-miner.ts";
import { createModuleMiner } from "../src/platform/log-scan/wasm/module-miner.ts";

// The longest takes a second of an idle core; tests run beside many others.
vi.setConfig({ testTimeout: 60_000 });

/** A miner with the module, and how many messages its search had to place. */
function createCountedMiner() {
  const miner = createByteMiner();
  const way = rememberedWayOf(miner);
  const module = createModuleMiner(miner);
  if (way === null || module === null) throw new Error("the module must share with a new miner");
  const counted = { miner, module, placed: 0 };
  const place = way.place.bind(way);
  way.place = (group, bytes) => {
    counted.placed++;
    return place(group, bytes);
  };
  return counted;
}

const bytesOf = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1");

/** Mines the lines one by one in JavaScript and all at once with the module; both must say the same of everything. */
function expectSame(lines: readonly string[]): { readonly placed: number; readonly miner: TemplateMiner } {
  const plain = createByteMiner();
  const counted = createCountedMiner();
  const bytes = bytesOf(lines);
  const expected: number[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.indexOf(10, from);
    expected.push(plain.add(0, bytes, from, to));
    from = to + 1;
  }
  const found: number[] = [];
  counted.module.addLines(0, { bytes, from: 0, to: bytes.length }, (templates) => found.push(...templates));
  expect(found).toEqual(expected);
  expect(wordsOf(counted.miner)).toEqual(wordsOf(plain));
  return counted;
}

const wordsOf = (miner: TemplateMiner) =>
  Array.from({ length: miner.size }, (_, id) =>
    [miner.finalOf(id), miner.countOf(id), miner.keyOf(id), miner.textOf(id)].join(" "),
  );

/** Pieces of tokens: what they are made of decides whether a token stands alone. */
const PIECES: readonly [string, ...string[]] = [
  "(",
  ...Array.from(")[]{}<>\"'`,;:.!?=|-+_/%#@*&~\\"),
  ...Array.from("aZ059"),
  "ms",
  "KiB",
  "Jul",
  "mon",
  "utc",
  "key",
  "eth",
  "17",
  "3.5",
  "10.0.0.1",
  "beef",
  "0x1f",
  "\u00e4\u00f6",
  "\u0001",
  "don't",
  "well-known",
  "user.name=",
  "x".repeat(300),
];

function odd(random: Random): string {
  let token = "";
  for (let piece = random.below(5); piece >= 0; piece--) token += random.pick(PIECES);
  return token;
}

describe("the module and the miner in JavaScript find the same templates", () => {
  test("for tokens of any make in places where any word may stand", () => {
    const random = createRandom(7);
    const fresh = () => (random.below(3) === 0 ? odd(random) : random.letters(1, 12));
    const lines = Array.from({ length: 30_000 }, (_, line) =>
      line % 2 === 0
        ? `paid order ${fresh()} of ${fresh()} with ${fresh()} items by ${fresh()} in the shop at once`
        : `${fresh()} left the basket ${fresh()} behind for ${fresh()} and took the parcel`,
    );

    const { placed, miner } = expectSame(lines);

    expect(miner.size).toBeGreaterThan(1);
    expect(placed).toBeLessThan(20_000);
  });

  test("for long messages, short ones and empty ones by turns", () => {
    const random = createRandom(8);
    const lines = Array.from({ length: 6000 }, () => {
      const words = [0, 1, 3, 31, 32, 33, 63, 64, 65, 200][random.below(10)] ?? 0;
      return Array.from({ length: words }, (_, at) =>
        at % 7 === 3 ? random.letters(3, 9) : `word${"s".repeat(at % 5)}`,
      ).join(" ");
    });

    expect(expectSame(lines).miner.size).toBeGreaterThan(8);
  });
});

/** How many of such lines had to be searched for. */
const searched = (line: (random: Random) => string, lines = 20_000): number => {
  const random = createRandom(9);
  return expectSame(Array.from({ length: lines }, () => line(random))).placed;
};

const word = (random: Random) => random.letters(4, 12);
const pool = (first: string, name: string) =>
  `${first} connection pool of ${name} has all slots in use, waiting for one`;

describe("a message of known words around fresh ones needs no search", () => {
  test("whatever the fresh words are made of", () => {
    expect(
      searched(
        (r) =>
          `probe of ${word(r)} at http://${word(r)}:${word(r)}/ready (${word(r)} of ${word(r)}) got ${word(r)}%, failed`,
      ),
    ).toBeLessThan(500);
  });

  test("when the fresh word is the first one", () => {
    expect(searched((r) => `${r.letters(4, 12)} connection pool: all slots in use, waiting for one`)).toBeLessThan(200);
  });

  test("when it has more tokens than bits fit into a number", () => {
    const tail = Array.from({ length: 50 }, (_, at) => `field${"a".repeat(at)}`).join(" ");

    expect(
      searched((r) => `stored ${r.letters(4, 12)} for ${r.letters(4, 12)} with ${tail} ${r.letters(5, 9)}`, 5000),
    ).toBeLessThan(500);
  });
});

test("the module takes a token for a word of its own exactly when the miner in JavaScript does", () => {
  const random = createRandom(11);
  const counted = createCountedMiner();
  const { maxTokens } = DEFAULT_MINER_LIMITS;
  const shaper = createLineShaper(maxTokens);
  const scanned = createScannedLine(maxTokens);
  const placed = (line: string): number => {
    const before = counted.placed;
    const bytes = bytesOf([line]);
    counted.module.addLines(0, { bytes, from: 0, to: bytes.length }, () => undefined);
    return counted.placed - before;
  };
  for (let line = 0; line < 50; line++) placed(pool("shop", random.letters(8, 12)));
  const tokens = [
    "eth0",
    "worker17",
    "eth0x",
    "ms",
    "KiB,",
    "(Jul)",
    "Monday",
    "a.b",
    "/v/x",
    "k=v",
    "k=9",
    "[]",
    "don't",
  ];
  const seen = new Set<number>();
  const found = { alone: 0, other: 0 };

  for (const token of [...tokens, ...Array.from({ length: 20_000 }, () => odd(random))]) {
    const text = pool("shop", token);
    const bytes = bytesOf([text]);
    scanLine(scanned, bytes, 0, bytes.length - 1);
    if (scanned.tokens !== 13 || seen.has(scanned.signatureA)) continue;
    seen.add(scanned.signatureA);
    const isAlone = shaper.standsAlone(scanned, bytes, 4);
    found[isAlone ? "alone" : "other"]++;
    expect({ token, searched: placed(text) }).toEqual({ token, searched: isAlone ? 0 : 1 });
  }

  expect(Math.min(found.alone, found.other)).toBeGreaterThan(1000);
});

test("a first word with templates of its own keeps them when lines with any first word are known", () => {
  const random = createRandom(10);
  const any = Array.from({ length: 5000 }, () => pool(random.letters(4, 12), random.letters(4, 12)));
  const { miner } = expectSame([pool("basket", "alpha"), ...any, pool("basket", "omega")]);

  const texts = Array.from({ length: miner.size }, (_, id) => miner.textOf(id));
  expect(texts.filter((text) => text.startsWith("basket"))).toEqual([pool("basket", "alpha"), pool("basket", "omega")]);
});

test("what the module hands to the search is placed in its group, and an impossible group is refused", () => {
  const { miner, module } = createCountedMiner();
  const bytes = bytesOf(["paid order 17"]);
  const lines = { bytes, from: 0, to: bytes.length };

  expect(() => module.addLines(65_536, lines, () => undefined)).toThrow(/group from 0 to 65535/u);
  module.addLines(65_535, lines, () => undefined);

  expect([miner.size, miner.groupOf(0)]).toEqual([1, 65_535]);
});
