import type { IncomingMessage, ServerResponse } from "node:http";
import type { HTTPReceiver } from "@slack/bolt";
import type { Clock } from "../../app/ports.ts";
import type { HttpRoute } from "../../platform/http-route.ts";

export const EVENTS_PATH = "/slack/events";
const TOLERANCE_S = 5 * 60;

/**
 * The address to which Slack sends everything of one app in HTTP mode. Bolt checks the signature and refuses old timestamps; a
 * timestamp from the future it would accept, so that one is refused here.
 */
export function slackRoute(receiver: HTTPReceiver, clock: Clock, path: string): HttpRoute {
  return {
    kind: "node",
    path,
    handle: (request, response) => {
      if (isFromTheFuture(request, clock)) return refuse(response, 401);
      if (request.method !== "POST") return refuse(response, 404);
      receiver.requestListener(request, response);
    },
  };
}

function isFromTheFuture(request: IncomingMessage, clock: Clock): boolean {
  const stamp = Number(request.headers["x-slack-request-timestamp"]);
  return !Number.isFinite(stamp) || stamp > clock.nowMs() / 1000 + TOLERANCE_S;
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
