import { expect, test } from "vitest";
import { isFromThisMachine, isLocalAddress } from "./this-machine.ts";

const from = (remoteAddress: string, headers: Record<string, string> = { host: "127.0.0.1:3000" }) =>
  isFromThisMachine({ headers, remoteAddress });

test.each(["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])("%s is this machine", (address) => {
  expect(from(address)).toBe(true);
});

test.each(["10.0.0.5", "203.0.113.9", "::ffff:10.0.0.5", "fe80::1", "localhost", ""])(
  "%s is not this machine",
  (address) => {
    expect(from(address)).toBe(false);
  },
);

test.each(["localhost:3000", "LOCALHOST", "127.0.0.1", "[::1]:3000", "shop.localhost:3000"])(
  "%s is a name of this machine",
  (host) => {
    expect(from("127.0.0.1", { host })).toBe(true);
  },
);

test.each([
  "rebound.evil.example:3000",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  // What nginx calls its upstream unless it is told to pass the visitor's own words.
  "traceops_backend",
  "traceops:3000",
  "10.0.0.5:3000",
  "not a host",
  "",
])("under the name %j nobody is this machine", (host) => {
  expect(from("127.0.0.1", { host })).toBe(false);
});

test("a request without a name is nobody's", () => {
  expect(from("127.0.0.1", {})).toBe(false);
});

test.each(["forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-proto", "cf-connecting-ip"])(
  "whoever came through a proxy that says so by %s is not this machine",
  (name) => {
    expect(from("127.0.0.1", { host: "localhost", [name]: "203.0.113.9" })).toBe(false);
  },
);

test("an install is local by its address only when that is this machine's own", () => {
  const addresses = ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000", "https://shop.localhost"];
  const others = [
    "https://traceops.shop.example",
    "http://10.0.0.5",
    "http://traceops",
    "http://127.0.0.1.evil.example",
  ];

  expect(addresses.map(isLocalAddress)).toEqual(addresses.map(() => true));
  expect([...others, ""].map(isLocalAddress)).toEqual([...others, ""].map(() => false));
});
