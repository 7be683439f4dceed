import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parsed } from "./json.ts";
import type { Sent } from "./payloads/sent.ts";
import type { SocketLine } from "./socket-line.ts";

/** Slack gives a program three seconds. */
export const ACK_WITHIN_MS = 3000;
const MOST_KEPT = 20_000;

/** Where HTTP deliveries go, and the secret they are signed with. */
export interface Target {
  readonly url: string;
  readonly signingSecret: string;
}

/** What came back for one delivery. */
export interface Receipt {
  /** The HTTP status; 200 for an acknowledged envelope, 0 when there was none in time. */
  readonly status: number;
  readonly body: unknown;
  readonly tookMs: number;
}

export interface DeliveryOptions {
  /** Seconds by which the time of the signature is off. */
  readonly skewS?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which attempt this is; 0 for the first one. */
  readonly retry?: number;
}

/** Carries commands, presses and events to the program: signed over HTTP, or as envelopes over an open line. */
export class Courier {
  /** How long every acknowledgement took, in milliseconds. */
  readonly ackTimes: number[] = [];
  target: Target | null = null;
  readonly #line: SocketLine;
  #envelopes = 0;

  constructor(line: SocketLine) {
    this.#line = line;
  }

  /** One delivery, over the open line when there is one. */
  async deliver(sent: Sent, options: DeliveryOptions = {}): Promise<Receipt> {
    const startedAt = performance.now();
    const { status, body } = this.#line.isOpen
      ? await this.#overLine(sent, options)
      : await this.#overHttp(sent, options);
    const tookMs = performance.now() - startedAt;
    if (this.ackTimes.length < MOST_KEPT) this.ackTimes.push(tookMs);
    return { status, body, tookMs };
  }

  /** As Slack does with an event that nobody acknowledged: again, three times at most, saying so. */
  async deliverUntilTaken(
    sent: Sent,
    retryAfterMs: readonly number[] = [0, 60_000, 300_000],
  ): Promise<readonly Receipt[]> {
    const receipts = [await this.deliver(sent)];
    for (const [index, waitMs] of retryAfterMs.entries()) {
      const last = receipts.at(-1);
      if (last !== undefined && last.status >= 200 && last.status < 300) break;
      await sleep(waitMs);
      receipts.push(await this.deliver(sent, { retry: index + 1 }));
    }
    return receipts;
  }

  /** The same event twice, because an acknowledgement was lost on its way. */
  async deliverTwice(sent: Sent): Promise<readonly Receipt[]> {
    return [await this.deliver(sent), await this.deliver(sent, { retry: 1 })];
  }

  async #overLine(sent: Sent, { retry = 0 }: DeliveryOptions): Promise<{ status: number; body: unknown }> {
    this.#envelopes += 1;
    const id = `envelope-${this.#envelopes}`;
    this.#line.send({
      type: sent.envelope,
      envelope_id: id,
      payload: sent.payload,
      accepts_response_payload: sent.envelope !== "events_api",
      ...(sent.envelope === "events_api" ? { retry_attempt: retry, retry_reason: retry === 0 ? "" : "timeout" } : {}),
    });
    const late = new AbortController();
    const inTime = await Promise.race([
      this.#line.acknowledgedSoon(id).then(() => true),
      sleep(ACK_WITHIN_MS, false, { signal: late.signal, ref: false }).catch(() => false),
    ]);
    late.abort();
    return inTime ? { status: 200, body: this.#line.answers.get(id) } : { status: 0, body: undefined };
  }

  async #overHttp(sent: Sent, options: DeliveryOptions): Promise<{ status: number; body: unknown }> {
    if (this.target === null) return { status: 0, body: undefined };
    const nowS = Math.floor(Date.now() / 1000) + (options.skewS ?? 0);
    const retry: Record<string, string> =
      options.retry === undefined || options.retry === 0
        ? {}
        : { "x-slack-retry-num": String(options.retry), "x-slack-retry-reason": "http_timeout" };
    try {
      const response = await fetch(this.target.url, {
        method: "POST",
        headers: { ...signedHeaders(sent, { nowS, secret: this.target.signingSecret }), ...retry, ...options.headers },
        body: sent.raw,
        signal: AbortSignal.timeout(ACK_WITHIN_MS),
      });
      return { status: response.status, body: parsed(await response.text()) };
    } catch {
      return { status: 0, body: undefined };
    }
  }
}

/** The headers with which Slack signs a request. */
export function signedHeaders(
  sent: Sent,
  { nowS, secret }: { readonly nowS: number; readonly secret: string },
): Readonly<Record<string, string>> {
  const stamp = String(nowS);
  const hex = createHmac("sha256", secret).update(`v0:${stamp}:${sent.raw}`).digest("hex");
  return {
    "content-type": sent.contentType,
    "x-slack-request-timestamp": stamp,
    "x-slack-signature": `v0=${hex}`,
  };
}
