// How fast the program acknowledges people while it investigates. Prints one line; ends with 1 when it is too slow.
import { parseArgs } from "node:util";
import { measureAck } from "./measure/ack.ts";

const LIMIT_MS = 500;
const { values } = parseArgs({
  options: { lines: { type: "string", default: "1000000" }, interactions: { type: "string", default: "300" } },
});
const lines = Number(values.lines);
const figures = await measureAck({ lines, interactions: Number(values.interactions) });
const { interactions, lost, p50Ms, p99Ms, maxMs, looks, failedSources } = figures;
console.log(
  `acknowledged ${interactions} interactions (${lost} lost) while ${lines} log lines were investigated ${looks + 1} times (${failedSources} sources gave up): p50 ${p50Ms} ms, p99 ${p99Ms} ms, slowest ${maxMs} ms; limit for p99 ${LIMIT_MS} ms`,
);
process.exitCode = lost > 0 || p99Ms >= LIMIT_MS ? 1 : 0;
