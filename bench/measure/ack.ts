import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { press, slashCommand, submitView } from "../../dev/slack/payloads/acts.ts";
import type { Sent } from "../../dev/slack/payloads/sent.ts";
import { SlackServer } from "../../dev/slack/server.ts";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { pagerDutyWebhook } from "../../src/demo/alerts.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SECRETS = { slack: "bench-signing-secret", pagerduty: "bench-webhook-secret" };
const READY_WITHIN_MS = 120_000;
const GIVE_UP_MS = 600_000;
const PAUSE_MS = 25;

export interface AckFigures {
  readonly interactions: number;
  /** Those that were not acknowledged with 200 in three seconds. */
  readonly lost: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Looks into the logs that ended while the interactions came. */
  readonly looks: number;
  /** How often a source gave up, for example because so many lines take longer than its deadline. */
  readonly failedSources: number;
  readonly lines: number;
}

/**
 * Starts the whole program in one process of its own and presses, types and submits while it investigates this many log
 * lines. An interaction counts only when a look was running before it was sent and after it was acknowledged.
 */
export async function measureAck(given: {
  readonly lines: number;
  readonly interactions: number;
}): Promise<AckFigures> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-ack-"));
  const slack = new SlackServer({ nowMs: () => Date.now() });
  let child: ChildProcess | null = null;
  try {
    await slack.start();
    await writeLogs(join(folder, "bundle"), given.lines);
    const url = `http://127.0.0.1:${await freePort()}`;
    const program = start(folder, { url, apiUrl: slack.apiUrl });
    child = program.child;
    await ready(url);
    slack.courier.target = { url: `${url}/slack/events`, signingSecret: SECRETS.slack };
    return await interact(slack, { url, program, ...given });
  } finally {
    await ended(child);
    await slack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Program {
  readonly child: ChildProcess;
  looks: number;
  failed: number;
}

function start(folder: string, { url, apiUrl }: { readonly url: string; readonly apiUrl: string }): Program {
  const args = ["--disable-warning=ExperimentalWarning", join(ROOT, "src/cli/traceops.ts"), "start"];
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    ...(process.env["DATABASE_URL"] === undefined ? {} : { DATABASE_URL: process.env["DATABASE_URL"] }),
    TRACEOPS_DATA_DIR: folder,
    TRACEOPS_BUNDLE: join(folder, "bundle"),
    PAGERDUTY_WEBHOOK_SECRETS: SECRETS.pagerduty,
    PORT: new URL(url).port,
    LOG_LEVEL: "info",
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: SECRETS.slack,
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: apiUrl,
  };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const program: Program = { child, looks: 0, failed: 0 };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (line.includes("investigation ended")) program.looks += 1;
      if (line.includes("evidence source failed")) program.failed += 1;
    });
  }
  return program;
}

/** One alert after the other, so that there is always a look that runs. */
async function interact(
  slack: SlackServer,
  { url, program, lines, interactions }: { url: string; program: Program; lines: number; interactions: number },
): Promise<AckFigures> {
  const times: number[] = [];
  let lost = 0;
  let alerts = 0;
  let asked = -1;
  const deadline = Date.now() + GIVE_UP_MS;
  const first = program.looks;
  for (let number = 0; times.length + lost < interactions && Date.now() < deadline; number++) {
    if (asked < program.looks) {
      asked = program.looks;
      alerts += 1;
      await alert(url, alerts);
      // From the webhook to the start of the look.
      await wait(500);
    }
    const before = program.looks;
    const { status, tookMs } = await slack.courier.deliver(interaction(number, slack.responseUrl));
    if (status !== 200) lost += 1;
    else if (program.looks === before) times.push(tookMs);
    await wait(PAUSE_MS);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? -1);
  return {
    interactions: times.length,
    lost,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    looks: program.looks - first,
    failedSources: program.failed,
    lines,
  };
}

const VALUE = JSON.stringify({ v: 1, i: "INC-1", r: 1 });
const VOTE = JSON.stringify({ v: 1, i: "INC-1", r: 1, h: "h1", a: "yes" });

const NOTE_WINDOW = {
  type: "modal",
  callback_id: "inc.note.text",
  private_metadata: JSON.stringify({ v: 1, incident: "INC-1" }),
  title: { type: "plain_text", text: "Add a note" },
  blocks: [],
};
const NOTE = { text: { field: { type: "plain_text_input", value: "looking into it" } } };

/** Every way to speak to the program, in turn. */
function interaction(number: number, responseUrl: string): Sent {
  const user = "U0ADA";
  const kinds = [
    () => slashCommand({ user, text: "list", responseUrl }),
    () => press({ user, action: "hyp.feedback.yes", value: VOTE, responseUrl }),
    () => slashCommand({ user, text: "status", responseUrl }),
    () => press({ user, action: "inc.note", value: VALUE, responseUrl }),
    () => submitView({ user, view: NOTE_WINDOW, values: NOTE }),
    () => slashCommand({ user, text: "help", responseUrl }),
  ];
  const made = kinds[number % kinds.length];
  if (made === undefined) throw new RangeError("there is always a kind");
  return made();
}

async function alert(url: string, number: number): Promise<void> {
  const body = pagerDutyWebhook({
    atMs: Date.now() - 60_000,
    service: `shelf-${number}`,
    title: `shelf-${number}: errors`,
  });
  const status = await deliverSigned({ url, secret: SECRETS.pagerduty }, body);
  if (status !== 202) throw new Error(`the webhook was answered with ${status}`);
}

const SERVICES = ["shelf-1", "till", "basket", "search"];

/** Log lines of the last two hours, one in a hundred an error. */
async function writeLogs(folder: string, lines: number): Promise<void> {
  mkdirSync(join(folder, "logs"), { recursive: true });
  const now = Date.now();
  for (const [index, service] of SERVICES.entries()) {
    const file = createWriteStream(join(folder, "logs", `${service}.log`));
    for (let line = index; line < lines; line += SERVICES.length) {
      const at = new Date(now - 7_200_000 + (7_200_000 * line) / lines).toISOString();
      const text =
        line % 100 < SERVICES.length
          ? `ERROR request ${line} failed after ${line % 900} ms: connection to till refused`
          : `INFO request ${line} answered 200 in ${line % 90} ms`;
      if (!file.write(`${at} ${text}\n`)) await new Promise<void>((go) => file.once("drain", () => go()));
    }
    file.end();
    await finished(file);
  }
}

async function ready(url: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    await wait(200);
  }
  throw new Error(`the program was not ready within ${READY_WITHIN_MS / 1000} s`);
}

async function ended(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null) return;
  const exit = new Promise<void>((gone) => child.once("exit", () => gone()));
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exit;
  clearTimeout(kill);
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
