import { crc32, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { pngOf } from "./png.ts";

const WIDTH = 5;
const HEIGHT = 3;
const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, at) => (at % 4 === 3 ? 255 : (at * 37) % 256));

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  readonly isIntact: boolean;
}

function chunksOf(png: Uint8Array): readonly Chunk[] {
  const bytes = Buffer.from(png);
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    const isIntact = bytes.readUInt32BE(at + 8 + length) === crc32(named);
    chunks.push({ type: named.toString("latin1", 0, 4), data: named.subarray(4), isIntact });
    at += 12 + length;
  }
  return chunks;
}

test("every pixel of the picture stands in the PNG, in intact chunks in their order", async () => {
  const chunks = chunksOf(await pngOf({ width: WIDTH, height: HEIGHT, pixels }));

  expect(chunks.map(({ type, isIntact }) => [type, isIntact])).toEqual([
    ["IHDR", true],
    ["IDAT", true],
    ["IEND", true],
  ]);
  const rows = inflateSync(chunks[1]?.data ?? Buffer.alloc(0));
  const expected = Array.from({ length: HEIGHT }, (_, row) => {
    const line = [...pixels.subarray(row * WIDTH * 4, (row + 1) * WIDTH * 4)];
    return [0, ...line.filter((_value, at) => at % 4 !== 3)];
  });
  expect([...rows]).toEqual(expected.flat());
  expect([...(chunks[0]?.data ?? [])]).toEqual([0, 0, 0, WIDTH, 0, 0, 0, HEIGHT, 8, 2, 0, 0, 0]);
});

test("equal pictures give equal bytes", async () => {
  const picture = { width: WIDTH, height: HEIGHT, pixels };

  expect(await pngOf(picture)).toEqual(await pngOf(picture));
});
