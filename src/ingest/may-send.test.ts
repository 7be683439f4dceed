import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { senderOf } from "./may-send.ts";

const here = { headers: { host: "127.0.0.1:3000" }, remoteAddress: "127.0.0.1" };
const local = { tokens: [], publicUrl: "http://127.0.0.1:3000" };

describe("who may send without tokens", () => {
  test("programs on this machine, while the install has no public address", () => {
    expect(senderOf(here, local)).toBe(DEFAULT_TENANT);
    expect(senderOf(here, { tokens: [], publicUrl: "http://localhost:3000" })).toBe(DEFAULT_TENANT);
  });

  test.each(["https://traceops.shop.example", "http://10.0.0.5:3000", "http://traceops:3000", "no address"])(
    "nobody at all, where people reach it at %s: a proxy makes strangers look local",
    (publicUrl) => {
      expect(senderOf(here, { tokens: [], publicUrl })).toBe(null);
    },
  );

  test("no other machine, and nothing that came through a proxy", () => {
    expect(senderOf({ ...here, remoteAddress: "10.0.0.5" }, local)).toBe(null);
    expect(senderOf({ ...here, headers: { ...here.headers, "x-forwarded-for": "203.0.113.9" } }, local)).toBe(null);
  });

  test.each([{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }])(
    "no web page in a browser on this machine: %j",
    (page) => {
      expect(senderOf({ ...here, headers: { ...here.headers, ...page } }, local)).toBe(null);
    },
  );
});
