import { readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { createChunkRedactor } from "../../src/platform/redaction/chunks.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { createChance } from "./chance.ts";
import { KNOWN_KINDS } from "./kinds.ts";
import { benignLines } from "./measure.ts";

const TEN_MB = 10 * 1024 * 1024;
const CHUNK = 64 * 1024;
const DEADLINE_MS = 120_000;

export interface TenMegabytes {
  readonly wallMs: number;
  /** Of the whole process while the thread worked. */
  readonly cpuMs: number;
  /** How long the thread was ready and waited for a processor that others had; null where the system does not tell. */
  readonly waitedMs: number | null;
  readonly characters: number;
}

/** Ten megabytes of lines, every hundredth with a secret, through the windows in a thread of their own. */
export async function redactTenMegabytes(): Promise<TenMegabytes> {
  const worker = new Worker(new URL(import.meta.url));
  const { promise, resolve, reject } = Promise.withResolvers<TenMegabytes>();
  const timer = setTimeout(() => reject(new Error("ten megabytes took more than two minutes")), DEADLINE_MS);
  worker.once("message", resolve).once("error", reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function measure(): TenMegabytes {
  const text = corpus();
  const before = process.cpuUsage();
  const waitedBefore = waitedMs();
  const startedAt = performance.now();
  const windows = createChunkRedactor(createRedactor({ pseudonymKey: "bench" }));
  let characters = 0;
  for (let at = 0; at < text.length; at += CHUNK) characters += windows.push(text.slice(at, at + CHUNK)).length;
  characters += windows.end().length;
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - startedAt;
  const waited = waitedMs();
  return {
    wallMs,
    cpuMs: (user + system) / 1000,
    waitedMs: waited === null || waitedBefore === null ? null : waited - waitedBefore,
    characters,
  };
}

/** The second number of the scheduler's statistics: nanoseconds in the queue for a processor (Linux, proc_schedstat). */
function waitedMs(): number | null {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return null;
  }
}

function corpus(): string {
  const chance = createChance(9);
  const lines: string[] = [];
  let length = 0;
  let count = 0;
  for (const line of benignLines(Number.POSITIVE_INFINITY, chance)) {
    const kind = count++ % 100 === 0 ? KNOWN_KINDS[count % KNOWN_KINDS.length] : undefined;
    const whole = kind === undefined ? line : `${line} ${kind.make(chance).text}`;
    lines.push(whole);
    length += whole.length + 1;
    if (length >= TEN_MB) break;
  }
  return lines.join("\n");
}

if (!isMainThread) parentPort?.postMessage(measure());
