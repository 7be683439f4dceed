import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import { createByteMiner } from "./byte-miner.ts";
import { DEFAULT_MINER_LIMITS, type TemplateMiner } from "./template-miner.ts";

const encoder = new TextEncoder();

function add(miner: TemplateMiner, line: string, group = 0): number {
  const bytes = encoder.encode(line);
  return miner.add(group, bytes, 0, bytes.length);
}

/** The final templates of the lines, as text in the order they were opened, and which line is in which. */
function mine(lines: readonly string[]) {
  const miner = createByteMiner();
  const added = lines.map((line) => add(miner, line));
  const groups = added.map((template) => miner.finalOf(template));
  const texts = [...new Set(groups)].map((template) => miner.textOf(template));
  return { miner, groups, texts };
}

const word = (index: number) => {
  let text = "";
  for (let rest = index + 1; rest > 0; rest = Math.floor(rest / 26)) text += String.fromCharCode(97 + (rest % 26));
  return text;
};

describe("one template", () => {
  test.each([
    [
      "numbers, addresses and ids",
      ["order 17 from 10.0.0.1:80 done", "order 4 from 10.9.0.1:99 done"],
      "order <*> from <*> done",
    ],
    ["dates written with names", ["at Sun Jul 17 15:09:16 2005 ok", "at Mon Aug 1 01:02:03 2006 ok"], "at <*> ok"],
    [
      "amounts with and without a unit in brackets",
      ["sent 5 bytes, ok", "sent 2570 bytes (2.50 KB), ok"],
      "sent <*> ok",
    ],
    ["lists of numbers of any length", ["fans 1 2 3 ok", "fans 1 2 3 4 5 ok"], "fans <*> ok"],
    [
      "a host name beside an address",
      ["peer 10.0.0.1 is gone now", "peer db.shop.example is gone now"],
      "peer <*> is gone now",
    ],
    [
      "a value that is empty in brackets",
      ["peer 10.0.0.1 () left", "peer 10.0.0.2 (10-0-0-2.shop.example) left"],
      "peer <*> <*> left",
    ],
  ])("%s", (_what, lines, text) => {
    const { texts } = mine(lines);
    expect(texts).toEqual([text]);
  });

  test("many different words in one place, joined with what was told apart before", () => {
    const names = ["ada", "grace", "alan", "barbara", "edsger"];
    const { miner, groups, texts } = mine(names.map((name) => `could not load basket of ${name} today`));
    expect(texts).toEqual(["could not load basket of <*> today"]);
    expect(new Set(groups)).toEqual(new Set([0]));
    expect(miner.countOf(2)).toBe(names.length);
    expect(miner.keyOf(2)).toBe(miner.keyOf(0));
  });
});

describe("templates of their own", () => {
  test.each([
    ["few variants of a word", ["queue orders is now full", "queue orders is now empty"]],
    ["devices named by a number", ["link eth0 is up again", "link wlan0 is up again"]],
    ["values under different keys", ["flush done size=17", "flush done age=17"]],
    ["different first words", ["start orders queue", "stop orders queue"]],
    ["tokens of many parts, though they hold numbers", ['{"id":17,"message":"paid"}', '{"id":17,"message":"failed"}']],
  ])("%s", (_what, lines) => {
    expect(mine(lines).texts).toHaveLength(lines.length);
  });

  test("messages of different groups, under the same key", () => {
    const miner = createByteMiner();
    const one = add(miner, "cache warmed in 5 ms", 3);
    const two = add(miner, "cache warmed in 9 ms", 4);
    expect(one).not.toBe(two);
    expect([miner.groupOf(one), miner.groupOf(two)]).toEqual([3, 4]);
    expect(miner.keyOf(one)).toBe(miner.keyOf(two));
  });
});

describe("whatever comes", () => {
  const anyLine = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => encoder.encode(text)),
    fc
      .array(fc.constantFrom("paid", "order", "17", "10.0.0.1", "x=1", "()", "KB", "Jul", ",", "a.b"), {
        maxLength: 12,
      })
      .map((parts) => encoder.encode(parts.join(" "))),
  );

  test("every message is counted once, under a template of its group, and text and key can be asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), anyLine), { maxLength: 120 }), (messages) => {
        const miner = createByteMiner();
        for (const [group, bytes] of messages) {
          const template = miner.add(group, bytes, 0, bytes.length);
          expect(miner.groupOf(template)).toBe(group);
          expect(miner.finalOf(template)).toBe(template);
        }
        let counted = 0;
        for (let template = 0; template < miner.size; template++) {
          if (miner.finalOf(template) === template) counted += miner.countOf(template);
          expect(miner.keyOf(template)).toMatch(/^[0-9a-f]{16}$|^rest$/u);
          expect(miner.textOf(template).length).toBeLessThan(20_000);
        }
        expect(counted).toBe(messages.length);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  test("the same messages give the same templates, keys and texts in every process", () => {
    const lines = ["paid order 17", "paid order 18", "user ada left", "user grace left", "stock of 7 is -3"];
    const { miner, groups } = mine(lines);
    const described = groups.map((template) => `${template} ${miner.keyOf(template)} ${miner.textOf(template)}`);
    expect(described).toEqual(GOLDEN);
  });

  test("a group or range that cannot be is refused with a sentence", () => {
    const miner = createByteMiner();
    const bytes = encoder.encode("paid");
    expect(() => miner.add(-1, bytes, 0, 4)).toThrow(/group from 0 to 65535/u);
    expect(() => miner.add(0.5, bytes, 0, 4)).toThrow(RangeError);
    expect(() => miner.add(0, bytes, 2, 5)).toThrow(/range inside of its bytes/u);
    expect(() => miner.textOf(7)).toThrow(/there is no template 7/u);
  });
});

describe("bounds", () => {
  test("millions of different words cost neither time nor templates nor memory", () => {
    const miner = createByteMiner();
    const before = process.memoryUsage().rss;
    const lines = 200_000;
    const spent = cpuMs(() => {
      for (let line = 0; line < lines; line++) {
        const words = Array.from({ length: 8 + (line % 5) }, (_, at) => word(line * 31 + at * 7919));
        add(miner, words.join(" "));
      }
    });
    expect(miner.size).toBeLessThanOrEqual(DEFAULT_MINER_LIMITS.maxTemplates);
    expect(spent).toBeLessThan(8000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  }, 60_000);

  test("a full group sends what resembles nothing to one template, and others go on", () => {
    const miner = createByteMiner({ ...DEFAULT_MINER_LIMITS, maxTemplatesPerGroup: 3 });
    for (let line = 0; line < 50; line++)
      add(miner, Array.from({ length: line + 1 }, (_, at) => word(at + line)).join(" "));
    const living = Array.from({ length: miner.size }, (_, id) => id).filter((id) => miner.finalOf(id) === id);
    expect(living).toHaveLength(4);
    expect(miner.textOf(living.at(-1) ?? 0)).toBe("(other messages)");
    expect(miner.textOf(add(miner, "paid order 17", 1))).toBe("paid order <*>");
  });

  test("the number of templates ever opened stays within the limit, plus one for each group", () => {
    const miner = createByteMiner({ ...DEFAULT_MINER_LIMITS, maxTemplates: 100 });
    for (let line = 0; line < 3000; line++) {
      add(miner, Array.from({ length: 1 + (line % 40) }, (_, at) => word(line * 17 + at)).join(" "), line % 5);
    }
    expect(miner.size).toBeLessThanOrEqual(105);
  });

  test("a line of megabytes is read up to the limit only", () => {
    const miner = createByteMiner();
    const long = encoder.encode("z".repeat(4_000_000));
    const spent = cpuMs(() => {
      for (let round = 0; round < 1000; round++) miner.add(0, long, 0, long.length);
    });
    expect(spent).toBeLessThan(1000);
    expect(miner.textOf(0).length).toBeLessThanOrEqual(256);
  });
});

const GOLDEN: readonly string[] = [
  "0 2db45d944556a106 paid order <*>",
  "0 2db45d944556a106 paid order <*>",
  "1 2ba3e900f674673e user ada left",
  "2 e20b68ba4dd0e7b2 user grace left",
  "3 6c7d5c3ddc0fe574 stock of <*> is <*>",
];
