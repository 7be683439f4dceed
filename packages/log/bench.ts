import { readFileSync } from "node:fs";
import { createLog, type Log } from "./src/index.ts";

// What a call costs and whether the event loop stays free: `node packages/log/bench.ts`. CPU time of this process, medians.

const CALLS = 50_000;
const ROUNDS = 7;
const PER_TURN = 100;
const BURST = 100_000;
/** Nobody listens here: the endpoint is dead. */
const DEAD = "http://127.0.0.1:9/";

/** One line of the result. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

type Arm = readonly [name: string, call: (log: Log, index: number) => void];

const ARMS: readonly Arm[] = [
  ["below the level", (log) => log.debug("cart priced", { items: 3 })],
  ["message only", (log) => log.info("cart priced")],
  ["three fields", (log, index) => log.info("cart priced", { cartId: `c-${index}`, items: 3, ms: index % 40 })],
  [
    "nested fields",
    (log, index) =>
      log.info("answered", { http: { method: "GET", route: "/cart/:id", status: 200 }, user: `u-${index}` }),
  ],
  ["a text that needs redaction", (log, index) => log.info(`login of u-${index} with token=abcdef${index}`)],
  ["tag", (log, index) => log.tag("SESSION_DROP", { userId: `u-${index}`, reason: "idle" })],
  ["an error with a cause", (log, index) => log.error("payment failed", failure(index))],
];

function failure(index: number): Error {
  return new Error(`declined ${index}`, { cause: new TypeError("no card") });
}

async function perCall([name, call]: Arm): Promise<void> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Room for all of them: a record that is dropped costs nearly nothing.
    const limits = { queueRecords: 2 * CALLS, queueBytes: 256 * 1024 * 1024 };
    const log = createLog({ service: "checkout", version: "1.4.2", output: "none", url: DEAD, limits });
    const before = process.cpuUsage();
    for (let index = 0; index < CALLS; index++) call(log, index);
    const { user, system } = process.cpuUsage(before);
    rounds.push((user + system) / CALLS);
    await log.close(0);
  }
  const sorted = rounds.toSorted((left, right) => left - right);
  say(`${name}: ${at(sorted, 0.5)} µs a call (${at(sorted, 0)} to ${at(sorted, 1)})`);
}

/**
 * How long the event loop is held while records are written in every turn; on Linux in CPU time of the
 * event loop's own thread, else by the clock, to which a busy machine adds.
 */
async function burst(): Promise<void> {
  const log = createLog({ service: "checkout", output: "none", url: DEAD });
  const turns: number[] = [];
  for (let index = 0; index < BURST; ) {
    const startMs = busyMs();
    for (const end = index + PER_TURN; index < end; index++) {
      log.info("cart priced", { cartId: `c-${index}`, items: 3, ms: index % 40 });
    }
    await new Promise((resolve) => setImmediate(resolve));
    turns.push(busyMs() - startMs);
  }
  turns.sort((left, right) => left - right);
  const { push } = log.stats();
  say(
    `burst of ${BURST} with a dead endpoint, turns of ${PER_TURN} calls: ${at(turns, 0.5)} ms, 99 % ${at(turns, 0.99)}, ` +
      `99.9 % ${at(turns, 0.999)}, longest ${at(turns, 1)}; ${push?.dropped} dropped, ${push?.queued} kept`,
  );
  await log.close(0);
}

/** What the main thread has run so far. */
function busyMs(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ", 1)[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

for (const arm of ARMS) await perCall(arm);
for (let round = 0; round < 5; round++) await burst();
