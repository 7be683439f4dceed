import { createHmac } from "node:crypto";
import type { Delivery } from "../app/delivery.ts";
import type { Logger } from "../app/ports.ts";
import { NO_TRACING, type Tracing } from "../app/tracing-port.ts";
import { readTracingSettings } from "../platform/telemetry/settings.ts";
import type { Config } from "./config.ts";
import type { Secrets } from "./secrets.ts";

export interface OpenedTracing extends Tracing {
  stop(): Promise<void>;
}

const OFF: OpenedTracing = { ...NO_TRACING, stop: () => Promise.resolve() };
/** Slack's methods have names, chat.postMessage; whatever else is called there has addresses that are secrets. */
const SLACK_METHODS = /^\/api\/[A-Za-z]{2,30}(?:\.[A-Za-z]{2,30}){1,3}$/u;

/**
 * Traces of this thread's work where the settings name a collector. Only then is anything of OpenTelemetry loaded. Never
 * throws: what cannot be used is logged, and the program runs without traces.
 */
export async function openTracing(config: Config, logger: Logger): Promise<OpenedTracing> {
  const { settings, problems } = readTracingSettings(config.env);
  for (const problem of problems) logger.warn({ problem }, "a setting of OpenTelemetry is not used as it is");
  if (settings === null) return OFF;
  try {
    const { startTracing } = await import("../platform/telemetry/tracing.ts");
    const origin = URL.parse(config.env["SLACK_API_URL"] ?? "")?.origin ?? "https://slack.com";
    const tracing = startTracing({ settings, logger, outbound: [{ origin, methods: SLACK_METHODS }] });
    logger.info({ serviceName: settings.serviceName }, "traces of this program go to the collector");
    return tracing;
  } catch (error) {
    logger.warn({ err: error }, "OpenTelemetry could not be loaded; this program runs without traces");
    return OFF;
  }
}

/** Names one received webhook, the same where it is taken and where it is worked on; with a key, so that it tells nothing. */
export type DeliveryKey = (source: string, delivery: Pick<Delivery, "raw" | "receivedAtMs">) => string;

export function deliveryKeys(secrets: Secrets): DeliveryKey {
  const secret = secrets.derive("trace-ids");
  return (source, { raw, receivedAtMs }) =>
    createHmac("sha256", secret).update(`${source}\n${receivedAtMs}\n`).update(raw).digest("hex");
}
