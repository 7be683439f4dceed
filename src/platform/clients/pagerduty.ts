import { UnavailableError } from "../../app/errors.ts";

/** A name that ends with "[]" may have several values. */
export type PagerDutyQuery = Readonly<Record<string, string | readonly string[]>>;

/**
 * What TraceOps asks of PagerDuty's REST API, with deadlines, bounded retries and parsed answers.
 * Implemented over `@pagerduty/pdjs`; every method throws `UnavailableError` when PagerDuty refuses or is silent.
 */
export interface PagerDutyClient {
  /** GET of one page path such as "/incidents/Q1/log_entries", with query parameters. The body is parsed JSON. */
  get(path: string, query: PagerDutyQuery, signal: AbortSignal): Promise<unknown>;
  /** Follows `more`/`offset` up to `maxPages`, joining the array under `key`. */
  list(
    request: { path: string; key: string; query: PagerDutyQuery; maxPages: number },
    signal: AbortSignal,
  ): Promise<readonly unknown[]>;
  /** Not idempotent: never retried. `from` is a PagerDuty user's e-mail. */
  post(path: string, body: object, options: { from: string | null; signal: AbortSignal }): Promise<unknown>;
  /** Idempotent: tried three times, or as often as the caller says, who may have to hear of a try without an answer. */
  put(
    path: string,
    body: object,
    options: { from: string | null; signal: AbortSignal; tries?: number },
  ): Promise<unknown>;
  /** Idempotent: tried three times. What is gone already is refused with 404. */
  delete(path: string, options: { from: string | null; signal: AbortSignal }): Promise<unknown>;
}

export interface PagerDutyFailure {
  readonly status: number | null;
  /** PagerDuty's own number for what went wrong, when its answer holds one. */
  readonly code?: number | null;
  readonly detail: string;
  readonly cause?: unknown;
}

/** "Requester User Not Found", as its versions number it. */
const UNKNOWN_USER_CODES: ReadonlySet<number> = new Set([1008, 2010]);
/** The number is documented nowhere, so the words, which have stayed the same for years, count too. */
const UNKNOWN_USER_WORDS = /requester user not found/iu;

/** PagerDuty's answer when it was not 2xx. Without a status nothing came back: whether the call worked is unknown. */
export class PagerDutyError extends UnavailableError {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** True when the address in whose name the call was made is no user of the account. */
  readonly isUnknownUser: boolean;

  constructor({ status, code = null, detail, cause }: PagerDutyFailure) {
    super("PagerDuty", { retryable: status === null || status === 429 || status >= 500, detail, cause });
    this.name = "PagerDutyError";
    this.status = status;
    this.isUnknownUser =
      status === 400 && ((code !== null && UNKNOWN_USER_CODES.has(code)) || UNKNOWN_USER_WORDS.test(detail));
  }

  /** False when the call may have taken effect although it failed. */
  get isRefusal(): boolean {
    return this.status !== null && this.status < 500;
  }
}
