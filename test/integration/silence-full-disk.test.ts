import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { withClient } from "../../src/store/client.ts";
import { createStore } from "../../src/store/create-store.ts";
import { connectionString } from "../../src/store/embedded/admin.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, WEBHOOK_SECRET } from "../support/install.ts";
import { pagerDutyAlert } from "../support/limits/alert.ts";
import { OutsideChecker } from "../support/outside-checker.ts";
import { MAY_MOUNT } from "../support/own-names.ts";
import { type RealProcess, startTraceops } from "../support/processes.ts";
import { SmallDisk } from "../support/small-disk.ts";

/** Full size: SILENCE_ROUND_SECONDS=60 npx vitest run --project integration silence. Then the alarm may take 120 s. */
const ROUND_S = Number(process.env["SILENCE_ROUND_SECONDS"] ?? "6");
const SILENCE_MS = ROUND_S * 1_600;
const ALARM_WITHIN_MS = ROUND_S * 2_000;
const PATIENCE_MS = ROUND_S * 6_000 + 60_000;
const TIMEOUT_MS = ALARM_WITHIN_MS + PATIENCE_MS + 60_000;
/** Room for the embedded server and its log, not for much more. */
const DISK_MB = 320;
const WEBHOOKS = 12;
const Server = z.object({ port: z.number(), password: z.string() });
if (!MAY_MOUNT) process.stderr.write("skipped: this account may not mount, so no full disk can be had\n");

// The server runs as an account without rights, which has to reach it.
const folder = mkdtempSync("/var/tmp/traceops-full-");
chmodSync(folder, 0o755);
const data = join(folder, "data");
const checker = new OutsideChecker();
let disk: SmallDisk;
let program: RealProcess;
let url: string;

beforeAll(async () => {
  if (!MAY_MOUNT) return;
  mkdirSync(data);
  disk = new SmallDisk(data, DISK_MB);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  program = startTraceops(["start"], {
    TRACEOPS_DATA_DIR: data,
    TRACEOPS_SECRET: "a-master-secret-of-this-test-install-0123456789",
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    HEARTBEAT_URL: await checker.start(),
    SELF_WATCH_SECONDS: String(ROUND_S),
    PORT: String(port),
    LOG_LEVEL: "warn",
  });
  await heard();
}, TIMEOUT_MS);

afterAll(async () => {
  if (MAY_MOUNT) {
    await program.stop().catch(() => program.child.kill("SIGKILL"));
    await checker.stop();
    disk.remove();
  }
  rmSync(folder, { recursive: true, force: true });
}, 90_000);

async function heard(): Promise<void> {
  await checker.nextBeat(PATIENCE_MS).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${program.log().slice(-3_000)}`);
  });
}

function databaseUrl(): string {
  const { port, password } = Server.parse(JSON.parse(readFileSync(join(data, "server.json"), "utf8")));
  return connectionString(port, password);
}

const deliver = (id: string) =>
  deliverSigned({ url, secret: WEBHOOK_SECRET }, pagerDutyAlert({ id, service: `shop-${id}` })).catch(() => null);

test.skipIf(!MAY_MOUNT)(
  "a disk without room silences the heartbeat within two rounds; whatever was acknowledged meanwhile is there afterwards",
  async () => {
    const store = await createStore(databaseUrl(), { clock: systemClock });
    await expect(store.checkRoom()).resolves.toBeUndefined();
    const begun = performance.now();
    disk.fill();
    const room = await store.checkRoom().catch((error: unknown) => String(error));
    const statuses = new Map<string, number | null>();
    for (let index = 0; index < WEBHOOKS; index++) statuses.set(`QFULL${index}`, await deliver(`QFULL${index}`));
    const alarmMs = await checker.alarmAfter(begun, { silenceMs: SILENCE_MS, patienceMs: ALARM_WITHIN_MS });
    await store.close();
    disk.clear();
    await heard();
    process.stdout.write(`alarm after ${alarmMs} ms; webhooks were answered ${[...statuses.values()].join(" ")}\n`);

    expect(room).toContain("No space left on device");
    expect(alarmMs).not.toBeNull();
    // Senders repeat after these; any other refusal would lose the event.
    expect([...statuses.values()].filter((status) => status !== null && status !== 202 && status !== 503)).toEqual([]);
    const taken = [...statuses].filter(([, status]) => status === 202).map(([id]) => id);
    await eventually(async () => {
      const known = await withClient(databaseUrl(), (client) =>
        client.query("SELECT alert->>'externalId' AS id FROM alert_fact WHERE tenant = 'default'"),
      );
      const text = JSON.stringify(known.rows);
      return taken.every((id) => text.includes(`"${id}"`)) ? true : null;
    }, PATIENCE_MS);
  },
  TIMEOUT_MS,
);
