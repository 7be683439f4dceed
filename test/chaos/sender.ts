import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Records } from "./story.ts";

export interface SenderOptions {
  readonly url: string;
  readonly secret: string;
  /** The deliveries leave evenly over this time; one that is not taken is repeated beside the others. */
  readonly overMs: number;
  readonly stop: AbortSignal;
}

export interface SenderFigures {
  accepted: number;
  repeats: number;
  /** Answers that tell a sender never to repeat: none is allowed. */
  refusals: number;
  slowestAckMs: number;
  readonly ackMs: number[];
}

/** PagerDuty gives a receiver five seconds. */
const ANSWER_WITHIN_MS = 5_000;
const REPEAT_AFTER_MS = { least: 250, most: 3_000 };
const MOST_AT_ONCE = 64;

/** A sender that repeats each delivery until it is taken, as PagerDuty does, only sooner. */
export class Sender {
  readonly figures: SenderFigures = { accepted: 0, repeats: 0, refusals: 0, slowestAckMs: 0, ackMs: [] };
  readonly #options: SenderOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_AT_ONCE });
  readonly #running = new Set<Promise<void>>();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Resolves when every delivery was taken, or the run was stopped. */
  async sendAll(deliveries: readonly object[]): Promise<void> {
    const begunMs = performance.now();
    for (const [index, delivery] of deliveries.entries()) {
      const dueMs = begunMs + (this.#options.overMs * index) / deliveries.length;
      const aheadMs = dueMs - performance.now();
      if (aheadMs > 0) await wait(aheadMs, null, { signal: this.#options.stop }).catch(() => undefined);
      while (this.#running.size >= MOST_AT_ONCE) await Promise.race(this.#running);
      if (this.#options.stop.aborted) break;
      const work = this.send(delivery).finally(() => this.#running.delete(work));
      this.#running.add(work);
    }
    await Promise.all(this.#running);
    this.#agent.destroy();
  }

  /** One delivery, until it is taken. */
  async send(delivery: object): Promise<void> {
    const raw = JSON.stringify(delivery);
    let pauseMs = REPEAT_AFTER_MS.least;
    while (!this.#options.stop.aborted) {
      const begunMs = performance.now();
      const status = await this.#post(raw).catch(() => 0);
      if (status >= 200 && status < 300) return this.#took(performance.now() - begunMs);
      if (status >= 400 && status < 500) this.figures.refusals += 1;
      this.figures.repeats += 1;
      await wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, REPEAT_AFTER_MS.most);
    }
  }

  #took(ms: number): void {
    this.figures.accepted += 1;
    this.figures.ackMs.push(ms);
    this.figures.slowestAckMs = Math.max(this.figures.slowestAckMs, ms);
  }

  #post(raw: string): Promise<number> {
    const signature = createHmac("sha256", this.#options.secret).update(raw).digest("hex");
    const headers = { "content-type": "application/json", "x-pagerduty-signature": `v1=${signature}` };
    return new Promise((resolve, reject) => {
      const call = request(
        new URL("/hooks/pagerduty", this.#options.url),
        { method: "POST", headers, agent: this.#agent, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) },
        (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode ?? 0));
          response.once("error", reject);
        },
      );
      call.once("error", reject);
      call.end(raw);
    });
  }
}

const MOST_RECORDS = 100;
const TAKEN_WITHIN_MS = 10_000;

/** Tells the program what was recorded of these incidents, as CI and the services do; rejects when it does not take it. */
export async function sendRecords(url: string, told: readonly (Records | null)[]): Promise<void> {
  const records = told.filter((each) => each !== null);
  for (let from = 0; from < records.length; from += MOST_RECORDS) {
    const some = records.slice(from, from + MOST_RECORDS);
    const lines = some.flatMap((each) => each.lines).map((line) => JSON.stringify(line));
    await push(`${url}/v1/deploys`, "application/json", JSON.stringify(some.map(({ deploy }) => deploy)));
    await push(`${url}/v1/events`, "application/x-ndjson", lines.join("\n"));
  }
}

async function push(address: string, type: string, body: string): Promise<void> {
  const signal = AbortSignal.timeout(TAKEN_WITHIN_MS);
  const response = await fetch(address, { method: "POST", headers: { "content-type": type }, body, signal });
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
}
