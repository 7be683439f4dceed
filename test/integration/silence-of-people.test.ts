import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { FakeSlack } from "../support/fake-slack/fake-slack.ts";
import { freePort } from "../support/free-port.ts";
import { OutsideChecker } from "../support/outside-checker.ts";
import { MAY_MOUNT, OwnNames } from "../support/own-names.ts";
import { SmallDisk } from "../support/small-disk.ts";

/** Full size: SILENCE_ROUND_SECONDS=60 npx vitest run --project integration silence. Then the alarm may take 120 s. */
const ROUND_S = Number(process.env["SILENCE_ROUND_SECONDS"] ?? "6");
/** A checker that expects a call every round, and waits this much longer than one. */
const SILENCE_MS = ROUND_S * 1_600;
/** Two rounds: 120 s in real life. */
const ALARM_WITHIN_MS = ROUND_S * 2_000;
const PATIENCE_MS = ROUND_S * 6_000 + 30_000;
const TIMEOUT_MS = ALARM_WITHIN_MS + PATIENCE_MS + 60_000;
const SLACK_NAME = "slack.shop.example";
if (!MAY_MOUNT)
  process.stderr.write(
    "skipped: this account may not mount, so neither a dead name service nor a full disk can be had\n",
  );

const folder = mkdtempSync(join(tmpdir(), "traceops-silence-"));
const checker = new OutsideChecker();
const slack = new FakeSlack(() => Date.now());
const processes: { readonly child: ChildProcess; log(): string }[] = [];
let database: TestDatabase;
let disk: SmallDisk;
let names: OwnNames;

beforeAll(async () => {
  if (!MAY_MOUNT) return;
  database = await createTestDatabase();
  await slack.start();
  const data = join(folder, "data");
  mkdirSync(data);
  disk = new SmallDisk(data, 64);
  names = new OwnNames(folder, [SLACK_NAME]);
  const settings = {
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: data,
    TRACEOPS_SECRET: "a-master-secret-of-this-test-install-0123456789",
    HEARTBEAT_URL: await checker.start(),
    SELF_WATCH_SECONDS: String(ROUND_S),
    PORT: String(await freePort()),
    LOG_LEVEL: "warn",
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl.replace("127.0.0.1", SLACK_NAME),
  };
  processes.push(names.start(["serve"], settings), names.start(["worker"], settings));
  await heard();
}, TIMEOUT_MS);

afterAll(async () => {
  for (const { child } of processes) child.kill("SIGKILL");
  if (!MAY_MOUNT) return;
  await checker.stop();
  await slack.stop();
  disk.remove();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

const logs = () => processes.map((each) => each.log().slice(-1_500)).join("\n");

async function heard(): Promise<void> {
  await checker.nextBeat(PATIENCE_MS).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${logs()}`);
  });
}

/** Breaks something just after a beat, when the alarm takes longest; gives the time to the alarm, then repairs it. */
async function alarmOf(breaks: () => void, repairs: () => void): Promise<number | null> {
  await heard();
  const begun = performance.now();
  breaks();
  const alarmMs = await checker.alarmAfter(begun, { silenceMs: SILENCE_MS, patienceMs: ALARM_WITHIN_MS });
  repairs();
  await heard();
  process.stdout.write(
    `alarm after ${alarmMs === null ? "never" : `${Math.round(alarmMs)} ms`} of at most ${ALARM_WITHIN_MS} ms\n`,
  );
  return alarmMs;
}

const [serve, worker] = [() => processes[0]?.child, () => processes[1]?.child];
const FAULTS: readonly { readonly what: string; readonly breaks: () => void; readonly repairs: () => void }[] = [
  {
    what: "a worker that is stopped in the middle",
    breaks: () => worker()?.kill("SIGSTOP"),
    repairs: () => worker()?.kill("SIGCONT"),
  },
  {
    what: "a web server that is stopped in the middle",
    breaks: () => serve()?.kill("SIGSTOP"),
    repairs: () => serve()?.kill("SIGCONT"),
  },
  {
    what: "a revoked Slack token",
    breaks: () => slack.workspace.refusedTokens.set("xoxb-test", "token_revoked"),
    repairs: () => slack.workspace.refusedTokens.clear(),
  },
  { what: "a name service that knows Slack no more", breaks: () => names.die(), repairs: () => names.revive() },
  { what: "a full disk below the data folder", breaks: () => disk.fill(), repairs: () => disk.clear() },
];

test.skipIf(!MAY_MOUNT)(
  "control: while everything works there is no alarm",
  async () => {
    const begun = performance.now();

    expect(await checker.alarmAfter(begun, { silenceMs: SILENCE_MS, patienceMs: ALARM_WITHIN_MS })).toBeNull();
  },
  TIMEOUT_MS,
);

test.skipIf(!MAY_MOUNT).for(FAULTS)(
  "the outside checker alarms within two rounds of $what, without Slack, and hears us again after it",
  { timeout: TIMEOUT_MS },
  async ({ breaks, repairs }) => {
    expect(await alarmOf(breaks, repairs)).not.toBeNull();
  },
);
