import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { senderOf } from "./may-send.ts";

describe("who may send without tokens", () => {
  test.each([
    { origin: "https://evil.example", host: "127.0.0.1:3000" },
    { "sec-fetch-site": "cross-site", host: "localhost:3000" },
    { host: "rebound.evil.example:3000" },
    { host: "not a host" },
  ])("without tokens a web page in a browser on this machine may not: %j", (page) => {
    expect(senderOf({ headers: page, remoteAddress: "127.0.0.1" }, [])).toBe(null);
  });

  test.each(["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "traceops:3000", "traceops.localhost"])(
    "without tokens programs on this machine may, by the name %s",
    (host) => {
      expect(senderOf({ headers: { host }, remoteAddress: "127.0.0.1" }, [])).toBe(DEFAULT_TENANT);
    },
  );
});
