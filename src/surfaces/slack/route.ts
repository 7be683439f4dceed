import type { IncomingMessage, ServerResponse } from "node:http";
import { parse as parseForm } from "node:querystring";
import type { HTTPReceiver } from "@slack/bolt";
import type { Clock, Logger } from "../../app/ports.ts";
import type { HttpRoute } from "../../platform/http-route.ts";
import { verifySlack } from "./verify.ts";

export const EVENTS_PATH = "/slack/events";
const MAX_BODY_BYTES = 1_000_000;

export interface SlackRouteSettings {
  readonly receiver: HTTPReceiver;
  readonly signingSecret: string;
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The address to which Slack sends everything of one app in HTTP mode. The signature is checked here, over the raw bytes and
 * with a bound in both directions of time. The receiver must not check it again: Bolt's check is over decoded text, where
 * different bytes can be one text, and has no bound ahead.
 */
export function slackRoute(settings: SlackRouteSettings): HttpRoute {
  return { kind: "node", path: settings.path, handle: (request, response) => answer(settings, request, response) };
}

async function answer(
  { receiver, signingSecret, path, clock, logger }: SlackRouteSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST" || request.url?.split("?")[0] !== path) return end(response, 404);
  const raw = await readBody(request);
  if (raw === "gone") return;
  if (raw === "too-large") return end(response, 413);

  const { "x-slack-request-timestamp": timestamp, "x-slack-signature": signature } = request.headersDistinct;
  const given = { raw, timestamp: timestamp?.join(", "), signature: signature?.join(", ") };
  const verdict = verifySlack(given, signingSecret, clock.nowMs());
  if (verdict.status === "refused") {
    logger.warn({ source: "slack", reason: verdict.reason }, "webhook refused");
    return end(response, 401);
  }
  if (!isObject(raw, request.headers["content-type"])) {
    // Authentic, but nothing to act on: Bolt would fail on it, and Slack would count the failure.
    logger.warn({ source: "slack" }, "slack sent something that cannot be read");
    return end(response, 200);
  }
  receiver.requestListener(Object.assign(request, { rawBody: raw }), response);
}

/** As Bolt will read it: a form, with JSON in its field `payload` or not, else JSON. */
function isObject(raw: Buffer, contentType: string | undefined): boolean {
  const text = raw.toString();
  if (contentType !== "application/x-www-form-urlencoded") return isJsonObject(text);
  const { payload } = parseForm(text);
  return typeof payload !== "string" || isJsonObject(payload);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** "gone" when the sender went away before the end. */
async function readBody(request: IncomingMessage): Promise<Buffer | "too-large" | "gone"> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Leaving the loop must not close the connection: the answer still has to go out on it.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > MAX_BODY_BYTES) return "too-large";
      chunks.push(bytes);
    }
  } catch {
    return "gone";
  }
  return Buffer.concat(chunks);
}

function end(response: ServerResponse, status: number): void {
  // What is left of a refused body is not read, so the connection cannot carry another request.
  if (status === 413 || status === 404) response.setHeader("connection", "close");
  response.writeHead(status).end();
}
