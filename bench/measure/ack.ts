import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { press, slashCommand, submitView } from "../../dev/slack/payloads/acts.ts";
import type { Sent } from "../../dev/slack/payloads/sent.ts";
import { SlackServer } from "../../dev/slack/server.ts";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { pagerDutyWebhook } from "../../src/demo/alerts.ts";
import { startProgram } from "./running-program.ts";

const SECRETS = { slack: "bench-signing-secret", pagerduty: "bench-webhook-secret" };
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
  let program: Program | null = null;
  try {
    await slack.start();
    await writeLogs(join(folder, "bundle"), given.lines);
    program = await start(folder, slack.apiUrl);
    slack.courier.target = { url: `${program.url}/slack/events`, signingSecret: SECRETS.slack };
    return await interact(slack, { url: program.url, program, ...given });
  } finally {
    await program?.stop();
    await slack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Program {
  readonly url: string;
  readonly stop: () => Promise<void>;
  looks: number;
  failed: number;
}

async function start(folder: string, apiUrl: string): Promise<Program> {
  const program: Program = { url: "", looks: 0, failed: 0, stop: () => Promise.resolve() };
  const running = await startProgram({
    folder,
    env: {
      TRACEOPS_BUNDLE: join(folder, "bundle"),
      PAGERDUTY_WEBHOOK_SECRETS: SECRETS.pagerduty,
      SLACK_BOT_TOKEN: "xoxb-test",
      SLACK_SIGNING_SECRET: SECRETS.slack,
      SLACK_CHANNEL: "C0INCIDENTS",
      SLACK_API_URL: apiUrl,
    },
    onLine: (line) => {
      if (line.includes("investigation ended")) program.looks += 1;
      if (line.includes("evidence source failed")) program.failed += 1;
    },
  });
  return Object.assign(program, { url: running.url, stop: () => running.stop() });
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
