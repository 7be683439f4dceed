import { setTimeout as wait } from "node:timers/promises";
import { api } from "@pagerduty/pdjs";
import { z } from "zod";
import type { Clock } from "../../app/ports.ts";
import { untilAborted } from "../until-aborted.ts";
import { type PagerDutyClient, PagerDutyError, type PagerDutyQuery } from "./pagerduty.ts";

/** Settings of the PagerDuty account; the surface, the evidence source and polling share one client made from them. */
export const pagerDutyEnv = {
  PAGERDUTY_API_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe("REST API key of the PagerDuty account, for notes, change events, log entries and polling."),
  PAGERDUTY_API_HOST: z
    .string()
    .regex(/^[a-z0-9.-]+$/iu)
    .default("api.pagerduty.com")
    .describe("Host of PagerDuty's REST API; accounts of the EU region use api.eu.pagerduty.com."),
  PAGERDUTY_FROM_EMAIL: z
    .email()
    .optional()
    .describe(
      "E-mail address of a PagerDuty user in whose name notes are written, and who acts for people that PagerDuty does not know.",
    ),
} as const;

export interface PagerDutyRestOptions {
  readonly token: string;
  readonly host: string;
  readonly clock: Clock;
  /** For one try; the caller's signal is the deadline of all tries. */
  readonly tryTimeoutMs?: number;
  /** Between the tries that the library makes by itself after a 429. */
  readonly libraryPauseMs?: number;
}

const MAX_TRIES = 3;
const MAX_PAUSE_MS = 30_000;
const PAGE_SIZE = 100;
/** The library hands these to its own fetch: no redirect is followed, and no answer is longer. */
const BOUNDS = { redirect: "error", size: 16_777_216 } as const;

interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: PagerDutyQuery;
  readonly body?: object;
  readonly from?: string | null;
  readonly signal: AbortSignal;
}

/**
 * PagerDuty's REST API over its own library, with the parts that the library lacks: a deadline that closes the socket,
 * HTTP errors as errors, retries that wait as long as PagerDuty asks, and paging on every path and host.
 */
export function createPagerDutyClient(options: PagerDutyRestOptions): PagerDutyClient {
  const client = new PagerDutyRest(options);
  return {
    get: (path, query, signal) => client.retried({ method: "GET", path, query, signal }),
    list: (request, signal) => client.list(request, signal),
    post: (path, body, { from, signal }) => client.once({ method: "POST", path, body, from, signal }),
    put: (path, body, { from, signal, tries }) => client.retried({ method: "PUT", path, body, from, signal }, tries),
    delete: (path, { from, signal }) => client.retried({ method: "DELETE", path, from, signal }),
  };
}

class PagerDutyRest {
  readonly #options: PagerDutyRestOptions;
  /** PagerDuty said that no call is welcome before this. */
  #notBeforeMs = 0;

  constructor(options: PagerDutyRestOptions) {
    this.#options = options;
  }

  async retried(call: Call, maxTries = MAX_TRIES): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once(call);
      } catch (error) {
        const isLast = tries >= maxTries || call.signal.aborted;
        if (isLast || !(error instanceof PagerDutyError) || !error.retryable) throw error;
        await pause(500 * 2 ** (tries - 1), call.signal);
      }
    }
  }

  async list(
    request: { path: string; key: string; query: PagerDutyQuery; maxPages: number },
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    for (let page = 0; page < request.maxPages; page++) {
      const query = { limit: String(PAGE_SIZE), ...request.query, offset: String(found.length) };
      const body = Page.parse(await this.retried({ method: "GET", path: request.path, query, signal }));
      const items = z.array(z.unknown()).parse(body[request.key] ?? []);
      found.push(...items);
      if (body.more !== true || items.length === 0) break;
    }
    return found;
  }

  async once(call: Call): Promise<unknown> {
    await this.#waitForWelcome(call.signal);
    const response = await this.#send(call);
    this.#noteLimits(response);
    if (response.status >= 200 && response.status < 300) return response.data;
    throw refusal(call, response);
  }

  async #send(call: Call): Promise<Answer> {
    const { token, host, tryTimeoutMs = 10_000, libraryPauseMs = 1000 } = this.#options;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(tryTimeoutMs)]);
    try {
      const answer = api({
        endpoint: call.path,
        server: host,
        token,
        method: call.method,
        headers: call.from ? { From: call.from } : {},
        // The library's own timer never rejects and keeps the process alive; the signal does the work instead.
        requestTimeout: 0,
        ...BOUNDS,
        retryTimeout: libraryPauseMs,
        signal,
        ...(call.query ? { queryParameters: parameters(call.query) } : {}),
        ...(call.body ? { data: call.body } : {}),
      });
      // The library sleeps between its own tries without looking at the signal.
      return Answer.parse(await untilAborted(answer, signal));
    } catch (cause) {
      const refused = Answer.safeParse(cause);
      // A body that is not JSON rejects with the response itself.
      if (refused.success) return { ...refused.data, data: null };
      const detail = signal.aborted ? "PagerDuty did not answer in time" : "the connection to PagerDuty failed";
      throw new PagerDutyError({ status: null, detail, cause });
    }
  }

  async #waitForWelcome(signal: AbortSignal): Promise<void> {
    const waitMs = this.#notBeforeMs - this.#options.clock.nowMs();
    if (waitMs > MAX_PAUSE_MS) throw new PagerDutyError({ status: 429, detail: "PagerDuty's rate limit is used up" });
    if (waitMs > 0) await pause(waitMs, signal);
  }

  #noteLimits(response: Answer): void {
    const seconds = Number(response.headers.get("ratelimit-reset") ?? response.headers.get("retry-after") ?? "");
    const isUsedUp = response.status === 429 || response.headers.get("ratelimit-remaining") === "0";
    if (isUsedUp && seconds > 0) this.#notBeforeMs = this.#options.clock.nowMs() + seconds * 1000;
  }
}

/** In the library's own type, which may be changed by it. */
function parameters(query: PagerDutyQuery): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}

const Page = z.looseObject({ more: z.boolean().nullish() });
const Answer = z.object({
  status: z.number(),
  data: z.unknown().optional(),
  headers: z.custom<{ get(name: string): string | null }>((value) => value !== null && typeof value === "object"),
});
type Answer = z.infer<typeof Answer>;
const ErrorBody = z.object({
  error: z.object({ message: z.string(), code: z.number().nullish(), errors: z.array(z.string()).optional() }),
});

/** Says what PagerDuty said, short; the words are theirs and go through redaction like any foreign text. */
function refusal({ method, path }: Call, { status, data }: Answer): PagerDutyError {
  const body = ErrorBody.safeParse(data);
  const error = body.success ? body.data.error : null;
  const said = error === null ? "" : `: ${[error.message, ...(error.errors ?? [])].join("; ")}`;
  const detail = `PagerDuty answered ${status} to ${method} ${path}${said}`.slice(0, 400);
  return new PagerDutyError({ status, code: error?.code ?? null, detail });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (cause) {
    throw new PagerDutyError({ status: null, detail: "PagerDuty did not answer in time", cause });
  }
}
