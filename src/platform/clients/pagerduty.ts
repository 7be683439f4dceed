/**
 * What TraceOps asks of PagerDuty's REST API, with deadlines, bounded retries and parsed answers.
 * Implemented over `@pagerduty/pdjs`; every method throws `UnavailableError` when PagerDuty refuses or is silent.
 */
export interface PagerDutyClient {
  /** GET of one page path such as "/incidents/Q1/log_entries", with query parameters. The body is parsed JSON. */
  get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>;
  /** Follows `more`/`offset` up to `maxPages`, joining the array under `key`. */
  list(
    request: { path: string; key: string; query: Readonly<Record<string, string>>; maxPages: number },
    signal: AbortSignal,
  ): Promise<readonly unknown[]>;
  /** Not idempotent: never retried. `from` is a PagerDuty user's e-mail. */
  post(path: string, body: object, options: { from: string | null; signal: AbortSignal }): Promise<unknown>;
  /** Idempotent: retried within its limit. */
  put(path: string, body: object, options: { from: string | null; signal: AbortSignal }): Promise<unknown>;
}
