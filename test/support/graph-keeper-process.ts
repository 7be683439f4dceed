// A process that keeps the service graph as fast as it can until it is killed. Waits for one line on stdin: {"folder",
// "connectionString"}; prints "ready" once it runs. A minute of its clock takes a tenth of a second.
import { readSync, writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { epochMs } from "../../src/core/ids.ts";
import { decodeRecord } from "../../src/ingest/decode-record.ts";
import { GraphKeeping } from "../../src/main/graph-keeping.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { openDatabases } from "../../src/store/databases.ts";
import { createGraphProgress } from "../../src/store/graph-progress.ts";
import { openSegments } from "./segments.ts";

const SPEED = 600;
const MAX_ROUNDS = 20_000;

const buffer = Buffer.alloc(64 * 1024);
const line = buffer.toString("utf8", 0, readSync(0, buffer));
const { folder, connectionString } = JSON.parse(line) as { folder: string; connectionString: string };
const startedMs = Date.now();
const clock = { nowMs: () => epochMs(startedMs + (Date.now() - startedMs) * SPEED) };
const problem = (_fields: object, message: string) => void writeSync(2, `${message}\n`);
const logger = { debug: () => undefined, info: () => undefined, warn: problem, error: problem };
const segments = await openSegments(folder, { writer: null, clock, decode: decodeRecord });
const progress = createGraphProgress(await openDatabases(connectionString), clock);
const keeping = new GraphKeeping({
  segments,
  progress,
  redactor: createRedactor({ pseudonymKey: "test" }),
  clock,
  logger,
});
writeSync(1, "ready\n");
// The killer comes; the bound is for the day it does not.
for (let round = 0; round < MAX_ROUNDS; round++) {
  await keeping.round(new AbortController().signal);
  await wait(2);
}
