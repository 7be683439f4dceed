import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DIRECT_BYTES, DirectFile } from "../../src/segments/direct-file.ts";
import type { EncodedFrame } from "../../src/segments/encode-frame.ts";
import type { FrameHeader } from "../../src/segments/frame-header.ts";
import { OpenSegment } from "../../src/segments/open-segment.ts";
import { MORNING_MS, newFolder } from "../support/segments.ts";

let folder = "";
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HEADER: FrameHeader = {
  salt: 1,
  number: 0,
  rows: 0,
  hasContexts: false,
  columnsBytes: 0,
  dictionaryBytes: 0,
  rawBytes: 0,
  headCrc: 0,
  rawCrc: 0,
  minMs: MORNING_MS,
  maxMs: MORNING_MS,
  receivedAtMs: MORNING_MS,
};

/** A frame as far as writing looks at it: bytes in three parts. */
function frameOf(bytes: number, letter: string): EncodedFrame {
  const whole = Buffer.alloc(bytes, letter);
  const third = Math.floor(bytes / 3);
  return {
    header: HEADER,
    parts: [whole.subarray(0, third), whole.subarray(third, 2 * third), whole.subarray(2 * third)],
    bytes,
    services: [],
    hosts: [],
    timesMs: new Float64Array(0),
    formats: new Uint8Array(0),
    raw: whole,
    memory: new ArrayBuffer(0),
  };
}

const BLOCKS = 20 * DIRECT_BYTES;
/** Whole blocks, then what ends in the middle of one, then blocks again, at the wrong place until something fills up. */
const MIXED: readonly (readonly [number, string])[] = [
  [BLOCKS, "a"],
  [400 * DIRECT_BYTES, "b"],
  [777, "c"],
  [BLOCKS, "d"],
  [2 * DIRECT_BYTES - 777, "e"],
  [BLOCKS, "f"],
  [1, "g"],
];
const EXPECTED = MIXED.map(([bytes, letter]) => letter.repeat(bytes)).join("");

describe("Frames that are written around the page cache", () => {
  it("stand in the file byte for byte, whatever stands between them, in one append or in many", async () => {
    for (const atOnce of [1, 2, MIXED.length]) {
      const path = join(folder, `${atOnce}.seg`);
      const segment = await OpenSegment.create({ path, sequence: 0, root: folder });
      const offsets: number[] = [];
      for (let from = 0; from < MIXED.length; from += atOnce) {
        const frames = MIXED.slice(from, from + atOnce).map(([bytes, letter]) => frameOf(bytes, letter));
        offsets.push(...(await segment.append(frames, true)));
      }
      expect(readFileSync(path, "latin1") === EXPECTED).toBe(true);
      expect(offsets.map((offset) => EXPECTED[offset]).join("")).toBe("abcdefg");
      await segment.seal();
      expect(statSync(path).size).toBe(EXPECTED.length);
    }
  });

  it("are written the usual way where the file system refuses, and nothing of them is lost", async () => {
    const path = join(folder, "refused.seg");
    const asked: string[] = [];
    const segment = await OpenSegment.create({
      path,
      sequence: 0,
      root: folder,
      openDirect: () => {
        asked.push("open");
        return Promise.resolve({
          write: () => Promise.resolve("not-supported"),
          close: () => Promise.resolve(void asked.push("close")),
        });
      },
    });
    for (const [bytes, letter] of MIXED) await segment.append([frameOf(bytes, letter)], false);
    await segment.seal();
    expect(readFileSync(path, "latin1") === EXPECTED).toBe(true);
    expect(asked).toStrictEqual(["open", "close"]);
  });

  it("are not given up quietly when the disk fails: the append rejects and the segment ends before them", async () => {
    const path = join(folder, "failing.seg");
    const segment = await OpenSegment.create({
      path,
      sequence: 0,
      root: folder,
      openDirect: () =>
        Promise.resolve({ write: () => Promise.reject(new Error("EIO")), close: () => Promise.resolve() }),
    });
    await segment.append([frameOf(777, "a"), frameOf(DIRECT_BYTES - 777, "b")], false);
    await expect(segment.append([frameOf(BLOCKS, "c")], false)).rejects.toThrow("EIO");
    await segment.seal();
    expect(statSync(path).size).toBe(DIRECT_BYTES);
  });
});

describe("A file that is written around the page cache", () => {
  it("says so when a place is not a block's, instead of writing elsewhere", async () => {
    const path = join(folder, "place");
    writeFileSync(path, "");
    const file = await DirectFile.open(path);
    // Some systems know no such way; there is nothing to refuse then.
    if (file === null) return;
    const answer = await file.write([Buffer.alloc(DIRECT_BYTES)], 100);
    const { size } = statSync(path);
    await file.close();
    // File systems in memory take any place.
    expect([answer, size]).toStrictEqual(answer === "written" ? ["written", 100 + DIRECT_BYTES] : ["not-supported", 0]);
  });
});
