import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { expect, test } from "vitest";
import { classify } from "./slack-errors.ts";

const refused = (error: string) => new WebAPIPlatformError({ ok: false, error });

test.for([
  { error: new WebAPIRateLimitedError(7), failure: { kind: "rate-limited", waitMs: 7000 } },
  { error: refused("ratelimited"), failure: { kind: "rate-limited", waitMs: 30_000 } },
  { error: refused("fatal_error"), failure: { kind: "unknown", detail: "fatal_error" } },
  { error: refused("internal_error"), failure: { kind: "unknown", detail: "internal_error" } },
  { error: new WebAPIHTTPError(503, "", {}), failure: { kind: "unknown", detail: "HTTP 503" } },
  { error: new WebAPIRequestError(new Error("reset")), failure: { kind: "unknown", detail: "WebAPIRequestError" } },
  { error: new TypeError("a bug"), failure: { kind: "unknown", detail: "TypeError" } },
  { error: refused("invalid_blocks_format"), failure: { kind: "invalid-blocks" } },
  { error: refused("message_not_found"), failure: { kind: "gone" } },
  { error: refused("is_archived"), failure: { kind: "permanent", code: "is_archived" } },
])("$failure.kind is what $error.name means", ({ error, failure }) => {
  expect(classify(error)).toMatchObject(failure);
});
