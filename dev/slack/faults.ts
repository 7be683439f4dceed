import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Incoming } from "./bodies.ts";
import type { Json } from "./json.ts";
import type { Fault } from "./workspace.ts";

type Call = () => Promise<Json>;

/** Carries out one call the way the fault has it, and answers, or does not. */
export async function answerWithFault(fault: Fault | null, http: Incoming, call: Call): Promise<void> {
  if (fault === null) return answer(http.response, 200, await call());
  if (refuses(fault, http.response)) return;
  if (fault.kind === "stored-late") {
    http.request.socket.destroy();
    await sleep(fault.ms, undefined, { ref: false });
  }
  if (fault.kind === "doubled") await call();
  await afterwards(fault, http, await call());
}

/** True when nothing may be stored. */
function refuses(fault: Fault, response: ServerResponse): boolean {
  if (fault.kind === "silence-before") return true;
  if (fault.kind === "rate-limit") {
    response.setHeader("retry-after", String(fault.retryAfterS));
    answer(response, 429, { ok: false, error: "ratelimited" });
  }
  if (fault.kind === "refuse") answer(response, 200, { ok: false, error: fault.code });
  if (fault.kind === "error-before") answer(response, 500, {});
  return response.headersSent;
}

/** It was stored; only the answer goes wrong. */
async function afterwards(fault: Fault, { request, response }: Incoming, result: Json): Promise<void> {
  if (fault.kind === "silence-after" || fault.kind === "stored-late") return;
  if (fault.kind === "error-after") return answer(response, 500, {});
  if (fault.kind === "late") await sleep(fault.ms, undefined, { ref: false });
  const isLost = fault.kind === "reset-after" || (fault.kind === "doubled" && fault.isAnswerLost);
  if (isLost) request.socket.destroy();
  else answer(response, 200, result);
}

/** Answers with JSON, once. */
export function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
