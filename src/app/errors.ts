export type AppErrorCode = "not-found" | "invalid-input" | "conflict" | "forbidden";

/** The caller can fix it. Surfaces map the code to their own words or status once. */
export class AppError extends Error {
  readonly code: AppErrorCode;

  constructor(code: AppErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
  }
}

/** The world's fault: a service that did not answer or refused. */
export class UnavailableError extends Error {
  readonly system: string;
  readonly retryable: boolean;

  constructor(
    system: string,
    options: { readonly retryable: boolean; readonly detail?: string; readonly cause?: unknown },
  ) {
    super(options.detail ?? `${system} is unavailable`, { cause: options.cause });
    this.name = "UnavailableError";
    this.system = system;
    this.retryable = options.retryable;
  }
}
