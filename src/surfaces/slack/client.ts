import { LogLevel, type Logger as SlackLogger } from "@slack/bolt";
import { WebClient, type WebClientOptions } from "@slack/web-api";
import type { Logger } from "../../app/ports.ts";
import type { Redactor } from "../../app/redactor.ts";
import { createHostFetch, type HostFetch } from "../../platform/safe-fetch-hosts.ts";

const CALL_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16_777_216;
const SLACK_API_URL = "https://slack.com/api/";

export interface ClientSettings {
  /** For tests; Slack's own address when undefined. */
  readonly apiUrl: string | undefined;
  readonly logger: SlackLogger;
}

/**
 * How this program speaks to Slack: one try, ten seconds, and a rate limit comes back as an error. Slack has no key that
 * makes a second try harmless, so the library must never repeat a call by itself.
 */
export function clientOptions(settings: ClientSettings, timeoutMs = CALL_TIMEOUT_MS): WebClientOptions {
  return {
    retryConfig: { retries: 0 },
    timeout: timeoutMs,
    rejectRateLimitedCalls: true,
    logger: settings.logger,
    fetch: slackFetch(settings.apiUrl, timeoutMs),
    allowAbsoluteUrls: false,
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: withSlash(settings.apiUrl) }),
  };
}

/** The way to Slack and to nobody else: its API, and the addresses below its name that it gives for answers and uploads. */
export function slackFetch(apiUrl: string | undefined, timeoutMs: number): HostFetch {
  const { origin, hostname } = new URL(apiUrl ?? SLACK_API_URL);
  return createHostFetch({ origins: [origin, `https://*.${hostname}`], timeoutMs, maxBytes: MAX_ANSWER_BYTES });
}

/** A client for one token. */
export function webClient(token: string, settings: ClientSettings, timeoutMs = CALL_TIMEOUT_MS): WebClient {
  return new WebClient(token, clientOptions(settings, timeoutMs));
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** Slack's libraries log into our log: warnings and errors only, redacted, because the rest holds payloads. */
export function libraryLogger(logger: Logger, redactor: Redactor): SlackLogger {
  const text = (parts: readonly unknown[]) => redactor.text(parts.map(String).join(" ").slice(0, 500));
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts) => logger.warn({ said: text(parts) }, "slack library warned"),
    error: (...parts) => logger.error({ said: text(parts) }, "slack library failed"),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
