import { expect, test } from "vitest";
import { hiddenBelow, hiddenUnder } from "./secret-names.ts";

test.each([
  "password",
  "DB_PASSWORD",
  "card.ssn",
  "user.password.value",
  "user.credentials.main.pin",
  "http.request.header.authorization",
  "headers.set-cookie.0",
  "connect.sid",
  "token.secretName.plain",
  "shop.example/password",
])("%s hides texts and numbers", (name) => {
  expect(hiddenUnder(name)).toBe("all");
});

test.each(["max_tokens", "gen_ai.usage.input_tokens", "tokens.prompt", "password.reset.failures", "passwords"])(
  "a number under %s is a count, a text is hidden",
  (name) => {
    expect(hiddenUnder(name)).toBe("texts");
  },
);

test.each([
  "token_count",
  "password_changed",
  "password.length",
  "token.expires_in",
  "auth.token.refresh.latency_ms",
  "gen_ai.token.type",
  "k8s.secret.name",
  "secretName",
  "secretKeyRef",
  "spring.oauth2.token.uri",
  "secret.reloader.shop.example/reload",
  "author",
  "http.status_code",
])("%s hides nothing", (name) => {
  expect(hiddenUnder(name)).toBe("nothing");
});

test("a field below a secret is a part of it, unless it only describes it", () => {
  expect(hiddenBelow("secret", "plain")).toBe("all");
  expect(hiddenBelow("secret", "secretName")).toBe("nothing");
  expect(hiddenBelow("secret", "defaultMode")).toBe("nothing");
  expect(hiddenBelow("token", "max_tokens")).toBe("texts");
});
