import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { pagerDutyWebhook } from "../../src/demo/alerts.ts";
import { type IncidentTruth, writeIncident } from "../corpora/incident.ts";
import { TIMES } from "../corpora/incident-shop.ts";
import { type RunningProgram, startProgram } from "./running-program.ts";

const SECRET = "bench-webhook-secret";
const LINES_A_REQUEST = 1_000;
const POLL_MS = 25;
const GIVE_UP_MS = 60_000;

export interface LatencyFigures {
  readonly latenciesMs: readonly number[];
  /** Runs whose first cause was the deploy that the corpus is about. */
  readonly right: number;
  readonly stored: number;
  readonly sendingMs: number;
}

interface Given {
  readonly lines: number;
  readonly runs: number;
  readonly onStep: (text: string) => void;
}

/** Sends a made-up incident's lines into the whole program over HTTP, then raises and resolves its alert again and again. */
export async function measureLatency({ lines, runs, onStep }: Given): Promise<LatencyFigures> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-latency-"));
  let program: RunningProgram | null = null;
  try {
    const truth = writeIncident(join(folder, "corpus"), lines);
    program = await startProgram({ folder: join(folder, "data"), env: { PAGERDUTY_WEBHOOK_SECRETS: SECRET } });
    onStep(`${truth.lines} lines written, program ready`);
    const startedAt = performance.now();
    const stored = await sendAll(program.url, join(folder, "corpus"));
    const sendingMs = performance.now() - startedAt;
    onStep(`${stored} lines stored in ${Math.round(sendingMs)} ms`);
    const latenciesMs: number[] = [];
    let right = 0;
    for (let run = 1; run <= runs; run++) {
      const { tookMs, isRight } = await oneRun(program.url, truth, run);
      latenciesMs.push(tookMs);
      if (isRight) right += 1;
      onStep(`run ${run}: ${tookMs} ms${isRight ? "" : ", wrong answer"}`);
    }
    return { latenciesMs, right, stored, sendingMs };
  } finally {
    await program?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sendAll(url: string, corpus: string): Promise<number> {
  const changes = readFileSync(join(corpus, "changes.jsonl"), "utf8").trim().split("\n");
  for (const line of changes) {
    const { service, ref, at, by } = Change.parse(JSON.parse(line));
    await post(`${url}/v1/deploys`, "application/json", JSON.stringify({ service, version: ref, at, by }));
  }
  let stored = 0;
  for (const name of readdirSync(join(corpus, "logs"))) {
    for await (const batch of batches(join(corpus, "logs", name))) {
      const { accepted } = Accepted.parse(await post(`${url}/v1/events`, "application/x-ndjson", batch.join("\n")));
      stored += accepted;
    }
  }
  return stored;
}

const Change = z.object({ service: z.string(), ref: z.string(), at: z.string(), by: z.string() });
const Accepted = z.object({ accepted: z.number() });

async function* batches(file: string): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    batch.push(line);
    if (batch.length < LINES_A_REQUEST) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** As a sender does: 429 and 503 mean "later", anything but 200 is an error of the bench. */
async function post(url: string, type: string, body: string): Promise<unknown> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
    if (answer.status === 200) return answer.json();
    if (answer.status !== 429 && answer.status !== 503) throw new Error(`${url} answered ${answer.status}`);
    await wait(200);
  }
  throw new Error(`${url} did not take a batch in 50 attempts`);
}

const Answer = z.object({
  verdict: z.string(),
  hypotheses: z.array(z.object({ cause: z.object({ service: z.string(), kind: z.string() }) })),
});

async function oneRun(url: string, truth: IncidentTruth, run: number): Promise<{ tookMs: number; isRight: boolean }> {
  const alert = {
    atMs: TIMES.alertMs + run,
    service: "checkout",
    title: `Checkout success rate below 95 % (${run})`,
  };
  const startedAt = performance.now();
  await deliver(url, pagerDutyWebhook(alert));
  const answer = await answerOf(`${url}/i/INC-${run}.json`);
  const tookMs = Math.round(performance.now() - startedAt);
  // Ended, so that the next alert opens an incident of its own.
  await deliver(url, pagerDutyWebhook(alert, "resolved", alert.atMs + 60_000));
  await wait(500);
  const first = answer.hypotheses[0]?.cause;
  return { tookMs, isRight: first?.service === truth.service && first.kind === "change" };
}

async function deliver(url: string, body: object): Promise<void> {
  const status = await deliverSigned({ url, secret: SECRET }, body);
  if (status !== 202) throw new Error(`the webhook was answered with ${status}`);
}

async function answerOf(url: string): Promise<z.infer<typeof Answer>> {
  const deadline = performance.now() + GIVE_UP_MS;
  while (performance.now() < deadline) {
    const response = await fetch(url);
    const parsed = response.ok ? Answer.safeParse(await response.json()) : null;
    if (parsed?.success === true && parsed.data.hypotheses.length > 0) return parsed.data;
    await wait(POLL_MS);
  }
  throw new Error(`no answer at ${url} within ${GIVE_UP_MS / 1000} s`);
}
