import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { epochMs } from "../../core/ids.ts";
import { dedupKey } from "./dedup-key.ts";
import { verify } from "./verify.ts";

const SECRET = "secret-of-sixteen-and-more";
const delivery = (text: string, headers: Record<string, string> = {}, receivedAtMs = 0) => ({
  raw: new TextEncoder().encode(text),
  headers,
  receivedAtMs: epochMs(receivedAtMs),
});

test("a bearer token and a signature are both accepted", () => {
  const signature = `v1=${createHmac("sha256", SECRET).update("{}").digest("hex")}`;

  expect(verify(delivery("{}", { authorization: `Bearer ${SECRET}` }), [SECRET]).status).toBe("authentic");
  expect(verify(delivery("{}", { "x-traceops-signature": signature }), [SECRET]).status).toBe("authentic");
});

test("a wrong signature is not rescued by a right token", () => {
  const headers = { authorization: `Bearer ${SECRET}`, "x-traceops-signature": `v1=${"0".repeat(64)}` };

  expect(verify(delivery("{}", headers), [SECRET])).toEqual({ status: "refused", reason: "wrong-signature" });
});

test("an event with an id is one event for ever", () => {
  const body = '{"service":"a","id":"evt-1"}';

  expect(dedupKey(delivery(body, {}, 0))).toBe(dedupKey(delivery(body, {}, 30 * 86_400_000)));
  expect(dedupKey(delivery(body, {}, 0))).not.toContain("evt-1");
});

test("signed bytes without an id are one event for ever: whoever saw them could send them again", () => {
  const signature = { "x-traceops-signature": "v1=00" };
  const body = '{"service":"a","title":"b"}';

  expect(dedupKey(delivery(body, signature, 30 * 86_400_000))).toBe(dedupKey(delivery(body, signature, 0)));
});

test("the same words without an id are a repeat now and news next week", () => {
  const body = '{"service":"a","title":"b"}';

  expect(dedupKey(delivery(body, {}, 1_000))).toBe(dedupKey(delivery(body, {}, 2_000)));
  expect(dedupKey(delivery(body, {}, 1_000))).not.toBe(dedupKey(delivery(body, {}, 7 * 86_400_000)));
});
