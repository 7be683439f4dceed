import type { IncomingMessage, ServerResponse } from "node:http";
import type { Delivery } from "../app/delivery.ts";
import type { Clock } from "../app/ports.ts";
import type { Admission, ReceiveOutcome } from "../app/receive-delivery.ts";
import { assertNever } from "../core/never.ts";
import type { InFlight } from "../platform/bodies/in-flight.ts";
import { failpoint } from "../platform/failpoint.ts";
import { fixedAnswer, send } from "./answers.ts";
import { noRoom, readBody } from "./read-body.ts";
import { within } from "./within.ts";

export interface HookReceiver {
  readonly clock: Clock;
  /** Asked of the head, before anything of the body is read: anybody can send. */
  admit(source: string, headers: Delivery["headers"]): Admission;
  receive(source: string, delivery: Delivery): Promise<ReceiveOutcome>;
}

export interface HookOptions {
  readonly hooks: HookReceiver;
  readonly isOverloaded: () => boolean;
  /** Senders give up after 3 to 15 s; a late answer is a lost one. */
  readonly answerWithinMs: number;
  /** Of bytes held at once, for a source that exists; what one source holds takes no room of the others. */
  readonly budgetOf: (source: string) => InFlight;
}

/** Answers one webhook. The status codes are a contract with the senders: see docs of each sender's retries. */
export async function answerHook(
  options: HookOptions,
  source: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const headers = everyHeader(request);
  const admission = options.hooks.admit(source, headers);
  if (admission.kind !== "admitted") return send(response, fixedAnswer(statusOfOutcome(admission)));
  if (options.isOverloaded()) return send(response, fixedAnswer(503));

  const { maxBodyBytes } = admission;
  const outcome = await receiveWhole(options, source, { request, headers, maxBodyBytes });
  failpoint("hook.before-answer");
  send(response, fixedAnswer(statusOfOutcome(outcome)));
}

interface Admitted {
  readonly request: IncomingMessage;
  readonly headers: Delivery["headers"];
  readonly maxBodyBytes: number;
}

async function receiveWhole(
  { hooks, answerWithinMs, budgetOf }: HookOptions,
  source: string,
  { request, headers, maxBodyBytes }: Admitted,
): Promise<ReceiveOutcome> {
  const room = budgetOf(source).reserve(0);
  if (room === null) throw noRoom();
  let receiving: Promise<unknown> = Promise.resolve();
  try {
    const raw = await readBody(request, { room, maxBytes: maxBodyBytes });
    failpoint("hook.after-body");
    const received = hooks.receive(source, { raw, headers, receivedAtMs: hooks.clock.nowMs() });
    receiving = received;
    return await within(received, answerWithinMs);
  } finally {
    // Who was told to come again is no longer waited for, but what came is held until it is stored or refused.
    void Promise.allSettled([receiving]).then(() => room.release());
  }
}

/** The status code of each outcome. */
export function statusOfOutcome(outcome: ReceiveOutcome): number {
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
