// A process that appends as fast as it can until it is killed. Waits for one line on stdin: {"folder", "writer", "run",
// "again"}; "again" names batches whose answer the process before could not give. Prints "sent <id>" and "done <id>".
import { readSync, writeSync } from "node:fs";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { batchOf, newCatalog, openSegments, smallLimits } from "./segments.ts";
import { rowsOfBatch } from "./segments-named-batches.ts";

const IN_FLIGHT = 6;

const buffer = Buffer.alloc(64 * 1024);
const line = buffer.toString("utf8", 0, readSync(0, buffer));
const { folder, writer, run, again } = JSON.parse(line) as {
  folder: string;
  writer: string;
  run: number;
  again: readonly string[];
};
const segments = await openSegments(folder, { writer, limits: smallLimits({ segmentBytes: 200_000 }) });
const catalog = newCatalog();

async function send(id: string): Promise<void> {
  writeSync(1, `sent ${id}\n`);
  await segments.append(DEFAULT_TENANT, batchOf(rowsOfBatch(id), catalog));
  writeSync(1, `done ${id}\n`);
}

await Promise.all(again.map(send));
writeSync(1, "ready\n");
let number = 0;
const sender = async () => {
  // The killer comes; the bound is for the day it does not.
  while (number < 20_000) await send(`r${run}-b${number++}`);
};
await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
