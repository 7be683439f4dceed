import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedaction } from "./redaction.ts";

const redaction = createRedaction({ pseudonymKey: "a-key" });

/** Put together here, so that no scanner takes this file for a leak. */
const made = (...parts: string[]) => parts.join("");
const A40 = "a1B2c3D4e5".repeat(4);
const HEX32 = "0123456789abcdef".repeat(2);

/** What a text says, and the part of it that must not be left. */
const SECRETS: readonly (readonly [kind: string, text: string, secret: string])[] = [
  ["password=", "login with password=hunter2x failed", "hunter2x"],
  ["password: in prose", "password: hunter2x", "hunter2x"],
  ["passwd", "passwd=hunter2x", "hunter2x"],
  ["pwd", "Server=db;Uid=app;Pwd=hunter2x;", "hunter2x"],
  ["passphrase", 'passphrase="correct horse battery"', "horse"],
  ["db_password in JSON", '{"db_password":"hunter2x","port":5432}', "hunter2x"],
  ["escaped JSON", '{\\"password\\":\\"hunter2x\\"}', "hunter2x"],
  ["single quotes", "{'password': 'hunter2x'}", "hunter2x"],
  ["ruby hash", ":password=>'hunter2x'", "hunter2x"],
  ["go struct", "Config{Password:hunter2x Port:1}", "hunter2x"],
  ["flag with a space", "started with --password hunter2x", "hunter2x"],
  ["flag with =", "started with --db-password=hunter2x", "hunter2x"],
  ["environment", "DB_PASSWORD=hunter2x PORT=3", "hunter2x"],
  ["secret", "client_secret=s3cr3t-v4lue", "s3cr3t-v4lue"],
  ["secret key", "SECRET_KEY: s3cr3t-v4lue", "s3cr3t-v4lue"],
  ["token", "token=abc123def", "abc123def"],
  ["access token", '"accessToken": "abc123def"', "abc123def"],
  ["refresh_token in a query", "GET /cb?refresh_token=abc123def&state=x", "abc123def"],
  ["api key", "apiKey=abc123def", "abc123def"],
  ["api-key header", "x-api-key: abc123def", "abc123def"],
  ["api key with a space", "api key: abc123def", "abc123def"],
  ["private key by name", "private_key=abc123def", "abc123def"],
  ["access key", "aws_secret_access_key = abc123def", "abc123def"],
  ["signing key", "signing-key: abc123def", "abc123def"],
  ["encryption key", "ENCRYPTION_KEY=abc123def", "abc123def"],
  ["credentials", "credentials=user:hunter2x", "hunter2x"],
  ["otp", "otp=123456", "123456"],
  ["pin", "pin: 4711", "4711"],
  ["cvv", "cvv=123", "=123"],
  ["ssn", "ssn: 078-05-1120", "078-05-1120"],
  ["jwt by name", "jwt=abc.def", "abc.def"],
  ["bearer", "Authorization: Bearer abc123def456", "abc123def456"],
  ["bearer in prose", "called with bearer abc123def456", "abc123def456"],
  ["basic", "authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
  ["digest", 'Authorization: Digest username="jane", response="abc123"', "abc123"],
  ["authorization without a scheme", "authorization=abc123def", "abc123def"],
  ["proxy-authorization", "proxy-authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
  ["cookie", "cookie: sid=abc123; theme=dark", "abc123"],
  ["set-cookie", "Set-Cookie: session=abc123; Path=/; HttpOnly", "abc123"],
  ["session cookies of frameworks", "JSESSIONID=abc123def", "abc123def"],
  ["connect.sid", "connect.sid=s%3Aabc123", "s%3Aabc123"],
  ["URL with a user", "postgres://app:hunter2x@db.internal/shop", "hunter2x"],
  ["redis URL", "redis://:hunter2x@cache:6379", "hunter2x"],
  ["signature of a URL", "https://shop.example/f?sig=abc123def456", "abc123def456"],
  ["presigned URL", "https://b.example/o?X-Amz-Signature=abc123def456", "abc123def456"],
  ["OAuth code", "https://shop.example/cb?code=abc123def456", "abc123def456"],
  ["AWS key id", made("key AKI", "AIOSFODNN7EXAMPLE used"), "IOSFODNN7"],
  ["AWS temporary key id", made("ASI", "AIOSFODNN7EXAMPLE"), "IOSFODNN7"],
  ["GitHub token", made("gh", "p_", A40.slice(0, 36)), A40.slice(0, 20)],
  ["GitHub fine-grained token", made("github", "_pat_", A40), A40.slice(0, 20)],
  ["GitLab token", made("gl", "pat-", A40.slice(0, 20)), A40.slice(0, 20)],
  ["Slack token", made("xo", "xb-1234567890-", A40.slice(0, 24)), A40.slice(0, 20)],
  ["Slack app token", made("xa", "pp-1-A01-", A40), A40.slice(0, 20)],
  ["Slack webhook", made("https://hooks.slack", ".com/services/T000/B000/", A40.slice(0, 24)), A40.slice(0, 20)],
  ["Stripe live key", made("sk", "_live_", A40.slice(0, 24)), A40.slice(0, 20)],
  ["Stripe test key", made("rk", "_test_", A40.slice(0, 24)), A40.slice(0, 20)],
  ["webhook secret", made("wh", "sec_", A40), A40.slice(0, 20)],
  ["Google API key", made("AI", "za", A40.slice(0, 35)), A40.slice(0, 20)],
  ["Google OAuth token", made("ya", "29.", A40), A40.slice(0, 20)],
  ["JSON Web Token", made("ey", "JhbGciOiJIUzI1NiJ9.ey", "JzdWIiOiIxIn0.", A40), "JzdWIiOiIxIn0"],
  ["npm token", made("np", "m_", A40.slice(0, 36)), A40.slice(0, 20)],
  ["PyPI token", made("py", "pi-", A40), A40.slice(0, 20)],
  ["SendGrid key", made("S", "G.", A40.slice(0, 22), ".", A40), A40.slice(0, 20)],
  ["Twilio key", made("S", "K", HEX32), HEX32],
  ["Shopify token", made("shp", "at_", HEX32), HEX32],
  ["DigitalOcean token", made("do", "p_v1_", HEX32, HEX32), HEX32],
  ["Vault token", made("hv", "s.", A40), A40.slice(0, 20)],
  ["key of a model provider", made("s", "k-proj-", A40), A40.slice(0, 20)],
  ["Telegram bot token", made("123456789:", "AA", A40.slice(0, 33)), A40.slice(0, 20)],
  ["Docker token", made("dckr", "_pat_", A40.slice(0, 27)), A40.slice(0, 20)],
  ["Grafana token", made("gl", "sa_", A40), A40.slice(0, 20)],
  ["private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----", "MIIEabc"],
  ["private key that was cut", "-----BEGIN PRIVATE KEY-----\nMIIEabc", "MIIEabc"],
  ["card number", "charged 4111111111111111 now", "4111111111111111"],
  ["card number in groups", "charged 5500 0000 0000 0004", "5500 0000"],
  ["card number with hyphens", "charged 4111-1111-1111-1111", "4111-1111"],
  ["American Express", "charged 3782 822463 10005", "822463"],
  ["e-mail address", "sent to jane.doe@customers.example", "jane.doe"],
];

/** Texts of every day that must stay what they are. */
const HARMLESS: readonly string[] = [
  "cart 4711 priced in 12 ms",
  "token expired",
  "Basic authentication failed",
  "password: required",
  "tokens: 512, max_tokens: 4096",
  "token_type=bearer",
  "primary key: cart_id",
  "cookies accepted: true",
  "GET /v1/carts/8f14e45fceea167a5a36dedd4bea2543 200",
  "trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
  "at 1763685000123456789 ns",
  "order 1234567890123 shipped",
  "git@github.com:shop/checkout.git",
  "shipping=express pinned=true spinning: yes",
  "https://shop.example/cart?page=2&sort=price",
  "secretName: checkout-tls",
  "NullPointerException at com.shop.Cart.add(Cart.java:42)",
];

describe("redaction at the source", () => {
  test.each(SECRETS)("takes out: %s", (_kind, text, secret) => {
    const redacted = redaction.text(text);

    expect(redacted).not.toContain(secret);
    expect(redacted).toMatch(/\[redacted-|email_[0-9a-f]{8}/u);
  });

  test.each(SECRETS)("takes out in the middle of a sentence: %s", (_kind, text, secret) => {
    expect(redaction.text(`checkout said (${text}) and went on`)).not.toContain(secret);
  });

  test("knows at least 60 kinds", () => {
    expect(new Set(SECRETS.map(([kind]) => kind)).size).toBeGreaterThanOrEqual(60);
  });

  test.each(HARMLESS)("leaves alone: %s", (text) => {
    expect(redaction.text(text)).toBe(text);
  });

  test.each([
    "password",
    "userPassword",
    "DB_PASSWORD",
    "api_key",
    "x-api-key",
    "apiKey",
    "Authorization",
    "set-cookie",
    "accessToken",
    "client_secret",
    "auth",
    "userPin",
    "cardCvv",
    "private.key",
    "credentials",
    "sessionKey",
    "password_hash",
  ])("hides the value of a field named %s", (name) => {
    expect(redaction.hidesName(name)).toBe(true);
  });

  test.each([
    "tokenCount",
    "token_type",
    "tokenId",
    "maxTokens2Use",
    "secretName",
    "shipping",
    "author",
    "keyboard",
    "monkey",
    "cookieConsent",
  ])("shows the value of a field named %s", (name) => {
    expect(redaction.hidesName(name)).toBe(false);
  });

  test("one person keeps one pseudonym under one key, and another under another", () => {
    const again = createRedaction({ pseudonymKey: "a-key" });
    const other = createRedaction({ pseudonymKey: "b-key" });

    expect(again.text("to Jane@shop.example")).toBe(redaction.text("to jane@shop.example"));
    expect(other.text("to jane@shop.example")).not.toBe(redaction.text("to jane@shop.example"));
  });

  test("addresses stay when the options say so, other secrets do not", () => {
    const keeping = createRedaction({ emails: "keep" });

    expect(keeping.text("jane@shop.example password=hunter2x")).toBe("jane@shop.example password=[redacted-secret]");
  });

  test("names of the options are compared without case and separators", () => {
    const own = createRedaction({ names: ["internalId"] });

    expect(own.hidesName("INTERNAL_ID")).toBe(true);
    expect(own.hidesName("internal")).toBe(false);
  });

  test("a path of the options names one place, a star any one name", () => {
    const own = createRedaction({ paths: ["user.address.street", "headers.*"] });

    expect(own.hidesPath(["user", "address", "street"])).toBe(true);
    expect(own.hidesPath(["headers", "x-anything"])).toBe(true);
    expect(own.hidesPath(["headers"])).toBe(false);
    expect(own.hidesPath(["user", "address"])).toBe(false);
  });

  test("never throws, and a second pass changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: "binary" }), (text) => {
        const once = redaction.text(text);
        expect(redaction.text(once)).toBe(once);
      }),
    );
  });

  test("text made to be slow takes no longer than it is long", () => {
    const hostile = [
      "a".repeat(4_000),
      "password".repeat(500),
      "=:".repeat(2_000),
      "eyJ.".repeat(1_000),
      "1 ".repeat(2_000),
    ];
    const before = process.cpuUsage();
    for (const text of hostile) for (let times = 0; times < 20; times++) redaction.text(text);
    const { user, system } = process.cpuUsage(before);

    expect((user + system) / 1000 / (hostile.length * 20)).toBeLessThan(20);
  });
});
