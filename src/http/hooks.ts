import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Delivery } from "../app/delivery.ts";
import type { Clock, Logger } from "../app/ports.ts";
import type { ReceiveOutcome } from "../app/receive-delivery.ts";
import { assertNever } from "../core/never.ts";
import { failpoint } from "../platform/failpoint.ts";
import { fixedAnswer, send } from "./answers.ts";
import { type BodyBudget, withBody } from "./read-body.ts";
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
  readonly budget: BodyBudget;
}

/** Answers one webhook. The status codes are a contract with the senders: see docs of each sender's retries. */
export async function answerHook(
  { hooks, isOverloaded, answerWithinMs, budget }: HookOptions,
  source: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const maxBytes = hooks.maxBodyBytes(source);
  if (maxBytes === null) return send(response, fixedAnswer(404));
  if (isOverloaded()) return send(response, fixedAnswer(503));

  const outcome = await withBody({ request, maxBytes, budget }, (raw) => {
    failpoint("hook.after-body");
    const delivery = { raw, headers: everyHeader(request), receivedAtMs: hooks.clock.nowMs() };
    return within(hooks.receive(source, delivery), answerWithinMs);
  });
  failpoint("hook.before-answer");
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

/** All values of each header, also of those where Node keeps only the first: a signature that came twice must look like two. */
function everyHeader({ headersDistinct }: IncomingMessage): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values?.join(", ")]));
}

/** Headers as one text each, names in lower case. */
export function headerTexts(headers: IncomingHttpHeaders): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}
