import { setTimeout as wait } from "node:timers/promises";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "../../app/ports.ts";
import { createHostFetch, type HostFetch } from "../safe-fetch-hosts.ts";
import { errorTypeOf } from "./span-values.ts";

export interface OtlpExporterOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** For one try. */
  readonly tryMs?: number;
  readonly pauseMs?: number;
  readonly warnEveryMs?: number;
}

const TRY_MS = 5_000;
const TRIES = 3;
const PAUSE_MS = 1_000;
const WARN_EVERY_MS = 60_000;
const MAX_ANSWER_BYTES = 65_536;
/** By the specification of OTLP/HTTP. */
const WORTH_ANOTHER_TRY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Sends spans to the collector, through one of the program's two ways out: no redirect, a deadline for each try, a bounded
 * answer. What cannot be sent is lost and counted in a warning, at most one a minute. Never throws.
 */
export class OtlpExporter implements SpanExporter {
  readonly #options: OtlpExporterOptions;
  readonly #call: HostFetch;
  readonly #sending = new Set<Promise<void>>();
  /** Aborted when there is no time left for another try. */
  readonly #hurry = new AbortController();
  /** Aborted when what is being sent has to end. */
  readonly #cut = new AbortController();
  #lost = 0;
  #warnedMs = Number.NEGATIVE_INFINITY;

  constructor(options: OtlpExporterOptions) {
    this.#options = options;
    const { origin } = options.url;
    this.#call = createHostFetch({
      origins: [origin],
      timeoutMs: options.tryMs ?? TRY_MS,
      maxBytes: MAX_ANSWER_BYTES,
    });
  }

  /** What is sent from now on has one try, and nothing waits for another one. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Ends what is still being sent, at once. */
  cut(): void {
    this.#hurry.abort();
    this.#cut.abort();
  }

  export(spans: ReadableSpan[], done: (result: { code: 0 | 1 }) => void): void {
    const sending = this.#exported(spans, done);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#sending);
  }

  shutdown(): Promise<void> {
    return this.forceFlush();
  }

  async #exported(spans: ReadableSpan[], done: (result: { code: 0 | 1 }) => void): Promise<void> {
    const isSent = await this.#send(spans);
    done({ code: isSent ? 0 : 1 });
  }

  async #send(spans: ReadableSpan[]): Promise<boolean> {
    try {
      const body = ProtobufTraceSerializer.serializeRequest(spans);
      const because = body === undefined ? "nothing to send" : await this.#sendAgain(new Uint8Array(body));
      if (because === null) return true;
      this.#warn(spans.length, because);
    } catch (error) {
      this.#warn(spans.length, errorTypeOf(error));
    }
    return false;
  }

  /** Null when it was taken, else the status or the name of the error. */
  async #sendAgain(body: Uint8Array<ArrayBuffer>): Promise<string | null> {
    const { pauseMs = PAUSE_MS } = this.#options;
    for (let tries = 1; ; tries++) {
      const tried = await this.#sendOnce(body);
      if (tried === null) return null;
      if (!tried.mayWork || tries >= TRIES || this.#hurry.signal.aborted) return tried.because;
      await wait(pauseMs * tries, undefined, { signal: this.#hurry.signal, ref: false }).catch(() => undefined);
    }
  }

  async #sendOnce(body: Uint8Array<ArrayBuffer>): Promise<{ because: string; mayWork: boolean } | null> {
    const { url, headers } = this.#options;
    try {
      const response = await this.#call(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/x-protobuf" },
        body,
        signal: this.#cut.signal,
      });
      await response.body?.cancel();
      if (response.ok) return null;
      return { because: String(response.status), mayWork: WORTH_ANOTHER_TRY.has(response.status) };
    } catch (error) {
      // Silence has had its time already; a connection that was refused may be taken a second later.
      return { because: codeOf(error) ?? errorTypeOf(error), mayWork: error instanceof TypeError };
    }
  }

  #warn(spans: number, because: string): void {
    this.#lost += spans;
    const nowMs = performance.now();
    if (nowMs - this.#warnedMs < (this.#options.warnEveryMs ?? WARN_EVERY_MS)) return;
    this.#options.logger.warn({ spans: this.#lost, because }, "traces could not be sent to the collector and are lost");
    this.#warnedMs = nowMs;
    this.#lost = 0;
  }
}

/** What the system calls it, such as ECONNREFUSED: fetch says only that it failed. */
function codeOf(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  if (!(cause instanceof Error) || !("code" in cause)) return null;
  return typeof cause.code === "string" && /^[A-Z_]{1,40}$/u.test(cause.code) ? cause.code : null;
}
