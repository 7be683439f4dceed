import { join } from "node:path";
import { type Config, parseConfig } from "./config.ts";
import { dataDirOf } from "./database.ts";
import { openSecrets } from "./secrets.ts";

/** Where the demo incident's bundle lies; the bundle source reads it as it would read anybody's. */
export function demoFolder(config: Config): string {
  return join(dataDirOf(config), "demo");
}

/** The secret that the demo's webhooks are signed with: the configured one, else one of this install's own. */
export function demoWebhookSecret(config: Config): string {
  const configured = config.env["PAGERDUTY_WEBHOOK_SECRETS"]?.split(",")[0]?.trim();
  if (configured !== undefined && configured !== "") return configured;
  return openSecrets({ given: config.core.TRACEOPS_SECRET, dataDir: dataDirOf(config) }).derive("demo-webhooks");
}

/** The same settings with the demo's evidence and webhook secret added where nothing is configured. */
export function withDemo(config: Config): Config {
  const added = { PAGERDUTY_WEBHOOK_SECRETS: demoWebhookSecret(config), TRACEOPS_BUNDLE: demoFolder(config) };
  const result = parseConfig({ ...added, ...config.env });
  return result.status === "valid" ? result.config : config;
}

const REAL_SETTINGS = [
  "SLACK_BOT_TOKEN",
  "PAGERDUTY_WEBHOOK_SECRETS",
  "PAGERDUTY_API_TOKEN",
  "ALERTMANAGER_WEBHOOK_TOKENS",
  "GENERIC_WEBHOOK_SECRETS",
];

/** True while nothing is connected that could wake us: then the demo shows what the product does. */
export function isUnconfigured(config: Config): boolean {
  return config.core.TRACEOPS_DEMO !== "off" && REAL_SETTINGS.every((name) => config.env[name] === undefined);
}
