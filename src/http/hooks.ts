import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Delivery } from "../app/delivery.ts";
import type { Clock, Logger } from "../app/ports.ts";
import type { ReceiveOutcome } from "../app/receive-delivery.ts";
import { assertNever } from "../core/never.ts";
import { fixedAnswer, send } from "./answers.ts";
import { readBody } from "./read-body.ts";
import { within } from "./within.ts";

export interface HookReceiver {
  readonly clock: Clock;
  /** The largest body a source may send; null when there is no such source. */
  maxBodyBytes(source: string): number | null;
  receive(source: string, delivery: Delivery): Promise<ReceiveOutcome>;
}

export interface HookOptions {
  readonly hooks: HookReceiver;
  readonly logger: Logger;
  readonly isOverloaded: () => boolean;
  /** Senders give up after 3 to 15 s; a late answer is a lost one. */
  readonly answerWithinMs: number;
}

/** Answers one webhook. The status codes are a contract with the senders: see docs of each sender's retries. */
export async function answerHook(
  { hooks, isOverloaded, answerWithinMs }: HookOptions,
  source: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const maxBytes = hooks.maxBodyBytes(source);
  if (maxBytes === null) return send(response, fixedAnswer(404));
  if (isOverloaded()) return send(response, fixedAnswer(503));

  const raw = await readBody(request, maxBytes);
  const delivery = { raw, headers: headerTexts(request.headers), receivedAtMs: hooks.clock.nowMs() };
  const outcome = await within(hooks.receive(source, delivery), answerWithinMs);
  send(response, fixedAnswer(statusOfOutcome(outcome)));
}

function statusOfOutcome(outcome: ReceiveOutcome): number {
  switch (outcome.kind) {
    case "accepted":
    case "duplicate":
      return 202;
    case "refused":
      return 401;
    case "unknown-source":
      return 404;
    case "too-large":
      return 413;
    case "unavailable":
      return 503;
    default:
      return assertNever(outcome);
  }
}

/** Headers as one text each, names in lower case. */
export function headerTexts(headers: IncomingHttpHeaders): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}
