import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { expect, test } from "vitest";
import { classify } from "./slack-errors.ts";

const refused = (error: string) => new WebAPIPlatformError({ ok: false, error });

test.for([
  { error: new WebAPIRateLimitedError(7), failure: { kind: "rate-limited", waitMs: 7000 } },
  { error: refused("ratelimited"), failure: { kind: "rate-limited", waitMs: 30_000 } },
  { error: refused("fatal_error"), failure: { kind: "unknown", detail: "fatal_error", isOver: true } },
  { error: refused("internal_error"), failure: { kind: "unknown", detail: "internal_error", isOver: true } },
  {
    error: refused("service_unavailable"),
    failure: { kind: "unknown", detail: "service_unavailable", isOver: false },
  },
  { error: new WebAPIHTTPError(500, "", {}), failure: { kind: "unknown", detail: "HTTP 500", isOver: true } },
  { error: new WebAPIHTTPError(502, "", {}), failure: { kind: "unknown", detail: "HTTP 502", isOver: false } },
  { error: new WebAPIHTTPError(503, "", {}), failure: { kind: "unknown", detail: "HTTP 503", isOver: false } },
  {
    error: new WebAPIRequestError(new Error("reset")),
    failure: { kind: "unknown", detail: "WebAPIRequestError", isOver: false },
  },
  { error: new TypeError("a bug"), failure: { kind: "unknown", detail: "TypeError", isOver: false } },
  { error: refused("invalid_blocks_format"), failure: { kind: "invalid-blocks" } },
  { error: refused("message_not_found"), failure: { kind: "gone" } },
  { error: refused("is_archived"), failure: { kind: "permanent", code: "is_archived" } },
])("$failure.kind is what $error.name means", ({ error, failure }) => {
  expect(classify(error)).toMatchObject(failure);
});
