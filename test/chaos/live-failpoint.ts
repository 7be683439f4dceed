// Stands in for src/platform/failpoint.ts in processes that were started with the preload beside this file.
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { orderFor, parseOrders } from "./orders.ts";
import { seeded } from "./random.ts";

const file = process.env["FP_FILE"] ?? "";
const random = seeded(Number(process.env["FP_SEED"] ?? "1") ^ process.pid);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Does what the orders say of this name: dies at the n-th hit over all processes, throws, or stops the world for a while. */
export function failpoint(name: string): void {
  const order = orderFor(parseOrders(ordersNow()), name);
  if (order === null) return;
  if (order.act === "kill") return dieAt(order.id, order.value);
  if (order.act === "delay") return void Atomics.wait(sleeper, 0, 0, order.value);
  if (random.chance(order.value)) throw new Error(`fail point ${name}`);
}

/** The file is read at every hit, so that one process can be told of many orders after each other. */
function ordersNow(): string {
  try {
    return process.env["FP"] ?? readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** One byte per hit, by all processes together; only one of them dies, and only once. */
function dieAt(id: string, hit: number): void {
  const hits = `${file}.${id}.hits`;
  appendFileSync(hits, ".");
  if (statSync(hits).size < hit) return;
  try {
    writeFileSync(`${file}.${id}.dead`, String(Date.now()), { flag: "wx" });
  } catch {
    return;
  }
  process.kill(process.pid, "SIGKILL");
  // The signal is on its way: nothing may happen after the mark.
  Atomics.wait(sleeper, 0, 0, 5_000);
}
