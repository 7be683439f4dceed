import { createHmac } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { pagerDutyWebhook } from "../../src/demo/alerts.ts";
import { type BenchBody, markedBytes } from "./ingest-bodies.ts";
import type { MeasuredServer } from "./ingest-process.ts";

export interface AckFigures {
  readonly webhooks: number;
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Events that came in meanwhile, per second of wall time. */
  readonly eventsPerSecond: number;
}

export interface AckLoad {
  readonly bodies: readonly BenchBody[];
  /** Events per second, 0 for none; null sends as fast as the server takes them. */
  readonly eventsPerSecond: number | null;
  readonly webhooks: number;
  readonly secret: string;
}

const PAUSE_MS = 20;
const AT_ONCE = 4;
const MAX_WAITING = 64;

/** How long signed webhooks wait for their 202 while events come in on the same server. */
export async function measureAcks(server: MeasuredServer, load: AckLoad): Promise<AckFigures> {
  const state = { isOver: false, events: 0, number: 0 };
  const send = async (): Promise<void> => {
    const number = ++state.number;
    const body = load.bodies[number % load.bodies.length];
    if (body === undefined) return;
    const status = await server.post(body.path, markedBytes(body, 0x70000000 + number), {
      "content-type": body.contentType,
    });
    if (status === 200) state.events += body.events;
  };
  const started = performance.now();
  const sending = load.eventsPerSecond === null ? flood(state, send) : pace(state, send, load);
  const times: number[] = [];
  let refused = 0;
  for (let webhook = 0; webhook < load.webhooks; webhook++) {
    const before = performance.now();
    const status = await sendWebhook(server, load.secret, webhook);
    if (status === 202) times.push(performance.now() - before);
    else refused++;
    await wait(PAUSE_MS);
  }
  const seconds = (performance.now() - started) / 1000;
  const { events } = state;
  state.isOver = true;
  await sending;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? -1) * 10) / 10;
  return {
    webhooks: times.length,
    refused,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    eventsPerSecond: Math.round(events / seconds),
  };
}

async function flood(state: { readonly isOver: boolean }, send: () => Promise<void>): Promise<void> {
  const one = async () => {
    while (!state.isOver) await send();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Sends at fixed times, whether or not the answers have come: a slow server does not slow its senders. */
async function pace(state: { readonly isOver: boolean }, send: () => Promise<void>, load: AckLoad): Promise<void> {
  if (load.eventsPerSecond === 0) return;
  const perRequest = load.bodies[0]?.events ?? 1;
  const everyMs = (1000 * perRequest) / (load.eventsPerSecond ?? perRequest);
  const waiting = new Set<Promise<void>>();
  const started = performance.now();
  for (let number = 0; !state.isOver; number++) {
    const dueMs = started + number * everyMs - performance.now();
    if (dueMs > 1) await wait(dueMs);
    if (waiting.size >= MAX_WAITING) await Promise.race(waiting);
    const sent: Promise<void> = send().finally(() => waiting.delete(sent));
    waiting.add(sent);
  }
  await Promise.all(waiting);
}

const RUN = String(process.pid);

async function sendWebhook(server: MeasuredServer, secret: string, number: number): Promise<number> {
  const told = { atMs: Date.now(), service: `shelf-${RUN}-${number}`, title: `shelf ${number}: errors` };
  const raw = Buffer.from(JSON.stringify(pagerDutyWebhook(told)));
  const signature = createHmac("sha256", secret).update(raw).digest("hex");
  return server.post("/hooks/pagerduty", raw, {
    "content-type": "application/json",
    "x-pagerduty-signature": `v1=${signature}`,
  });
}
