// Stands in for src/platform/failpoint.ts in processes that were started with the preload beside this file.
import { appendFileSync, linkSync, readFileSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { type Order, orderFor, parseOrders } from "./orders.ts";
import { seeded } from "./random.ts";

const file = process.env["FP_FILE"] ?? "";
const random = seeded(Number(process.env["FP_SEED"] ?? "1") ^ process.pid);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Does what the orders say of this name: dies or stands still at the n-th hit over all processes, throws, or waits. */
export function failpoint(name: string): void {
  const order = orderFor(parseOrders(ordersNow()), name);
  if (order === null) return;
  if (order.act === "kill" || order.act === "stop") return endAt(order);
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

/** One byte per hit, by all processes together; only one of them is hit, and only once. */
function endAt({ id, act, value: hit }: Order): void {
  const hits = `${file}.${id}.hits`;
  appendFileSync(hits, ".");
  if (statSync(hits).size < hit) return;
  // Whoever sees the mark reads all of it: it is written under another name first.
  const mine = `${file}.${id}.${process.pid}`;
  writeFileSync(mine, `${Date.now()} ${process.pid}`);
  try {
    linkSync(mine, `${file}.${id}.dead`);
  } catch {
    return;
  }
  process.kill(process.pid, act === "kill" ? "SIGKILL" : "SIGSTOP");
  // The signal is on its way: nothing may happen after the mark.
  Atomics.wait(sleeper, 0, 0, act === "kill" ? 5_000 : 200);
}
