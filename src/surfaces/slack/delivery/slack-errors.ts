import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";

/** What became of a call that did not succeed, and so what may be done next. */
export type CallFailure =
  /** Nothing was stored; not before this long from now. */
  | { readonly kind: "rate-limited"; readonly waitMs: number }
  /** Slack may have stored it, or not. `isOver`: it answered, so it will not store it later either. */
  | { readonly kind: "unknown"; readonly detail: string; readonly isOver: boolean }
  /** Blocks that this workspace does not know. Nothing was stored. */
  | { readonly kind: "invalid-blocks" }
  /** The message, or the thread to answer in, is not there any more. */
  | { readonly kind: "gone" }
  /** Asking again would give the same answer. Nothing was stored. */
  | { readonly kind: "permanent"; readonly code: string };

const WAIT_WITHOUT_HEADER_MS = 30_000;
/** Slack's own failures: by its documentation a part of the work may have been done before them. */
const ENDED = new Set(["fatal_error", "internal_error"]);
/** Said in front of Slack's application, which may be working on. So are 502, 503 and 504. */
const PERHAPS_STILL_AT_IT = new Set(["service_unavailable", "request_timeout"]);
const GONE = new Set(["message_not_found", "thread_not_found", "cannot_reply_to_message"]);

/** Sorts an error of Slack's client by whose move is next. Whatever it does not know may have been stored. */
export function classify(error: unknown): CallFailure {
  if (error instanceof WebAPIRateLimitedError) return { kind: "rate-limited", waitMs: error.retryAfter * 1000 };
  if (error instanceof WebAPIPlatformError) return platformFailure(error.data.error);
  if (error instanceof WebAPIHTTPError) {
    return { kind: "unknown", detail: `HTTP ${error.statusCode}`, isOver: error.statusCode === 500 };
  }
  return { kind: "unknown", detail: error instanceof Error ? error.name : "not an error", isOver: false };
}

function platformFailure(code: string): CallFailure {
  if (code === "ratelimited" || code === "rate_limited") {
    return { kind: "rate-limited", waitMs: WAIT_WITHOUT_HEADER_MS };
  }
  if (ENDED.has(code)) return { kind: "unknown", detail: code, isOver: true };
  if (PERHAPS_STILL_AT_IT.has(code)) return { kind: "unknown", detail: code, isOver: false };
  if (code.startsWith("invalid_blocks")) return { kind: "invalid-blocks" };
  if (GONE.has(code)) return { kind: "gone" };
  return { kind: "permanent", code };
}

const TOKEN = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
]);

/** The tokens themselves are refused: no call can work until an administrator acts. */
export function isRefusedToken(failure: CallFailure): boolean {
  return failure.kind === "permanent" && isTokenCode(failure.code);
}

/** Whether this code of Slack's speaks about the token and nothing else. */
export function isTokenCode(code: string): boolean {
  return TOKEN.has(code);
}
