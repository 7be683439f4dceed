import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuMs } from "../../../test/support/cpu-time.ts";
import type { LogEvent, LogSeverity } from "../event.ts";
import { epochNs, eventId } from "../ids.ts";
import { mask } from "../log-templates/mask.ts";
import type { Safe } from "../safe.ts";
import { classify } from "./classify.ts";
import { tagOf, tagOfLog } from "./tags.ts";

const safeText = (text: string) => text as Safe;

function aLog(body: string, severity: LogSeverity = "error", attributes: LogEvent["attributes"] = {}): LogEvent {
  return {
    id: eventId("test", "1"),
    atNs: epochNs(0n),
    observedNs: null,
    service: safeText("basket"),
    host: null,
    source: "test",
    ref: safeText("1"),
    traceId: null,
    spanId: null,
    requestId: null,
    kind: "log",
    severity,
    body: safeText(body),
    attributes,
    exception: null,
  };
}

function tagged(body: string, severity: LogSeverity = "error"): string | null {
  const event = aLog(body, severity);
  return tagOf(mask(event.body), classify(event));
}

describe("a failure of a known kind is named by its kind", () => {
  test.each([
    ["connect ECONNREFUSED 10.0.0.7:5432", "CONNECTION_REFUSED"],
    ["dial tcp payments:8080: connect: connection refused", "CONNECTION_REFUSED"],
    ["read ECONNRESET while calling payments", "CONNECTION_RESET"],
    ["getaddrinfo ENOTFOUND payments.internal", "NAME_RESOLUTION_FAILED"],
    ["context deadline exceeded", "TIMEOUT"],
    ["request to payments timed out after 3000 ms", "TIMEOUT"],
    ["java.lang.OutOfMemoryError: Java heap space", "OUT_OF_MEMORY"],
    ["write /var/data: no space left on device", "DISK_FULL"],
    ["accept: too many open files EMFILE", "TOO_MANY_OPEN_FILES"],
    ["x509: certificate has expired or is not yet valid", "CERTIFICATE_EXPIRED"],
    ["FATAL: sorry, too many clients already", "TOO_MANY_CONNECTIONS"],
    ["deadlock detected", "DEADLOCK"],
    ["rate limit exceeded for key 7", "RATE_LIMITED"],
    ["permission denied for table carts", "PERMISSION_DENIED"],
    ["PAYMENTS_URL is not set", "CONFIGURATION_MISSING"],
    ["TypeError: Cannot read properties of undefined (reading 'total')", "TYPE_ERROR"],
    ["circuit breaker for payments opened", "CIRCUIT_BREAKER_OPEN"],
  ])("%s → %s", (body, tag) => {
    expect(tagged(body)).toBe(tag);
  });
});

describe("other messages are named by their constant words", () => {
  test.each([
    ["session 8f14e45f dropped for user 4711", "SESSION_DROP_USER"],
    ["Session dropped", "SESSION_DROP"],
    ["dropping session 12", "DROP_SESSION"],
    ["cart priced in 12 ms", "CART_PRICED"],
    ["user=alice order=77 checkout completed", "CHECKOUT_COMPLETE"],
    ['voucher "SPRING" was refused', "VOUCHER_REFUSE"],
    ["payment 12 could not be captured", "PAYMENT_NOT_CAPTURE"],
    ["SessionManager started", "SESSION_MANAGER_START"],
    ["GET /v1/carts/12 200 4ms", "GET"],
  ])("%s → %s", (body, tag) => {
    expect(tagged(body, "info")).toBe(tag);
  });

  test.each(["", "   ", "<num> <num>", "12345", "заказ оплачен", "a 1 the 2", "<*>"])(
    "%j has no word to go by",
    (body) => {
      expect(tagged(body, "info")).toBeNull();
    },
  );
});

describe("a count of troubles that is zero names no trouble", () => {
  test.each([
    ["import finished with 0 errors", "IMPORT_FINISH"],
    ["import finished, errors: 0, warnings: 0", "IMPORT_FINISH"],
    ["import finished without any errors", "IMPORT_FINISH"],
    ["sync completed: 12 ok, 0 failed", "SYNC_COMPLETE_OK"],
    ["0 network errors since start", "SINCE_START"],
    ["0 errors", null],
    ["no timeouts", null],
  ])("%s → %s", (body, tag) => {
    expect(tagged(body, "info")).toBe(tag);
    expect(tagged(body, "warn")).toBe(tag);
  });

  test("a count at a line that does report a failure still names it", () => {
    expect(tagged("3 errors")).toBe("ERRORS");
  });
});

describe("a tag that somebody gave is kept", () => {
  test.each([
    ["SESSION_DROP", "SESSION_DROP"],
    ["SESSION_DROP: a user lost the session", "SESSION_DROP"],
    ["[CACHE_MISS] cart 12", "CACHE_MISS"],
    ["WARN SESSION_DROP user 12", "SESSION_DROP"],
  ])("in the text: %s", (body, tag) => {
    expect(tagged(body, "warn")).toBe(tag);
  });

  test("in event.name, whatever the text says", () => {
    const event = aLog("connection refused", "error", { "event.name": safeText("PAYMENT_DOWN") });

    expect(tagOfLog(event, event.body, classify(event))).toBe("PAYMENT_DOWN");
    expect(tagOfLog(aLog("connection refused"), event.body, classify(event))).toBe("CONNECTION_REFUSED");
  });
});

describe("for any text", () => {
  const words = fc.constantFrom("session", "dropped", "cart", "payment", "failed", "for", "user", "voucher");

  test("the tag does not depend on what is variable", () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 6 }), fc.uuid(), fc.uuid(), (said, one, other) => {
        expect(tagged(said.join(` ${one} `))).toBe(tagged(said.join(` ${other} `)));
      }),
    );
  });

  test("it is upper-case words of at most 64 characters, or none, and the same again", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600, unit: "binary" }), (text) => {
        const tag = tagged(text);
        expect(tag ?? "NONE").toMatch(/^(?=.{1,64}$)[A-Z]+(?:_[A-Z]+)*$/u);
        expect(tagged(text)).toBe(tag);
      }),
    );
  });

  test("a hostile text costs no more than its beginning", () => {
    const event = aLog("x", "info");
    const meaning = classify(event);
    const hostile = [
      "a=".repeat(50_000),
      "A_".repeat(50_000),
      '"'.repeat(100_000),
      "<".repeat(100_000),
      "a.".repeat(50_000),
    ];

    expect(cpuMs(() => hostile.forEach((text) => tagOf(safeText(text), meaning)))).toBeLessThan(200);
  });
});
