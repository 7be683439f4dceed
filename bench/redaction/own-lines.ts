import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

const LOG_FILE = /\.(?:log|txt|jsonl|ndjson)$/u;
const MAX_LINES = 2_000_000;
const BLOCK = 1 << 20;

/** Lines of every log file below a folder, at most two million. */
export function* linesOfFolder(folder: string): Generator<string> {
  let left = MAX_LINES;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
    if (!LOG_FILE.test(name)) continue;
    for (const line of linesOfFile(join(folder, name))) {
      if (left-- <= 0) return;
      if (line !== "") yield line;
    }
  }
}

function* linesOfFile(file: string): Generator<string> {
  const descriptor = openSync(file, "r");
  const decoder = new StringDecoder("utf8");
  const block = Buffer.alloc(BLOCK);
  let rest = "";
  try {
    for (let read = readSync(descriptor, block); read > 0; read = readSync(descriptor, block)) {
      const lines = (rest + decoder.write(block.subarray(0, read))).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    closeSync(descriptor);
  }
  yield rest;
}
