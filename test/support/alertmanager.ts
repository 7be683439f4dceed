import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { eventually } from "./install.ts";

export interface Alertmanager {
  /** Takes alerts as Prometheus sends them. */
  tell(...alerts: readonly PostedAlert[]): Promise<void>;
  /** Notifications it has tried to send, and how many of them were not taken. */
  sent(): Promise<{ readonly requests: number; readonly failed: number }>;
  stop(): Promise<void>;
}

export interface Webhook {
  readonly url: string;
  readonly token: string;
  /** Labels that make a group; without any, all alerts are one group. */
  readonly groupBy: readonly string[];
}

export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

const CALL_MS = 5_000;
const STOP_MS = 5_000;

/** Debian's Alertmanager, or the one ALERTMANAGER_PATH names; null where there is none. */
export function alertmanagerPath(): string | null {
  const candidates = [process.env["ALERTMANAGER_PATH"], "/usr/bin/prometheus-alertmanager", "/usr/bin/alertmanager"];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** A real Alertmanager in a folder of its own that notifies one webhook, and again every second. */
export async function startAlertmanager(program: string, webhook: Webhook): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-alertmanager-"));
  const config = join(folder, "alertmanager.yml");
  writeFileSync(config, configOf(webhook));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      // Alone: it looks for no others and listens on no second port.
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(force);
    rmSync(folder, { recursive: true, force: true });
  };
  const ask = (path: string, request: RequestInit = {}) =>
    fetch(`http://${address}${path}`, { ...request, signal: AbortSignal.timeout(CALL_MS) });
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended with ${child.exitCode}`);
    return (await ask("/-/ready").catch(() => null))?.ok ? true : null;
  }).catch(async (cause: unknown) => {
    await stop();
    throw cause;
  });
  return { tell: (...alerts) => tell(ask, alerts), sent: () => sent(ask), stop };
}

type Ask = (path: string, request?: RequestInit) => Promise<Response>;

async function tell(ask: Ask, alerts: readonly PostedAlert[]): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await ask("/api/v2/alerts", { method: "POST", headers, body: JSON.stringify(alerts) });
  if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`);
}

async function sent(ask: Ask) {
  const metrics = await (await ask("/metrics")).text();
  const value = (name: string) =>
    Number(new RegExp(`^${name}\\{integration="webhook"[^}]*\\} (\\d+)`, "mu").exec(metrics)?.[1] ?? "0");
  return {
    requests: value("alertmanager_notification_requests_total"),
    failed: value("alertmanager_notification_requests_failed_total"),
  };
}

/** As an administrator would write it, with shorter waits. */
function configOf({ url, token, groupBy }: Webhook): string {
  return `route:
  receiver: traceops
  group_by: [${groupBy.join(", ")}]
  group_wait: 100ms
  group_interval: 1s
  repeat_interval: 1s
receivers:
  - name: traceops
    webhook_configs:
      - url: ${url}
        http_config:
          authorization:
            credentials: ${token}
`;
}
