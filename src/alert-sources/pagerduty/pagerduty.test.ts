import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { epochMs } from "../../core/ids.ts";
import { dedupKey } from "./dedup-key.ts";
import { verify } from "./verify.ts";

const delivery = (text: string, headers: Record<string, string | undefined> = {}) => ({
  raw: new TextEncoder().encode(text),
  headers,
  receivedAtMs: epochMs(0),
});
const sign = (secret: string) => `v1=${createHmac("sha256", secret).update("{}").digest("hex")}`;
const signed = (signature?: string) => delivery("{}", { "x-pagerduty-signature": signature });

test("during a rotation either secret is accepted", () => {
  expect(verify(signed(`${sign("old")},${sign("new")}`), ["new"])).toEqual({ status: "authentic" });
  expect(verify(signed(sign("old")), ["new", "old"])).toEqual({ status: "authentic" });
});

test.each([
  { given: undefined, reason: "no-signature" },
  { given: "v1=abc", reason: "no-signature" },
  { given: sign("stranger"), reason: "wrong-signature" },
  { given: sign("new").replace("v1=", "v2="), reason: "no-signature" },
])("a delivery signed with $given is refused", ({ given, reason }) => {
  expect(verify(signed(given), ["new"])).toEqual({ status: "refused", reason });
});

test("the key of a delivery is its event's id, also when the rest cannot be parsed", () => {
  expect(dedupKey(delivery('{"event":{"id":"01ABC","event_type":"x"'))).toBe("event:01ABC");
  expect(dedupKey(delivery(' { "event" : { "id" : "01ABC" } }', { "x-webhook-id": "W1" }))).toBe("event:01ABC");
});

test("without an event id the delivery's id is the key, and without both the bytes are", () => {
  expect(dedupKey(delivery('{"event":{"type":"x","id":"1"}}', { "x-webhook-id": "W1" }))).toBe("webhook:W1");
  expect(dedupKey(delivery("garbage"))).toBeNull();
});
